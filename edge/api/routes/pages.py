"""Pages for people, in zh and en: the page itself holds nothing of the shop; what it shows it asks the API for with a key."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from edge.api.answers import Responses, open_answers
from edge.api.guard import GuardedRoute
from edge.api.problems import language_for
from edge.api.refusals import NotFound
from edge.counting.reasons import REASONS
from edge.messages import Lang, Translator

_STATIC = Path(__file__).parents[2] / "web" / "static"
_FILES = dict.fromkeys(("api.js", "count.js", "survey.js", "survey_views.js"), "text/javascript") | {"pages.css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                               "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache",
}
_Lang = Annotated[str | None, Query(description="zh or en; else what the browser asks for.")]
_PAGE: Responses = {200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The page."}}
_FILE: Responses = {200: {"content": {"text/css": {}, "text/javascript": {}}, "description": "A part of a page."}}

router = APIRouter(route_class=GuardedRoute, tags=["pages"])
_templates = Environment(loader=PackageLoader("edge.web", "templates"), autoescape=True, undefined=StrictUndefined,
                         trim_blocks=True, lstrip_blocks=True)


@router.get("/", summary="Where the pages are", response_class=Response, responses=_PAGE)
async def start(request: Request, lang: _Lang = None) -> Response:
    return _page("start.html", request, lang)


@router.get("/survey", summary="The page on which a bay is surveyed", response_class=Response, responses=_PAGE)
async def survey(request: Request, lang: _Lang = None) -> Response:
    return _page("survey.html", request, lang)


@router.get("/count", summary="The page with a button that counts", response_class=Response, responses=_PAGE)
async def count(request: Request, lang: _Lang = None) -> Response:
    return _page("count.html", request, lang)


def _page(name: str, request: Request, lang: str | None) -> Response:
    chosen = Lang(lang) if lang in set(Lang) else language_for(request)
    tr = Translator(chosen)
    text = _templates.get_template(name).render(
        tr=tr, lang=chosen.value, reasons={code: tr.say(words) for code, words in REASONS.items()})
    headers = _HEADERS | {"Content-Language": chosen.value, "Vary": "Accept-Language"}
    return Response(text, media_type="text/html", headers=headers)


@router.get("/static/{name}", summary="A part of a page", response_class=Response, responses=_FILE | open_answers("not_found"))
async def part(name: str) -> Response:
    if (kind := _FILES.get(name)) is None:
        raise NotFound("there is no page part {name}", name=name)
    return Response((_STATIC / name).read_bytes(), media_type=kind, headers=_HEADERS)
