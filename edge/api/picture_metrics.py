"""What Prometheus may read of the kept pictures; looked up when it asks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.counting.evidence import Evidence


class PictureCollector(Collector):
    """How many pictures are kept, what they take, and how many were not kept, by why."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        evidence.kept()  # one walk now; at each asking the figures in memory are told

    def collect(self) -> Iterator[Metric]:
        sizes = self._evidence.sizes_bytes
        yield GaugeMetricFamily("shelfcount_pictures", "Pictures that are kept.", len(sizes))
        yield GaugeMetricFamily("shelfcount_pictures_bytes", "What they take on the disk.", sum(sizes))
        gone = CounterMetricFamily("shelfcount_pictures_not_kept", "Pictures that were not kept, by why.", labels=("why",))
        for why in ("cannot_mask", "disk_full"):
            gone.add_metric((why,), self._evidence.not_kept[why])
        yield gone
