"""The metrics of those who are told what saved searches match."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from copydesk.alerts.deliveries import Outcome, Standing, State

_COUNTED: tuple[tuple[Outcome, str, str], ...] = (
    ("delivered", "copydesk_receiver_matches_delivered", "Matches that receivers took."),
    ("failed", "copydesk_receiver_messages_failed", "Messages that receivers did not take."),
    ("given-up", "copydesk_receivers_given_up", "How often a receiver was given up."),
)


def receiver_metrics(
    found: Mapping[State, Standing], counted: Mapping[Outcome, int], *, now: float
) -> Iterator[Metric]:
    """How many there are and wait, by state, and what became of messages."""

    def waited(each: Standing) -> float:
        return 0.0 if each.waiting_since is None else max(now - each.waiting_since, 0.0)

    gauges: tuple[tuple[str, str, Callable[[Standing], float]], ...] = (
        ("copydesk_receivers", "Receivers of matches by state.", lambda each: each.receivers),
        (
            "copydesk_receiver_matches_waiting",
            "Matches that wait to be told, by the state of their receivers.",
            lambda each: each.waiting,
        ),
        (
            "copydesk_receiver_oldest_waiting_seconds",
            "How long the first of them has waited; 0 when none waits.",
            waited,
        ),
    )
    for name, words, value in gauges:
        gauge = GaugeMetricFamily(name, words, labels=("state",))
        for state, each in found.items():
            gauge.add_metric((state,), value(each))
        yield gauge
    for outcome, name, words in _COUNTED:
        yield CounterMetricFamily(name, words, counted[outcome])
