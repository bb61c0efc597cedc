"""What routes need, assembled once by `create_app` and handed to each of them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from edge.api.idempotency import Writes
from edge.api.jobs import CountJobs
from edge.api.keeper import Keeper
from edge.api.lanes import Lane
from edge.api.limits import ApiLimits
from edge.api.metrics import Metrics
from edge.api.surveying import Surveys
from edge.api.unattended import Unattended
from edge.clock import Clock
from edge.counting.evidence import Evidence
from edge.settings import Settings
from inventory_core.ids import Sku
from inventory_core.messages import Message
from inventory_core.photos import PhotoJudge
from inventory_core.ports import BookStore, Writer
from inventory_core.service import Stock


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The eye that counts: fingerprints, or `why_down` where none could be loaded or it fails the golden set; `why_degraded`
    where only the label finder does."""

    detector: str | None = None
    embedder: str | None = None
    gallery: str | None = None
    why_down: Message | None = None
    why_degraded: Message | None = None


StockCheck = Callable[[Sku, datetime], Stock]
"""What can be sold of a product now; raises UnknownSku. An attribute `is_quick` that is False says that it may take long."""


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """`writer` makes all changes of the book, `reads` that of queries longer than a lookup, `pictures` the one that
    decodes uploads, of which `uploads` lets a few in at once, `surveying` does the work of `surveys`; `folder` is where the
    device keeps what is not in the book; `keeper` does the periodic work, `unattended` the counts that nobody asks for."""

    settings: Settings
    limits: ApiLimits
    clock: Clock
    store: BookStore
    stock: StockCheck
    writes: Writes
    writer: Writer
    reads: Lane
    lookups: Lane
    pictures: Lane
    uploads: asyncio.Semaphore
    jobs: CountJobs
    cameras: Mapping[str, object]
    model: ModelCard
    metrics: Metrics
    folder: Path
    evidence: Evidence
    judge: PhotoJudge
    surveying: Lane
    surveys: Surveys
    keeper: Keeper | None = None
    unattended: Unattended | None = None

    async def check(self, sku: Sku) -> Stock:
        """What can be sold of a product now; in the event loop where the answer takes microseconds. Raises UnknownSku."""
        if getattr(self.stock, "is_quick", True):
            return self.stock(sku, self.clock.now())
        return await self.lookups.run(lambda: self.stock(sku, self.clock.now()))


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _documented(
    idempotency_key: Annotated[str, Header(
        min_length=1, max_length=255, pattern=r"^[!-~]([ -~]*[!-~])?$",
        description="A new one for each action; the same one to send it again.")],
) -> None:
    """Only for the OpenAPI document: the guard has looked at the header before the body was read."""
    del idempotency_key


Here = Annotated[Desk, Depends(desk_of)]
needs_key = Depends(_documented)
