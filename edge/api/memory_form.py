"""Multipart forms that are read into memory only: what is uploaded is on no disk before people on it are masked."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request


class _InMemory(MultiPartParser):
    """Starlette's own parser puts what is larger than 1 MB into a temporary file; this one never does: the size of a body is
    limited before it is read."""

    spool_max_size = 2**31


@asynccontextmanager
async def memory_form(request: Request, *, max_files: int, max_fields: int, max_part_size: int) -> AsyncIterator[FormData]:
    """The form of a `multipart/form-data` body, closed afterwards. Raises HTTPException 400 for one that cannot be read."""
    try:
        async with aclosing(request.stream()) as stream:
            form = await _InMemory(request.headers, stream, max_files=max_files, max_fields=max_fields,
                                   max_part_size=max_part_size).parse()  # fmt: skip
    except MultiPartException as error:
        raise HTTPException(status_code=400, detail=error.message) from error
    try:
        yield form
    finally:
        await form.close()
