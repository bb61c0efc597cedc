"""Health and metrics, open to whoever reaches the port; they tell nothing about stock."""

import shutil
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from edge import __version__
from edge.api.deps import Desk, Here
from edge.api.guard import GuardedRoute
from edge.api.metrics import METRICS_TYPE
from edge.api.schemas.replies import HealthReply, Part, SyncPart
from edge.counting.evidence import LOW_DISK_SHARE
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
async def health(desk: Here) -> HealthReply:
    """200 while this process serves; each part has a status of its own."""
    parts = {"camera": _camera(desk), "model": _model(desk), "ledger": _ledger(desk), "disk": _disk(desk)}
    ill = any(part.status in ("DOWN", "DEGRADED") for part in parts.values())
    return HealthReply(
        status="DEGRADED" if ill else "UP", version=__version__,
        sync_service=SyncPart(status="NOT_CONFIGURED", last_success=None), **parts,
    )


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Exposition."}})
async def metrics(desk: Here) -> Response:
    return Response(desk.metrics.exposition(), media_type=METRICS_TYPE)


def _camera(desk: Desk) -> Part:
    if not desk.cameras:
        return Part(status="NOT_CONFIGURED")
    last = desk.jobs.last_by_camera
    status = "UP" if last is None or last.succeeded else "DOWN"
    seen = utc_text(last.at) if last is not None and last.succeeded else None
    return Part.model_validate({"status": status, "names": sorted(desk.cameras), "last_count": seen})


def _model(desk: Desk) -> Part:
    card = desk.model
    if card.detector is None:
        return Part.model_validate({"status": "DOWN", "reason": card.why_down})
    ill = {} if card.why_degraded is None else {"reason": card.why_degraded}
    return Part.model_validate({"status": "DEGRADED" if ill else "UP", "detector": card.detector, "embedder": card.embedder,
                                "gallery": card.gallery, **ill})


def _ledger(desk: Desk) -> Part:
    if isinstance(desk.store, DamagedBook):
        return Part.model_validate({"status": "DOWN", "reason": str(desk.store.damage)})
    try:
        with desk.store.read() as book:
            book.location(FIRST_SHELF.id)
    except StoreError as error:
        return Part.model_validate({"status": "DOWN", "reason": str(error)})
    if isinstance(desk.store, SqlStore) and (size := desk.store.log_bytes()) > WAL_MOST_BYTES:
        return Part.model_validate({"status": "DEGRADED", "reason": str(tell(
            "the book's log of the last writes has {size} MB, more than {most}: another program keeps the book open for "
            "reading; let it read exports or ask this API instead", size=size // MB, most=WAL_MOST_BYTES // MB))})
    if desk.keeper is None:
        return Part(status="UP")
    kept = desk.keeper.state()
    return Part.model_validate({
        "status": "UP" if kept.is_well else "DEGRADED", "failing": dict(kept.failing), "stalled": kept.is_stalled,
        "last_run": None if kept.last_run is None else utc_text(kept.last_run)})


def _disk(desk: Desk) -> Part:
    folder = desk.folder if desk.folder.exists() else Path()
    disk = shutil.disk_usage(folder)
    low = disk.free < disk.total * LOW_DISK_SHARE
    return Part.model_validate({"status": "DEGRADED" if low else "UP", "free_bytes": disk.free, "total_bytes": disk.total})
