"""Carries out orders with the eye: an uploaded picture as it is, or a burst through a camera that this server can name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from calibration.record import Calibration
from edge.api.cameras import NamedCamera
from edge.api.refusals import UnknownCamera
from edge.api.spool import Order
from edge.capture.gate import Gate
from edge.capture.pictures import decode_picture
from edge.capture.settle import Burst, BurstPolicy, take_burst
from edge.clock import Clock
from edge.counting.count import CountPolicy, cannot_see, count_burst, pedigree_of
from edge.counting.evidence import Evidence
from edge.counting.evidence_document import about_of
from edge.counting.fixed_camera import FixedCamera
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult, to_capture
from edge.errors import UnreadableInput
from edge.logs import events
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.instants import utc_text

_log = events("looking")


class EyeLooker:
    """A Looker; `sites` are the places that the cameras look at, by camera: None for one that counts nothing before it is
    surveyed. A camera that is to count without a site file is not among them."""

    def __init__(
        self, eye: Eye, cameras: Mapping[str, NamedCamera], evidence: Evidence, max_pixels: int, *,
        sites: Mapping[str, Calibration | None] | None = None, policy: CountPolicy = CountPolicy(),
        burst: BurstPolicy = BurstPolicy(),
    ) -> None:
        self._eye = eye
        self._cameras = cameras
        self._evidence = evidence
        self._max_pixels = max_pixels
        self._policy = policy
        self._burst_policy = burst
        self._places = {name: (site, FixedCamera()) for name, site in (sites or {}).items()}
        self._unsurveyed: dict[str, FixedCamera] = {}
        self._awaited = frozenset(name for name, site in (sites or {}).items() if site is None)
        self._pictures: dict[str, tuple[datetime | None, str]] = {}  # of each camera: when it looked, and what is kept of that

    def take_site(self, site: Calibration, cameras: Iterable[str]) -> None:
        """Use a new site for `cameras` from their next count on; what is known of the places of the old one is forgotten."""
        taken = {name: (site, FixedCamera()) for name in cameras}
        self._places |= taken
        self._awaited -= taken.keys()

    def _place_of(self, camera: str | None) -> tuple[Calibration | None, FixedCamera]:
        name = camera or ""
        return self._places.get(name) or (None, self._unsurveyed.setdefault(name, FixedCamera()))

    def look(self, order: Order, picture: bytes | None, taken: Callable[[], None] = lambda: None) -> Capture:
        """What stands there, or that nothing could be seen; a copy of the clearest picture, masked, is kept as
        evidence.

        A picture whose own time nobody knows was taken when it was sent. A camera that fails while nobody watches is an answer
        too: its reason is kept in the book. Raises UnknownCamera, and UnreadableInput where somebody waits for the answer.
        """
        site, seen = self._place_of(order.camera)  # a survey may hand in another while this count runs
        if picture is not None:  # an upload may come from anywhere: what is known of the fixed camera says nothing about it
            frame = decode_picture(picture, "upload", self._max_pixels)
            result = count_burst(self._eye, (frame,), source=order.source, policy=self._policy, camera=order.camera)
        else:
            try:
                result = self._count_camera(order, taken, site, seen)
            except UnreadableInput as error:
                if not order.unattended:
                    raise
                pedigree = pedigree_of(self._eye, site, order.camera)
                result = replace(cannot_see(order.source, (error.code,), pedigree, detail=error.message), unreadable=True)
        evidence = self._kept(order, result, site)
        return to_capture(result, count_id=order.id, location=order.location, now=order.requested_at, evidence=evidence)

    def _kept(self, order: Order, result: CountResult, site: Calibration | None) -> str | None:
        """The name of the picture that shows it, if one is kept: that of the count that is repeated shows all that there is."""
        camera = order.camera or ""
        if result.frame is None or (order.again and result.status is CaptureStatus.CANNOT_SEE):
            return None
        at, shown = self._pictures.get(camera, (None, ""))
        if result.looked_at is not None and result.looked_at == at and self._evidence.holds(shown):
            return shown
        name = self._evidence.keep_if_room(
            result.frame.image, about_of(result, site if order.camera else None), result.cover)
        if order.camera and name is not None:
            self._pictures[camera] = result.looked_at or result.captured_at, name
        return name

    def _count_camera(
        self, order: Order, taken: Callable[[], None], site: Calibration | None, seen: FixedCamera
    ) -> CountResult:
        """A burst; what has not changed since this camera's last counts is not looked at again."""
        if order.camera in self._awaited:
            return cannot_see(order.source, ("not_surveyed",), pedigree_of(self._eye, site, order.camera))
        burst, at_s = self._burst(order, seen.gate)
        taken()
        named = self._cameras[order.camera or ""]
        _tell_burst(burst, named.clock, order.camera)
        if not burst.settled:
            pedigree = pedigree_of(self._eye, site, order.camera)
            return cannot_see(order.source, ("unsettled",), pedigree, frames=burst.frames)
        result = seen.count(self._eye, burst, at_s, source=order.source, site=site, policy=self._policy,
                            camera=order.camera)  # fmt: skip
        _log.info("inference_done", camera=order.camera, status=result.status.value, reasons=list(result.reasons),
                  detector=result.pedigree.detector, frame=None if result.frame is None else result.frame.seq,
                  seconds=round(named.clock.monotonic() - at_s, 3),
                  looked_at=None if result.looked_at is None else utc_text(result.looked_at))
        return result

    def _burst(self, order: Order, gate: Gate) -> tuple[Burst, float]:
        """The burst, and the camera's clock when it was taken, in monotonic seconds. Raises UnknownCamera."""
        named = self._cameras.get(order.camera or "")
        if named is None:
            raise UnknownCamera("this server has no camera {camera}; it has {cameras}", camera=order.camera,
                                cameras=", ".join(sorted(self._cameras)) or "-")
        camera = named.open()
        try:
            return take_burst(camera, named.clock, self._burst_policy, gate=gate), named.clock.monotonic()
        finally:
            camera.close()


def _tell_burst(burst: Burst, clock: Clock, camera: str | None) -> None:
    """The capture's event: which frames, and how old the latest is."""
    latest = burst.shots[-1] if burst.shots else None
    at = None if latest is None else latest.captured_at
    _log.info("burst_taken", camera=camera, settled=burst.settled, frames=[frame.seq for frame in burst.shots],
              captured_at=None if at is None else utc_text(at),
              age_s=None if at is None else round(max(0.0, (clock.now() - at).total_seconds()), 3))
