"""Routes that are documented but whose part is not built yet: they answer 501 to whoever will be allowed to use them."""

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import read_answers
from edge.api.guard import GuardedRoute
from edge.errors import NotYet

ROUTES = (
    ("GET", "/v2/export/{view}.{format}", "Tables for BI"),
)

router = APIRouter(route_class=GuardedRoute, tags=["not built yet"])


async def refuse(request: Request) -> Response:
    raise NotYet("{method} {path} is documented but not built yet; this version answers 501 and changes nothing",
                 method=request.method, path=request.url.path)


for _method, _path, _summary in ROUTES:
    router.add_api_route(_path, refuse, methods=[_method], summary=_summary, responses=read_answers("not_yet"),
                         status_code=501, response_class=Response, operation_id=f"{_method}{_path}",
                         openapi_extra={"parameters": [
                             {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                             for name in re.findall(r"{([a-z]+)}", _path)]})
