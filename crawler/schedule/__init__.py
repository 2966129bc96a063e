"""When to poll a source next: pure arithmetic on what is known of it."""

from crawler.schedule.budget import solve_threshold
from crawler.schedule.clamps import after_skips
from crawler.schedule.history import SourceHistory, remember
from crawler.schedule.plan import (
    Plan,
    Schedule,
    SchedulePolicy,
    jitter_of,
    next_poll,
    pushed,
)
from crawler.schedule.rhythm import Intensity, Rhythm

__all__ = [
    "Intensity",
    "Plan",
    "Rhythm",
    "Schedule",
    "SchedulePolicy",
    "SourceHistory",
    "after_skips",
    "jitter_of",
    "next_poll",
    "pushed",
    "remember",
    "solve_threshold",
]
