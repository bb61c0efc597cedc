"""Problems: every failure answered with an RFC 9457 body in zh or en."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge.api.faults import FieldFault, bad_body, fault_of
from edge.api.kinds import kind_of
from edge.api.languages import language_of
from edge.api.refusals import ApiError, NotFound, TooLarge, TooManyRequests, UnsupportedMediaType
from edge.api.security import methods_at
from edge.messages import Lang, Translator
from inventory_core.messages import Told

PROBLEM = "application/problem+json"
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_log = logging.getLogger("shelfcount.api")


_OF_STATUS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
              413: "too_large", 415: "unsupported_media_type", 422: "invalid_body", 429: "too_many_requests"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What goes wrong, ready for the wire."""

    code: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        return Response(self.body, self.status, dict(self.headers), media_type=PROBLEM)


def language_for(request: Request) -> Lang:
    otherwise: Lang = getattr(request.app.state, "lang", Lang.EN)
    return language_of(request.headers.get("accept-language"), otherwise)


def problem_of(
    error: Told, request: Request, *, errors: Sequence[FieldFault] = (), headers: Mapping[str, str] | None = None,
) -> Problem:
    """The problem that answers `error` in the caller's language."""
    lang = language_for(request)
    tr = Translator(lang)
    kind = kind_of(error.code)
    document: dict[str, object] = {
        "type": f"urn:shelfcount:problem:{error.code}", "title": tr.say(kind.title), "status": kind.status,
        "code": error.code, "detail": tr.say(error), "instance": quote(request.url.path),
    }
    if errors:
        document["errors"] = [{"field": e.field, "message": tr.say(e.message)} for e in errors]
    count_of = getattr(request.app.state, "metrics", None)
    if count_of is not None:
        count_of.rejections.labels(error.code).inc()
    extra = {"Content-Language": lang.value, "Vary": "Accept-Language", **(headers or {})}
    if isinstance(error, ApiError) and error.retry_after_s is not None:
        extra["Retry-After"] = str(error.retry_after_s)
    if kind.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    return Problem(error.code, kind.status, wire_json(document), extra)


def failure(error: Exception, request: Request) -> Problem:
    """The problem that answers a fault of ours; the log says which."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_of(
        ApiError("the server failed while answering; its log says why; try again, and report it if it stays", code="internal"),
        request,
    )


def wire_json(document: object) -> bytes:
    """UTF-8 JSON; half a surrogate pair, which UTF-8 cannot carry, stays escaped."""
    return _json(document).encode("utf-8", "backslashreplace")


def install(app: FastAPI) -> None:
    """Answer every failure of `app` with a problem."""

    async def told(request: Request, error: Exception) -> Response:
        if not isinstance(error, Told):  # registered for Told alone
            raise error
        if kind_of(error.code).status >= 500 and error.code != "not_yet":
            _log.error("%s %s: %s: %s", request.method, request.url.path, error.code, error)
        return problem_of(error, request).response()

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        faults = [fault_of(found) for found in error.errors()]
        return problem_of(bad_body(error), request, errors=faults).response()

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        headers = {"Allow": ", ".join(methods_at(request.url.path))} if error.status_code == 405 else error.headers
        return problem_of(_told_of(error, request), request, headers=headers).response()

    async def failed(request: Request, error: Exception) -> Response:
        return failure(error, request).response()

    app.add_exception_handler(Told, told)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)


def _told_of(error: HTTPException, request: Request) -> Told:
    match error.status_code:
        case 413:
            return TooLarge("the body is larger than this server takes; send a smaller picture")
        case 415:
            return UnsupportedMediaType("the body is of a kind that this route does not take")
        case 429:
            return TooManyRequests("too many requests; wait a little")
        case 404:
            return NotFound("there is no {path}; docs/api.md lists the routes", path=request.url.path)
        case 405:
            return ApiError("{path} does not take {method}", code="method_not_allowed",
                            path=request.url.path, method=request.method)
        case status:
            code = _OF_STATUS.get(status, "bad_request" if status < 500 else "internal")
            return ApiError("the request cannot be read: {why}", code=code, why=error.detail)
