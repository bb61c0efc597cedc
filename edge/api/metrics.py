"""What Prometheus may read of this server, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from edge.logs import events

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_log = events("inference")


class Metrics:
    """Requests by route and status, refused requests by code, counts by how they ended, by camera too; networks by answers and
    restarts, of which it is told."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.requests = Counter("shelfcount_requests", "Answered requests.", ("method", "route", "status"),
                                registry=self.registry)
        self.seconds = Histogram("shelfcount_request_seconds", "Seconds from request to answer.", ("route",),
                                 buckets=(0.001, 0.005, 0.02, 0.1, 0.3, 1.0, 3.0), registry=self.registry)
        self.rejections = Counter("shelfcount_rejections", "Requests answered with a problem.", ("code",),
                                  registry=self.registry)
        self.counts = Counter("shelfcount_counts", "Counts that ended, by outcome.", ("outcome",),
                              registry=self.registry)
        self.camera_counts = Counter("shelfcount_camera_counts", "Counts by camera, status and main reason.",
                                     ("camera", "status", "reason"), registry=self.registry)
        self.count_seconds = Histogram("shelfcount_count_seconds", "Seconds that a count took, by source and how it ended.",
                                       ("source", "outcome"), buckets=(0.3, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0, 80.0),
                                       registry=self.registry)
        self.picture_age_seconds = Histogram("shelfcount_count_picture_age_seconds",
                                             "Age of the counted picture, in seconds, when its count ended.", ("camera",),
                                             buckets=(0.3, 1.0, 3.0, 10.0, 30.0, 100.0), registry=self.registry)
        self.verdicts = Counter("shelfcount_verdicts", "Looks of a camera, by each reason why something could not be seen.",
                                ("camera", "reason"), registry=self.registry)
        self.abstentions = Counter("shelfcount_abstentions", "Counts of a camera that said that they cannot see.", ("camera",),
                                   registry=self.registry)
        self.counts_waiting = Gauge("shelfcount_counts_waiting", "Counts that wait for the worker.",
                                    registry=self.registry)

        self.inference_seconds = Histogram("shelfcount_inference_seconds", "Seconds of one answer of a network.", ("network",),
                                           buckets=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0), registry=self.registry)
        self.inference_restarts = Counter("shelfcount_inference_restarts", "Networks that were started again, by why.",
                                          ("network", "why"), registry=self.registry)

    def answered(self, network: str, seconds: float) -> None:
        self.inference_seconds.labels(network).observe(seconds)

    def restarted(self, network: str, why: str) -> None:
        _log.warning("network_restarted", network=network, why=why)
        self.inference_restarts.labels(network, why).inc()

    def replied(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. To look labels up costs more than to count, so what they name is kept."""
        kept = self._answers.get((method, route, status))
        if kept is None:
            kept = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._answers[method, route, status] = kept
        requests, took = kept
        requests.inc()
        took.observe(seconds)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
