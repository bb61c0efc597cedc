"""How the live cameras fare, for Prometheus: asked at each scrape, so that an age is the age now."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.api.cameras import states_of
from edge.clock import Clock


class CameraCollector(Collector):
    """One sample per live camera and figure; a camera that never sent a picture has no age."""

    def __init__(self, cameras: Mapping[str, object], clock: Clock) -> None:
        self._cameras, self._clock = cameras, clock

    def collect(self) -> Iterable[Metric]:
        online = GaugeMetricFamily("shelfcount_camera_online", "1 while the camera delivers pictures, else 0.",
                                   labels=("camera",))
        age = GaugeMetricFamily("shelfcount_camera_picture_age_seconds", "Seconds since the latest sign of a picture.",
                                labels=("camera",))
        restarts = CounterMetricFamily("shelfcount_camera_restarts", "Restarts of the camera's process.", labels=("camera",))
        outages = CounterMetricFamily("shelfcount_camera_outages", "Times at which the camera was lost.", labels=("camera",))
        for name, state in states_of(self._cameras).items():
            online.add_metric((name,), float(state.online))
            if state.last_picture_at is not None:
                age.add_metric((name,), max(0.0, (self._clock.now() - state.last_picture_at).total_seconds()))
            restarts.add_metric((name,), state.restarts)
            outages.add_metric((name,), state.outages)
        return (online, age, restarts, outages)
