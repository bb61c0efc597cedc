"""Carries out orders with the eye: an uploaded picture as it is, or a burst through a camera that this server can name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calibration.record import Calibration
from edge.api.refusals import UnknownCamera
from edge.api.spool import Order
from edge.capture.camera import Camera
from edge.capture.frame import Frame
from edge.capture.pictures import decode_picture
from edge.capture.settle import BurstPolicy, take_burst
from edge.clock import Clock
from edge.counting.count import CountPolicy, count_burst
from edge.counting.evidence import Evidence
from edge.counting.pipeline import Eye
from edge.counting.result import to_capture
from inventory_core.counts import Capture


@dataclass(frozen=True, slots=True, eq=False)
class NamedCamera:
    """How to open a camera, and the clock that it runs on (a replay has one of its own)."""

    open: Callable[[], Camera]
    clock: Clock


class EyeLooker:
    """A Looker; `site` is the place that the cameras look at, None without a site file."""

    def __init__(
        self, eye: Eye, cameras: Mapping[str, NamedCamera], evidence: Evidence, max_pixels: int, *,
        site: Calibration | None = None, policy: CountPolicy = CountPolicy(), burst: BurstPolicy = BurstPolicy(),
    ) -> None:
        self._eye = eye
        self._cameras = cameras
        self._evidence = evidence
        self._max_pixels = max_pixels
        self._site = site
        self._policy = policy
        self._burst_policy = burst

    def look(self, order: Order, picture: bytes | None) -> Capture:
        """What stands there, or that nothing could be seen; the clearest picture is kept as evidence.

        A picture whose own time nobody knows was taken when it was sent.
        """
        if picture is not None:  # an upload may come from anywhere: the site of the fixed camera says nothing about it
            frames: Sequence[Frame] = (decode_picture(picture, "upload", self._max_pixels),)
            site = None
        else:
            frames, site = self._burst(order), self._site
        result = count_burst(self._eye, frames, source=order.source, site=site, policy=self._policy, camera=order.camera)
        evidence = None if result.frame is None else self._evidence.keep_if_room(result.frame.image)
        return to_capture(result, count_id=order.id, location=order.location, now=order.requested_at, evidence=evidence)

    def _burst(self, order: Order) -> Sequence[Frame]:
        named = self._cameras.get(order.camera or "")
        if named is None:
            raise UnknownCamera("this server has no camera {camera}; it has {cameras}", camera=order.camera,
                                cameras=", ".join(sorted(self._cameras)) or "-")
        camera = named.open()
        try:
            return take_burst(camera, named.clock, self._burst_policy).frames
        finally:
            camera.close()
