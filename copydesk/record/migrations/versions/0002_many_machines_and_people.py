"""Many machines, people's word and deletion"""

import base64
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _complete_the_first_schema()
    # Who leads, and under which term: every write of a desk carries its term.
    op.create_table(
        "leadership",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_leadership")),
    )
    # What the desk was told, for a desk with an older memory.
    op.create_table(
        "desk_journal",
        sa.Column("before", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("before", name=op.f("pk_desk_journal")),
    )
    with op.batch_alter_table("desk_journal", schema=None) as batch_op:
        batch_op.create_index("ix_desk_journal_at", ["at"], unique=False)
    # Articles that are to be deleted, and that were, so that no crawl brings them back.
    op.create_table(
        "deletions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("applied", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_deletions")),
    )
    with op.batch_alter_table("deletions", schema=None) as batch_op:
        batch_op.create_index("ix_deletions_applied", ["applied"], unique=False)
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("text_gone", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.drop_index("ix_articles_source")
        batch_op.create_index("ix_articles_source_at", ["source", "at"], unique=False)
        batch_op.create_index(
            "ix_articles_with_text",
            ["at"],
            unique=False,
            sqlite_where=sa.text("text_gone = 0"),
            postgresql_where=sa.text("text_gone = 0"),
        )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("keep_text_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("secret", sa.Text(), server_default="", nullable=False))
    # What people decided about stories; it survives every re-clustering.
    op.create_table(
        "overrules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("articles", sa.Text(), server_default="[]", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("effect", sa.LargeBinary(), nullable=True),
        sa.Column("applied", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrules")),
    )
    with op.batch_alter_table("overrules", schema=None) as batch_op:
        batch_op.create_index("ix_overrules_story", ["story"], unique=False)
        batch_op.create_index("ix_overrules_state", ["state"], unique=False)
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("again", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("stories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pinned", sa.Integer(), server_default="0", nullable=False))
    # Queries that people saved, and what they found.
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_searches_name")),
    )
    op.create_table(
        "search_matches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("search", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_matches")),
    )
    with op.batch_alter_table("search_matches", schema=None) as batch_op:
        batch_op.create_index(
            "uq_search_matches_search_subject", ["search", "subject"], unique=True
        )
    # What hubs push to us (WebSub).
    op.create_table(
        "subscriptions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("attempt_at", sa.Double(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_push", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("token", name=op.f("uq_subscriptions_token")),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_attempt_at", ["attempt_at"], unique=False)

    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lies", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("leased_by", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("leased_until", sa.Double(), server_default="0", nullable=False)
        )

    _shorten_keys()


def _shorten_keys() -> None:
    """Long identity keys become digests, as :mod:`copydesk.record.keys` has them from now on."""
    connection = op.get_bind()
    long = sa.text("SELECT key FROM article_keys WHERE length(key) > 48 LIMIT 5000")
    shorten = sa.text("UPDATE article_keys SET key = :short WHERE key = :long")
    while keys := connection.scalars(long).all():
        connection.execute(shorten, [{"long": key, "short": _short(key)} for key in keys])


def _short(key: str) -> str:
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=15).digest()
    return f"{key.partition(':')[0]}:#{base64.b32encode(digest).decode('ascii').lower()}"


def _complete_the_first_schema() -> None:
    """The first schema was completed within its first hour: earlier records lack two columns."""
    there = sa.inspect(op.get_bind())
    for table, column in (
        ("known_articles", sa.Column("has_text", sa.Integer(), server_default="0", nullable=False)),
        ("sources", sa.Column("configured_url", sa.Text(), server_default="", nullable=False)),
    ):
        if column.name not in {each["name"] for each in there.get_columns(table)}:
            op.add_column(table, column)
    op.execute("UPDATE sources SET configured_url = url WHERE configured_url = ''")
