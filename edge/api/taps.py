"""One count at a time for a camera and place: who asks while a count still waits for its pictures is given that one.

    claim = taps.claim(order)        # claim.order is `order`, or the one that runs already
    taps.agree(order)                # it came to be; `give_up` where it was refused, and who joined asks again
    taps.looked(order)               # its pictures are taken: who asks from now on gets a count of his own
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from edge.api.spool import Order
from inventory_core.ids import LocationId


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """An order that may be joined; `agreed` says whether it came to be."""

    order: Order
    agreed: Future[bool] = field(default_factory=Future)

    def came_to_be(self, stop: threading.Event, look_s: float) -> bool:
        """Waits until that is known, or until `stop`, at which it looks every `look_s`; True as well where it does not matter
        any more."""
        while not stop.is_set():
            try:
                return self.agreed.result(look_s)
            except TimeoutError:
                continue
        return True


class Taps:
    """The claims that may be joined; called from any thread, never waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, LocationId], Claim] = {}

    def claim(self, order: Order) -> Claim:
        """The claim of `order`, or the one that it joins. An upload joins nothing."""
        mine = Claim(order)
        mine.agreed.set_running_or_notify_cancel()  # a caller who hangs up cancels nobody else's wait
        if order.camera is None:
            return mine
        with self._lock:
            return self._open.setdefault((order.camera, order.location), mine)

    def agree(self, order: Order) -> None:
        with self._lock:
            claim = self._of(order)
            if claim is not None and not claim.agreed.done():
                claim.agreed.set_result(True)

    def give_up(self, order: Order) -> None:
        with self._lock:
            claim = self._forget(order)
        if claim is not None and not claim.agreed.done():
            claim.agreed.set_result(False)

    def looked(self, order: Order) -> None:
        with self._lock:
            self._forget(order)

    def _of(self, order: Order) -> Claim | None:
        claim = None if order.camera is None else self._open.get((order.camera, order.location))
        return claim if claim is not None and claim.order.id == order.id else None

    def _forget(self, order: Order) -> Claim | None:
        claim = self._of(order)
        if claim is not None and order.camera is not None:
            del self._open[order.camera, order.location]
        return claim
