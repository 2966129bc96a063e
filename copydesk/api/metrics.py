"""Prometheus metrics: what the record holds, how far the engine is, how long requests take."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from copydesk.alerts import deliveries
from copydesk.api.context import ServeContext
from copydesk.api.receiver_metrics import receiver_metrics
from copydesk.clocks import Every
from copydesk.errors import RecordError
from copydesk.record import embargoes, reading, standstill
from copydesk.record.reading_health import health_counts
from indexer.errors import IndexerError

# From a page out of the cache to the worst search we would still call an answer.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Ten thousand sources take two seconds to judge, and are judged by their last polls.
_JUDGED_SECONDS = 60.0
_COUNTED = (
    ("articles", "copydesk_articles", "Articles in the record."),
    ("stories", "copydesk_stories", "Stories in the record; merged ones do not count."),
    ("copy_groups", "copydesk_copy_groups", "Copy groups in the record."),
    ("inbox", "copydesk_inbox_articles", "Articles that wait for the desk."),
    ("dead_letters", "copydesk_dead_letters", "What was set aside for a person to look at."),
    ("log_head", "copydesk_log_head", "The last position of the change log."),
)


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self, context: ServeContext) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Holdings(context))
        self._durations = Histogram(
            "copydesk_http_request_duration_seconds",
            "How long requests took, by route and status.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request. ``route`` is the template of the path, so that labels stay few."""
        self._durations.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)


class _Holdings(Collector):
    """Asks the record and the engine when Prometheus asks us."""

    def __init__(self, context: ServeContext) -> None:
        self._context = context
        self._states: dict[str, int] = {}
        self._judgements = Every(_JUDGED_SECONDS)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        yield from self._record()
        yield from self._engine()
        started = "When this process began to serve, in epoch seconds."
        yield GaugeMetricFamily("copydesk_start_time_seconds", started, self._context.started)

    def _record(self) -> Iterable[Metric]:
        up = "Whether the record can be read."
        try:
            with self._context.record.reading() as connection:
                counts = reading.counts(connection)
                endless = embargoes.count_endless(connection)
                healths = self._healths(connection)
                standings = deliveries.standings(connection)
                delivered = deliveries.counted(connection)
        except RecordError:
            yield GaugeMetricFamily("copydesk_record_up", up, 0)
            return
        yield GaugeMetricFamily("copydesk_record_up", up, 1)
        for field, name, words in _COUNTED:
            yield GaugeMetricFamily(name, words, getattr(counts, field))
        words = "Articles under an embargo of which no end is known."
        yield GaugeMetricFamily("copydesk_embargoes_without_end", words, endless)
        sources = GaugeMetricFamily(
            "copydesk_sources",
            "Active sources by the outcome of their last fetch.",
            labels=("outcome",),
        )
        for outcome, count in sorted(counts.outcomes.items()):
            sources.add_metric((outcome,), count)
        yield sources
        states = GaugeMetricFamily(
            "copydesk_source_health",
            "Sources by the state of their health.",
            labels=("state",),
        )
        for state, count in sorted(healths.items()):
            states.add_metric((state,), count)
        yield states
        yield from receiver_metrics(standings, delivered, now=self._context.now())

    def _healths(self, connection: Connection) -> dict[str, int]:
        now = self._context.now()
        if self._judgements.is_due(now):
            self._states = health_counts(connection, now=now)
        return self._states

    def _engine(self) -> Iterable[Metric]:
        up = "Whether the search engine answers, and takes what the desk writes."
        try:
            position = self._context.engine.position()
        except IndexerError:
            yield GaugeMetricFamily("copydesk_engine_up", up, 0)
            return
        yield GaugeMetricFamily("copydesk_engine_up", up, 0 if self._stands_still() else 1)
        words = "The position of the change log up to which search is complete."
        yield GaugeMetricFamily("copydesk_engine_position", words, position)

    def _stands_still(self) -> bool:
        try:
            with self._context.record.reading() as connection:
                return standstill.lasting(connection, now=self._context.now()) is not None
        except RecordError:
            return False  # ``copydesk_record_up`` says so
