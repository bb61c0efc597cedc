"""A count on its way: the order, how far it is, and who carries it out."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge.api.spool import Failure, Order
from inventory_core.counts import Capture, CaptureStatus


class Looker(Protocol):
    """Carries out an order: looks at the picture, or through the camera, and says what stands there. `taken` is called once
    the camera's pictures are taken."""

    def look(self, order: Order, picture: bytes | None, taken: Callable[[], None]) -> Capture: ...


class JobState(enum.StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CountJob:
    """An order and how far it is; `status` and `reasons` are what a count that is done says, and of one that is to be tried
    again what its `tries` said so far. `facings`: all that were counted."""

    order: Order
    state: JobState
    failure: Failure | None = None
    status: CaptureStatus | None = None
    reasons: tuple[str, ...] = ()
    tries: int = 0
    captured_at: datetime | None = None
    facings: int | None = None

    @property
    def ended(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class LastLook:
    """How the newest count by a camera ended."""

    at: datetime
    succeeded: bool
