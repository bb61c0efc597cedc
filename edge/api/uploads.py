"""The body of a count order: a picture in a multipart form, or the name of a camera in JSON; checked before it is taken."""

import hashlib
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from edge.api.deps import Desk
from edge.api.refusals import BadBody, UnsupportedMediaType
from edge.api.schemas.writes import Code, CountOrder
from edge.capture.pictures import decode_picture

_LOCATION: TypeAdapter[str] = TypeAdapter(Code)
_CALLED = "`picture`"

COUNT_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "multipart/form-data": {"schema": {
        "type": "object", "required": ["picture"], "additionalProperties": False, "properties": {
            "picture": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, BMP, GIF or TIFF."},
            "location": {"type": "string", "minLength": 1, "maxLength": 100},
        }}},
    "application/json": {"schema": CountOrder.model_json_schema()},
}}}
"""What the OpenAPI document says of it."""
SURVEY_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "multipart/form-data": {"schema": {
        "type": "object", "required": ["picture"], "additionalProperties": False, "properties": {
            "picture": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, BMP, GIF or TIFF."}}}},
    "application/json": {"schema": {"type": "object", "required": ["camera"], "additionalProperties": False, "properties": {
        "camera": CountOrder.model_json_schema()["properties"]["camera"]}}},
}}}
"""The same of a survey's picture."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to count: `picture` (the bytes as uploaded, known to be a picture) or `camera`."""

    camera: str | None
    picture: bytes | None
    location: str | None

    @property
    def meaning(self) -> list[str | None]:
        """What makes two orders the same; the boundary and the file's name do not matter."""
        picture = None if self.picture is None else hashlib.sha256(self.picture).hexdigest()
        return [self.camera, self.location, picture]


async def asked_for(request: Request, desk: Desk) -> Asked:
    """Raises UnsupportedMediaType, BadBody, UnreadableInput or RequestValidationError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        async with desk.uploads:
            return _of_json(await request.body())
    if kind == "multipart/form-data":
        async with desk.uploads, request.form(max_files=1, max_fields=1, max_part_size=4096) as form:
            return await _of_form(list(form.multi_items()), desk)
    raise UnsupportedMediaType("this takes multipart/form-data or application/json, got {kind}",
                               kind=kind or "no Content-Type")


def _of_json(body: bytes) -> Asked:
    try:
        order = CountOrder.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from error
    return Asked(order.camera, None, order.location)


async def _of_form(fields: list[tuple[str, UploadFile | str]], desk: Desk) -> Asked:
    picture: bytes | None = None
    location: str | None = None
    for name, value in fields:
        if name == "picture" and isinstance(value, UploadFile) and picture is None:
            picture = await value.read()
        elif name == "location" and isinstance(value, str) and location is None:
            try:
                location = _LOCATION.validate_python(value)
            except ValidationError as error:
                raise RequestValidationError([{**e, "loc": ("body", "location")} for e in error.errors()]) from error
        else:
            raise BadBody("the form has a field {field} that is not as documented; it takes a file `picture` and a text "
                          "`location`, each once", field=name)
    if picture is None:
        raise BadBody("the form has no file in the field `picture`; send one picture there")
    sent = picture
    await desk.pictures.run(lambda: check_picture(sent, desk.settings.max_pixels))
    return Asked(None, picture, location)


def check_picture(data: bytes, max_pixels: int) -> None:
    """Raises UnreadableInput when `data` is no whole picture of sane size."""
    decode_picture(data, _CALLED, max_pixels)
