"""The four dashboards. Each panel says what it counts; order is importance."""

from indexer.kibana.conditions import AtLeast, Below, Between, Has, Is
from indexer.kibana.panels import (
    Count,
    Dashboard,
    Latest,
    Measure,
    Over,
    Panel,
    Parts,
    Ranges,
    Search,
    Shown,
    Top,
    Unusual,
)

# Deleted documents stay in the index as empty ones, so that no old write brings them back.
THERE = Is("removed", False)
USABLE = Is("status", "usable")

LATEST_ARTICLES = Search(
    id="latest-articles",
    title="Latest articles",
    view="articles",
    where=(THERE, USABLE),
    columns=("title", "outlet", "credit", "language", "copies", "story", "url"),
    note="Newest first; the story leads back to Copydesk.",
)
LATEST_STORIES = Search(
    id="latest-stories",
    title="Latest stories",
    view="stories",
    where=(THERE,),
    columns=("headline", "articles", "copy_groups", "velocity", "outlets", "id"),
    note="Newest report first; the id leads back to Copydesk.",
)
DEAD_LETTERS = Search(
    id="dead-letters",
    title="Dead letters",
    view="operations",
    where=(Is("kind", "dead_letter"),),
    columns=("stage", "subject", "reason"),
    note="What could not be placed or indexed; `copydesk deadletter list` shows them too.",
)
SEARCHES = (LATEST_ARTICLES, LATEST_STORIES, DEAD_LETTERS)

DESK = Dashboard(
    id="desk",
    title="Copydesk: Desk",
    note="What moves, what rests on one text, and what came in last.",
    panels=(
        Panel(
            id="desk-velocity",
            title="Stories by velocity",
            note="Reports an hour over the three hours that end with the last report.",
            view="stories",
            chart="table",
            where=(THERE, AtLeast("articles", 2)),
            buckets=(Top(label="Story", field="id", size=15),),
            metrics=(
                Measure(label="Reports an hour", field="velocity", how="max"),
                Measure(label="Reports", field="articles", how="max"),
                Measure(label="Texts", field="copy_groups", how="max"),
                Latest(label="Headline", field="headline", by="last_report"),
            ),
            height=14,
        ),
        Panel(
            id="desk-single-source",
            title="Single-source stories",
            note="Several reports, but all of them print one text.",
            view="stories",
            chart="table",
            where=(THERE, AtLeast("articles", 2), Is("copy_groups", 1)),
            buckets=(Top(label="Story", field="id", size=15),),
            metrics=(
                Measure(label="Reports", field="articles", how="max"),
                Latest(label="Headline", field="headline", by="last_report"),
            ),
            height=14,
        ),
        Panel(
            id="desk-sizes",
            title="Story sizes over time",
            view="stories",
            chart="columns",
            where=(THERE,),
            buckets=(
                Parts(
                    label="Reports",
                    parts=(
                        ("1", Is("articles", 1)),
                        ("2 to 4", Between("articles", 2, 5)),
                        ("5 to 19", Between("articles", 5, 20)),
                        ("20 or more", AtLeast("articles", 20)),
                    ),
                ),
                Over(label="Last report", field="last_report"),
            ),
            metrics=(Count(label="Stories"),),
        ),
        Panel(
            id="desk-names",
            title="Names now, against the baseline",
            note="In many of the articles of the chosen time, in few of all that are indexed.",
            view="articles",
            chart="bars",
            where=(THERE, USABLE),
            buckets=(Unusual(label="Name", field="names", size=20),),
            metrics=(Count(label="Articles"),),
        ),
        Panel(
            id="desk-languages",
            title="Languages",
            view="articles",
            chart="bars",
            where=(THERE, USABLE),
            buckets=(Top(label="Language", field="language", size=12),),
            metrics=(Count(label="Articles"),),
        ),
        Panel(
            id="desk-countries",
            title="Countries",
            view="articles",
            chart="bars",
            where=(THERE, USABLE),
            buckets=(Top(label="Country", field="country", size=12),),
            metrics=(Count(label="Articles"),),
        ),
        Shown(search=LATEST_ARTICLES),
    ),
)

