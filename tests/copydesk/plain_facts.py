"""The definition of a story's facts, computed from all its reports at once: slow and plain."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from copydesk.headline_forms import is_aside
from copydesk.story_facts import StoryFacts
from copydesk.story_headlines import Report, telling_words


def plain_facts(reports: Sequence[Report]) -> StoryFacts:
    """What :class:`copydesk.story_facts.Tally` must say of these reports."""
    ordered = sorted(reports, key=lambda report: (report.at, report.id))
    head = _headline(ordered)
    return StoryFacts(
        headline=head.title,
        headline_article=head.id,
        summary=head.summary,
        first_report=ordered[0].at,
        last_report=ordered[-1].at,
        articles=len(ordered),
        copy_groups=len({report.copy_group for report in ordered}),
        outlets=_ranked(report.outlet for report in ordered),
        languages=_ranked(report.language for report in ordered),
        countries=_ranked(report.country for report in ordered),
        terms=_key_words([each for each in _in_use(ordered) if _spoken(each) == _spoken(head)]),
    )


def _headline(ordered: Sequence[Report]) -> Report:
    in_use = _in_use(ordered)
    usual = [language.partition("-")[0] for language in _ranked(r.language for r in ordered)]
    main = next((each for each in usual if each in map(_spoken, in_use)), "")
    candidates = [report for report in in_use if _spoken(report) == main]
    texts: dict[str, list[Report]] = {}
    words: Counter[str] = Counter()
    for report in candidates:
        texts.setdefault(report.copy_group, []).append(report)
        words.update(_long_words(report.title))

    def typical(report: Report) -> float:
        mine = _long_words(report.title)
        worth = 0.7 if len(mine) < 3 or is_aside(report.title) else 1.0
        return worth * (sum(words[word] for word in mine) - len(mine)) / (len(mine) + 6)

    def weight(text: Sequence[Report]) -> tuple[float, float]:
        return typical(text[0]) + _printed(text) - 1, -text[0].at

    return max(_competing(texts), key=weight)[0]


def _in_use(reports: Sequence[Report]) -> list[Report]:
    """Those that were not cancelled; of a story that was cancelled as a whole, all."""
    return [each for each in reports if each.status != "cancelled"] or list(reports)


def _competing(texts: Mapping[str, Sequence[Report]]) -> list[Sequence[Report]]:
    """128 texts drawn by lot, which is by their names, and the 16 that most outlets printed."""
    drawn = sorted(texts)[:128]
    several = [(-_printed(text), group) for group, text in texts.items() if _printed(text) > 1]
    most = {group for _, group in sorted(several)[:16]}
    return [text for group, text in texts.items() if group in most or group in drawn]


def _printed(text: Sequence[Report]) -> int:
    return len({report.outlet or report.id for report in text})


def _spoken(report: Report) -> str:
    """Regional forms are one language."""
    return report.language.partition("-")[0]


def _long_words(title: str) -> frozenset[str]:
    return frozenset(word for word in title.casefold().split() if len(word) > 3)


def _key_words(ordered: Sequence[Report]) -> tuple[str, ...]:
    texts: dict[str, set[str]] = {}
    spelt: dict[str, list[str]] = {}
    for report in ordered:
        for folded, word in telling_words(report.title, report.language):
            texts.setdefault(report.copy_group, set()).add(folded)
            spelt.setdefault(folded, []).append(word)
    groups = {report.copy_group for report in ordered}
    counted = Counter(word for words in texts.values() for word in words)
    telling = [(-n, word) for word, n in counted.items() if n >= min(2, len(groups))]
    return tuple(Counter(spelt[word]).most_common(1)[0][0] for _, word in sorted(telling)[:12])


def _ranked(values: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(value for value in values if value)
    return tuple(sorted(counted, key=lambda value: (-counted[value], value)))
