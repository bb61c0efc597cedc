"""Health and metrics, open to whoever reaches the port; they tell nothing about stock."""

import shutil
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from edge import __version__
from edge.api.cameras import states_of
from edge.api.deps import Desk, Here
from edge.api.guard import GuardedRoute
from edge.api.metrics import METRICS_TYPE
from edge.api.problems import language_for
from edge.api.schemas.replies import HealthReply, Part, SyncPart
from edge.capture.keeper import CameraState
from edge.counting.evidence import LOW_DISK_SHARE
from edge.messages import Translator
from inventory_core.errors import StoreError
from inventory_core.instants import utc_text
from inventory_core.locations import FIRST_SHELF
from inventory_core.messages import tell
from inventory_core.store.damaged_book import DamagedBook
from inventory_core.store.sql_book import SqlStore
from inventory_core.store.sqlite_file import WAL_MOST_BYTES

MB = 1024 * 1024

router = APIRouter(route_class=GuardedRoute, tags=["device"])


@router.get("/api/health", summary="How the device and each of its parts are")
async def health(request: Request, desk: Here) -> HealthReply:
    """200 while this process serves; each part has a status of its own, and its reason in the caller's language."""
    tr = Translator(language_for(request))
    parts = {"camera": _camera(desk, tr), "model": _model(desk, tr), "ledger": _ledger(desk, tr), "disk": _disk(desk, tr)}
    ill = any(part.status in ("DOWN", "DEGRADED") for part in parts.values())
    return HealthReply(
        status="DEGRADED" if ill else "UP", version=__version__,
        sync_service=SyncPart(status="NOT_CONFIGURED", last_success=None), **parts,
    )


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Exposition."}})
async def metrics(desk: Here) -> Response:
    return Response(desk.metrics.exposition(), media_type=METRICS_TYPE)


def _camera(desk: Desk, tr: Translator) -> Part:
    if not desk.cameras:
        return Part(status="NOT_CONFIGURED")
    last, states = desk.jobs.last_by_camera, states_of(desk.cameras)
    status = "UP" if states or last is None or last.succeeded else "DOWN"
    if offline := [name for name, state in states.items() if not state.online]:
        status = "DOWN" if len(offline) == len(desk.cameras) else "DEGRADED"
    seen = utc_text(last.at) if last is not None and last.succeeded else None
    told = {name: _fares(state, tr) for name, state in states.items()}
    person = desk.unattended.needs_person if desk.unattended else {}
    if person and status == "UP":
        status = "DEGRADED"
    return Part.model_validate({"status": status, "names": sorted(desk.cameras), "last_count": seen, "cameras": told,
                                "needs_person": {name: list(why) for name, why in sorted(person.items())}})


def _fares(state: CameraState, tr: Translator) -> dict[str, object]:
    """How one live camera is; `since` when that began."""
    why = state.why()
    return {
        "status": "UP" if state.online else "DOWN", "code": state.code, "reason": None if why is None else tr.say(why),
        "since": utc_text(state.since), "restarts": state.restarts, "outages": state.outages,
        "last_picture": None if state.last_picture_at is None else utc_text(state.last_picture_at),
        "settings_not_taken": [each.name for each in state.unlike],
    }


def _model(desk: Desk, tr: Translator) -> Part:
    card = desk.model
    if card.detector is None:
        return Part.model_validate({"status": "DOWN", "reason": None if card.why_down is None else tr.say(card.why_down)})
    ill = {} if card.why_degraded is None else {"reason": tr.say(card.why_degraded)}
    return Part.model_validate({"status": "DEGRADED" if ill else "UP", "detector": card.detector, "embedder": card.embedder,
                                "gallery": card.gallery, **ill})


def _ledger(desk: Desk, tr: Translator) -> Part:
    if isinstance(desk.store, DamagedBook):
        return Part.model_validate({"status": "DOWN", "reason": tr.say(desk.store.damage)})
    try:
        with desk.store.read() as book:
            book.location(FIRST_SHELF.id)
    except StoreError as error:
        return Part.model_validate({"status": "DOWN", "reason": tr.say(error)})
    if isinstance(desk.store, SqlStore) and (size := desk.store.log_bytes()) > WAL_MOST_BYTES:
        return Part.model_validate({"status": "DEGRADED", "reason": tr.say(tell(
            "the book's log of the last writes has {size} MB, more than {most}: another program keeps the book open for "
            "reading; let it read exports or ask this API instead", size=size // MB, most=WAL_MOST_BYTES // MB))})
    if desk.keeper is None:
        return Part(status="UP")
    kept = desk.keeper.state()
    return Part.model_validate({
        "status": "UP" if kept.is_well else "DEGRADED", "failing": dict(kept.failing), "stalled": kept.is_stalled,
        "last_run": None if kept.last_run is None else utc_text(kept.last_run)})


def _disk(desk: Desk, tr: Translator) -> Part:
    folder = desk.folder if desk.folder.exists() else Path()
    disk = shutil.disk_usage(folder)
    low = disk.free < disk.total * LOW_DISK_SHARE
    unmasked = desk.evidence.unmasked
    ill = {} if unmasked is None else {"pictures_reason": tr.say(unmasked)}
    return Part.model_validate({
        "status": "DEGRADED" if low or unmasked is not None else "UP", "free_bytes": disk.free, "total_bytes": disk.total,
        "pictures_not_kept": dict(desk.evidence.not_kept), **ill})
