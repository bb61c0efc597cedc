"""The application: `create_app` puts the parts together; nothing happens at import."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from edge import __version__
from edge.api import problems, quick_check
from edge.api.book_tasks import BookTasks, TaskPolicy
from edge.api.broker import Broker
from edge.api.camera_metrics import CameraCollector
from edge.api.count_job import Looker
from edge.api.deps import Desk, ModelCard, StockCheck
from edge.api.guard import Gate
from edge.api.idempotency import Writes
from edge.api.jobs import CountJobs
from edge.api.keeper import Keeper
from edge.api.lanes import Lane
from edge.api.limits import JSON_BYTES, ApiLimits, takes_pictures
from edge.api.metrics import Metrics
from edge.api.mqtt_link import MqttLink
from edge.api.mqtt_orders import MqttOrders
from edge.api.picture_metrics import PictureCollector
from edge.api.picture_task import PictureTask
from edge.api.refusals import TooLarge
from edge.api.routes import (
    adjustments,
    counts,
    discrepancies,
    health,
    inputs,
    insight,
    inventory,
    logs,
    not_yet,
    pages,
    reservations,
    shelves,
    shifts,
    surveys,
)
from edge.api.schemas.replies import ProblemReply
from edge.api.spool import Spool
from edge.api.surveying import Surveys, places_of
from edge.api.unattended import Plan, Unattended
from edge.clock import Clock
from edge.counting.evidence import Evidence
from edge.counting.retention import Retention
from edge.logs import Correlation, about, correlation_of
from edge.messages import Lang
from edge.settings import Settings
from inventory_core.guards.burst import BurstGuard
from inventory_core.ids import LocationId, Sku
from inventory_core.messages import tell
from inventory_core.photos import NoJudge, PhotoJudge
from inventory_core.ports import BookStore
from inventory_core.service import Stock, check_stock

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LAST_WORK_S = 1.5
"""How long counts and periodic tasks that are running may hold up the end of the server, and once more all other work."""


class Api(FastAPI):
    """FastAPI, with every answer counted, every refusal a problem, and the key scheme in its OpenAPI document."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        desk: Desk = self.state.desk
        began = desk.clock.monotonic()
        quick = quick_check.asked_sku(scope)
        cause = correlation_of(scope["headers"]) or (Correlation.new() if quick is None else None)
        scope.setdefault("state", {})["cause"] = cause
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_names(cause)]
            await send(message)

        scope["app"] = self
        try:
            if quick is not None:
                await quick_check.answer(desk, self.state.gate, quick, scope, receive, counted)
            elif (refusal := self._too_large(scope)) is not None:
                await refusal.response()(scope, receive, counted)
            else:
                with about(cause):
                    await super().__call__(scope, receive, counted)
        finally:
            route = quick_check.PATH if quick is not None else getattr(scope.get("route"), "path_format", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            desk.metrics.replied(method, route, status, desk.clock.monotonic() - began)

    def _too_large(self, scope: Scope) -> problems.Problem | None:
        """FastAPI's own limit answers a declared length in plain text; this answers first."""
        request = Request(scope)
        length, most = request.headers.get("content-length", ""), self.max_body_size or 0
        if not takes_pictures(request.url.path):
            most = min(most, JSON_BYTES)
        if not length.isdecimal() or int(length) <= most:
            return None
        return problems.problem_of(
            TooLarge("the body has {n} bytes, and {most} is the most that is taken here; send a smaller one",
                     n=int(length), most=most), request)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            components = super().openapi().setdefault("components", {})
            components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            schema = ProblemReply.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = components.setdefault("schemas", {})
            schemas.update(schema.pop("$defs", {}))
            schemas["ProblemReply"] = schema
        return super().openapi()


def _names(cause: Correlation | None) -> list[tuple[bytes, bytes]]:
    """The headers by which the caller finds this request in the log."""
    if cause is None:
        return []
    parent = cause.parent()
    named = [(b"x-request-id", cause.request.encode())]
    return named if parent is None else [*named, (b"traceparent", parent.encode())]


def create_app(
    settings: Settings, store: BookStore, clock: Clock, *, folder: Path, looker: Looker | None = None,
    cameras: Mapping[str, object] | None = None, model: ModelCard | None = None, lang: Lang = Lang.EN,
    limits: ApiLimits | None = None, stock: StockCheck | None = None, judge: PhotoJudge | None = None,
    keeping: TaskPolicy | None = None, plan: Plan | None = None, metrics: Metrics | None = None,
    broker: Broker | None = None, survey: Surveys | None = None,
    evidence: Evidence | None = None, end_networks: Callable[[], None] = lambda: None,
) -> Api:
    """The API over `store`.

    `folder` is where uploads wait and evidence is kept; `looker` carries out counts with the eye that `model` describes and the
    `cameras` it can name (None: counting is refused); `lang` answers callers who name neither zh nor en; `stock` is a quicker
    way to ask the store for stock; `judge` looks at the photos of adjustments; `keeping` is how often the
    periodic work is done (None: never, and shifts stay open); `plan` is what is counted unattended; `metrics` is
    given where others count there too; by `broker` counts may be asked for with messages. Raises UsageFault where that wants a
    library that is not installed; `survey` is what a survey of the cameras' place goes into; `evidence`
    keeps pictures (None: none is kept, since nothing can mask them); `end_networks` is called when the server ends, before it
    waits for what may wait for a network.
    """
    limits = limits or ApiLimits()
    writer, metrics = store.writer(), metrics or Metrics()
    evidence = evidence or Evidence(folder / "evidence", None)
    metrics.registry.register(CameraCollector(cameras or {}, clock))
    metrics.registry.register(PictureCollector(evidence))
    reads, lookups, pictures, surveying = Lane("reads"), Lane("lookups"), Lane("pictures"), Lane("surveys")
    jobs = CountJobs(looker, writer, Spool(folder / "orders"), metrics, limits, clock)
    keeper = None if keeping is None else Keeper(clock, (
        *BookTasks(store, writer, clock, settings.calendar(), keeping).tasks(),
        PictureTask(store, evidence, clock, Retention(settings.picture_days, settings.pictures_mb)).task()))

    unattended = None if plan is None else Unattended(
        plan, lambda camera: LocationId(settings.location_of(camera)), jobs.run, clock, metrics.registry)
    link = None if broker is None else MqttLink(
        broker, MqttOrders(jobs, writer, clock, cameras or {}, settings.location_of, can_count=looker is not None),
        metrics.registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        jobs.start()
        if keeper is not None:
            keeper.start()
        if unattended is not None:
            unattended.start()
        if link is not None:
            jobs.listen(link.tell)
            link.start()
        try:
            yield
        finally:
            jobs.stop()
            if link is not None:
                hanging_up = asyncio.create_task(asyncio.to_thread(link.stop))
                await asyncio.sleep(0)
            left_s = _deadline(clock, _LAST_WORK_S)
            working = [part for part in (unattended, keeper) if part is not None]
            for part in working:
                part.stop()
            for ending in (*working, jobs):
                ending.join(left_s())
            end_networks()  # whoever waits for one that hangs is told now
            left_s = _deadline(clock, _LAST_WORK_S)
            for lane in (pictures, surveying, reads, lookups):
                lane.close(left_s())
            writer.close()
            if link is not None:
                await hanging_up

    app = Api(title="Shelfcount", version=__version__, summary="Counts shelves and holds them against the book.",
              docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=lifespan,
              max_body_size=settings.max_upload_mb * 1_000_000, redirect_slashes=False,
              telemetry={"tracing": False, "metrics": False, "logs": False})
    app.state.lang = lang
    app.state.metrics = metrics
    app.state.gate = Gate(store, writer, limits, clock)
    app.state.desk = Desk(
        settings, limits, clock, store, stock or _stock_of(store), Writes(writer, clock, BurstGuard()), writer, reads, lookups,
        pictures,
        asyncio.Semaphore(limits.uploads_at_once), jobs, dict(cameras or {}),
        model or ModelCard(why_down=tell("no detector was given")), metrics, folder, evidence,
        judge or NoJudge(), surveying, survey or Surveys(*places_of(settings, cameras or (), {})), keeper, unattended,
    )
    problems.install(app)
    for router in (health.router, inventory.reads, inventory.writes, reservations.reads, reservations.writes,
                   adjustments.reads, adjustments.forms, adjustments.writes, counts.reads, counts.writes, shelves.router,
                   discrepancies.router, shifts.router, logs.router, insight.reads, insight.forms, inputs.router,
                   surveys.reads, surveys.forms, surveys.writes, pages.router, not_yet.router):
        app.router.routes.extend(router.routes)  # include_router would make them all anew at the first call of each app
    return app


def _deadline(clock: Clock, seconds: float) -> Callable[[], float]:
    """What is left of `seconds` that begin now."""
    until_s = clock.monotonic() + seconds
    return lambda: max(0.0, until_s - clock.monotonic())


def _stock_of(store: BookStore) -> StockCheck:
    def check(sku: Sku, at: datetime) -> Stock:
        with store.read() as book:
            return check_stock(book, sku, at)

    return check