COVERAGE = Dashboard(
    id="coverage",
    title="Copydesk: Coverage",
    note="Who reports how much, about what, and what of it is theirs alone.",
    panels=(
        Panel(
            id="coverage-volume",
            title="Volume by outlet over time",
            view="articles",
            chart="columns",
            where=(THERE, USABLE),
            buckets=(
                Top(label="Outlet", field="outlet", size=10),
                Over(label="First seen", field="first_seen"),
            ),
            metrics=(Count(label="Articles"),),
            width=48,
        ),
        Panel(
            id="coverage-exclusive",
            title="Exclusive against reprinted, by outlet",
            note="Exclusive: no other article has this text.",
            view="articles",
            chart="rates",
            where=(THERE, USABLE),
            buckets=(
                Top(label="Outlet", field="outlet", size=15),
                Parts(
                    label="Text",
                    parts=(
                        ("exclusive", Below("copies", 2)),
                        ("reprinted", AtLeast("copies", 2)),
                    ),
                ),
            ),
            metrics=(Count(label="Articles"),),
            height=16,
        ),
        Panel(
            id="coverage-outlets",
            title="Share by outlet",
            view="articles",
            chart="shares",
            where=(THERE, USABLE),
            buckets=(Top(label="Outlet", field="outlet", size=15),),
            metrics=(Count(label="Articles"),),
            height=16,
        ),
        Panel(
            id="coverage-topics",
            title="Volume by topic over time",
            note="The topic is the section that the outlet gave.",
            view="articles",
            chart="columns",
            where=(THERE, USABLE, Has("section")),
            buckets=(
                Top(label="Topic", field="section", size=10),
                Over(label="First seen", field="first_seen"),
            ),
            metrics=(Count(label="Articles"),),
        ),
        Panel(
            id="coverage-topic-share",
            title="Share by topic",
            view="articles",
            chart="shares",
            where=(THERE, USABLE, Has("section")),
            buckets=(Top(label="Topic", field="section", size=15),),
            metrics=(Count(label="Articles"),),
        ),
    ),
)

COPIES = Dashboard(
    id="copies",
    title="Copydesk: Copies",
    note="Who reprints whom, how often and how closely.",
    panels=(
        Panel(
            id="copies-rate",
            title="Reprint rate by outlet",
            note="Share of an outlet's articles whose text another one printed first.",
            view="articles",
            chart="bars",
            where=(THERE, USABLE),
            buckets=(Top(label="Outlet", field="outlet", size=20),),
            metrics=(Measure(label="Reprints", field="reprint", how="average", shown="percent"),),
            height=16,
        ),
        Panel(
            id="copies-agencies",
            title="Agencies' reach",
            note="In how many outlets an agency is credited, and how often.",
            view="articles",
            chart="table",
            where=(THERE, USABLE, Has("credit")),
            buckets=(Top(label="Agency", field="credit", size=20),),
            metrics=(
                Measure(label="Outlets", field="outlet", how="unique_count"),
                Count(label="Articles"),
                Measure(label="Texts", field="copy_group", how="unique_count"),
            ),
            height=16,
        ),
        Panel(
            id="copies-sizes",
            title="Copy groups by size",
            note="Counted by their first prints.",
            view="articles",
            chart="columns",
            where=(THERE, Is("reprint", 0)),
            buckets=(
                Ranges(
                    label="Articles with the text",
                    field="copies",
                    edges=(1, 2, 3, 5, 10, 20),
                    names=("1", "2", "3 to 4", "5 to 9", "10 to 19", "20 or more"),
                ),
            ),
            metrics=(Count(label="Copy groups"),),
        ),
        Panel(
            id="copies-similarity",
            title="Similarity of copies",
            note="Share of common word sequences with the text it was matched with.",
            view="articles",
            chart="columns",
            where=(THERE, Has("similarity")),
            buckets=(
                Ranges(
                    label="Similarity",
                    field="similarity",
                    edges=(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
                    names=("0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"),
                ),
            ),
            metrics=(Count(label="Articles"),),
        ),
    ),
)

OPERATIONS = Dashboard(
    id="operations",
    title="Copydesk: Operations",
    note="Whether news comes in, in time and whole.",
    panels=(
        Panel(
            id="operations-delay",
            title="From publication to searchable",
            note="Seconds; only what was published after its source was added.",
            view="operations",
            chart="lines",
            where=(Is("kind", "indexed"),),
            buckets=(Over(label="Time", field="at"),),
            metrics=(
                Measure(label="p50", field="delays", how="percentile", percent=50),
                Measure(label="p95", field="delays", how="percentile", percent=95),
            ),
        ),
        Panel(
            id="operations-fetches",
            title="Fetch results",
            view="operations",
            chart="columns",
            where=(Is("kind", "fetch"),),
            buckets=(
                Top(label="Outcome", field="outcome", size=10),
                Over(label="Time", field="at"),
            ),
            metrics=(Count(label="Fetches"),),
        ),
        Panel(
            id="operations-stale",
            title="Stale sources",
            note="Last fetched well more than a day and three of their intervals ago.",
            view="operations",
            chart="table",
            where=(Is("kind", "source"), Is("stale", 1)),
            buckets=(Top(label="Source", field="source", size=20),),
            metrics=(
                Measure(label="Hours silent", field="silent_hours", how="max"),
                Measure(label="Failures in a row", field="failures", how="max"),
                Latest(label="Last outcome", field="outcome", by="at"),
            ),
        ),
        Panel(
            id="operations-dead-letters",
            title="Dead letters by stage and reason",
            view="operations",
            chart="table",
            where=(Is("kind", "dead_letter"),),
            buckets=(
                Top(label="Stage", field="stage", size=5),
                Top(label="Reason", field="reason", size=10),
            ),
            metrics=(Count(label="Letters"),),
        ),
        Shown(search=DEAD_LETTERS, height=10),
    ),
)

DASHBOARDS = (DESK, COVERAGE, COPIES, OPERATIONS)
