"""How late news is noticed, against other schedulers with as many polls.

    python -m benchmarks.schedule [--corpus ../shared/data] [--budget 12 24 96] [--every 1]

Learns from six weeks of real item times, lets every rule settle for a week, counts the four weeks
after that. Feeds show 20 items. Every rule is tuned to the same number of polls. Goals: mean delay
at most .6 of the fixed interval and .9 of the root rule, nobody better at the 95th percentile, and
nothing lost to overflow where the fixed interval loses any.
"""

import argparse
from pathlib import Path

from benchmarks.schedule_replay import COUNTED, DAY, END, LEARNT, Outcome, item_times, tuned
from benchmarks.schedule_rules import PEERS, Copydesk, learnt
from crawler.schedule import SchedulePolicy, solve_threshold


def main() -> None:
    """Prints one table per budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("../shared/data"))
    parser.add_argument("--budget", type=float, nargs="+", default=[12, 24, 96],
                        help="polls a source and day on average")  # fmt: skip
    parser.add_argument("--every", type=int, default=1, help="take every n-th source")
    parser.add_argument("--window", type=int, default=20, help="items that a feed shows")
    parser.add_argument("--only", nargs="*", help="names of the peers to run")
    chosen = parser.parse_args()
    sources = item_times(chosen.corpus, every=chosen.every)
    histories = [
        learnt([time for time in times if time < LEARNT], window=chosen.window)
        for times in sources.values()
    ]
    policy = SchedulePolicy(min_interval=60.0, max_interval=7 * DAY)
    for budget in chosen.budget:
        polls = round(budget * len(sources) * (END - COUNTED) / DAY)
        solved = solve_threshold(histories, policy, polls_per_day=budget * len(sources))
        knob, ours = tuned(sources, Copydesk, polls=polls, window=chosen.window, start=solved)
        print(
            f"{budget:g} polls a source and day, {len(sources)} sources, {len(ours.delays)} items; "
            f"threshold solved {solved:.0f}, tuned {knob:.0f}"
        )
        found = {"Copydesk": ours}
        for name, rule, start in PEERS:
            if chosen.only and name not in chosen.only:
                continue
            found[name] = tuned(
                sources, rule, polls=polls, window=chosen.window, start=start * 24 / budget
            )[1]
        _show(found, polls)


def _show(found: dict[str, Outcome], polls: int) -> None:
    print(f"  {'':16}{'polls':>8}{'mean':>8}{'median':>8}{'p95':>9}{'lost':>7}  ours is, mean, p95")
    ours = found["Copydesk"]
    for name, outcome in found.items():
        print(
            f"  {name:16}{outcome.polls / polls:8.3f}{outcome.mean / 60:8.2f}"
            f"{outcome.percentile(50) / 60:8.2f}{outcome.percentile(95) / 60:9.2f}{outcome.lost:7}"
            f"  {ours.mean / outcome.mean:8.3f}"
            f"{ours.percentile(95) / outcome.percentile(95):7.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
