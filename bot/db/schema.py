"""The tables, defined once for both databases; bot/db/migrations creates and changes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, false

from bot.db.columns import UtcDateTime, account_key, partial_index, workspace_key
from bot.db.columns import metadata as metadata
from bot.db.vault import SealedText

HAS_PROBLEM = "state in ('unknown', 'dead', 'missed')"
OPEN = "state in ('giving', 'held', 'withdrawing')"
IDENTITY = (
    "team_id",
    "enterprise_id",
    "provider",
    "account",
    "session_id",
    "kind",
    "start",
    "before_s",
    "occurrence",
    "channel_id",
)
"""The unique key of a notice."""
CHANNEL_AND_SECOND = ("team_id", "enterprise_id", "channel_id", "post_at")

people = Table(
    "people",
    metadata,
    *workspace_key(),
    Column("user_id", String(32), primary_key=True),
    Column("profile", SealedText, nullable=False),  # includes the email address
    Column("seen_at", UtcDateTime, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    *workspace_key(),
    Column("draft_id", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False),
    Column("content", SealedText, nullable=False),  # may include a password
    Column("state", String(16), nullable=False),  # open, sent
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_drafts_person", "team_id", "enterprise_id", "user_id", "changed_at"),
)

creations = Table(
    "creations",
    metadata,
    *account_key(),
    Column("draft_id", String(64), primary_key=True),  # a form can be submitted twice, but creates once
    Column("user_id", String(32), nullable=False),
    Column("title", Text, nullable=False),  # concurrent creations of one title look the same at the provider
    Column("content", SealedText, nullable=False),  # the form, the host, and where to reply
    Column("step", String(16), nullable=False),
    Column("webinar_id", String(32)),
    Column("session_id", String(32)),
    Column("begun_at", UtcDateTime, nullable=False),  # machine time, like the vendor's creationTime
    Column("problem", Text, nullable=False, server_default=""),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_creations_step", "step"),
)

webinars = Table(
    "webinars",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("webinar_id", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("length_s", Integer, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("audience", String(16)),
    Column("host_user_id", String(64), nullable=False),
    Column("host_name", SealedText(lost_key_is_null=True, is_cached=True)),  # the next list of sessions has it again
    Column("created_by", String(32), nullable=False),
    Column("attendee_link", Text, nullable=False),  # the shared link, which a card may show
    Column("host_link", SealedText),
    Column("page_uri", Text, nullable=False, server_default=""),
    Column("registrant_count", Integer),
    Column("registrant_limit", Integer),
    Column("registration_open", Boolean),
    Column("has_real_registrants", Boolean),
    Column("counted_at", UtcDateTime),
    Column("limit_since", UtcDateTime),  # when this limit was first read: setting it again starts a new occurrence
    Column("full_since", UtcDateTime),  # when the limit closed the registration; null if a person did
    Column("preferences", Text),  # JSON of the registration preferences other than the limit
    Column("after_count", Integer, nullable=False, server_default="0"),
    Column("after_closes_at", UtcDateTime),  # when registration for the recording closes
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("panel_offset_s", Integer, nullable=False, server_default="0"),
    Column("fixed_options", Text),  # JSON of the options that the account fixes, as last read
    Column("abilities", Text),  # JSON of what the event supports; null: the default (model.ability.ALL)
    Column("questions", Text),  # JSON of the questions of the registration form, if the provider lists them
    Column("questions_at", UtcDateTime),  # when they were read
    Column("live_from", UtcDateTime),  # when it went live, if before its start
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_webinars_start", "team_id", "enterprise_id", "start"),
)

cards = Table(
    "cards",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("channel_id", String(32), primary_key=True),
    Column("message_ts", String(32), primary_key=True),  # a webinar shared twice has two cards
    Column("shown", String(64), nullable=False),  # digest of the content, to edit the card only when it changes
    Column("shared_by", String(32), nullable=False),
    Column("shared_at", UtcDateTime, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("enterprise_id", String(32), nullable=False, server_default=""),
    Column("provider", String(32), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("before_s", Integer, nullable=False),
    Column("occurrence", String(64), nullable=False, server_default=""),
    Column("due_at", UtcDateTime, nullable=False),
    Column("hand_at", UtcDateTime, nullable=False),
    Column("way", String(16), nullable=False),  # held (scheduled at Slack) or posted
    Column("expires_at", UtcDateTime, nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),  # JSON: titles, counts and Slack ids, no registrants
    Column("state", String(16), nullable=False),
    Column("parcel_id", BigInteger),  # the message it is batched or was posted in
    Column("problem", Text, nullable=False, server_default=""),
    UniqueConstraint(*IDENTITY, name="uq_notices_what"),
    partial_index("ix_notices_hand", "way", "hand_at", "id", where="state = 'planned'"),
    partial_index("ix_notices_due", "team_id", "enterprise_id", "due_at", where="state = 'planned'"),
    partial_index("ix_notices_problems", "team_id", "enterprise_id", "due_at", where=HAS_PROBLEM),
    Index("ix_notices_session", "team_id", "enterprise_id", "session_id"),
    Index("ix_notices_channel", "team_id", "enterprise_id", "channel_id", "due_at"),
    partial_index("ix_notices_parcel", "parcel_id", where="parcel_id is not null"),
    sqlite_autoincrement=True,
)

outbox_messages = Table(
    "parcels",
    metadata,
    Column("id", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("enterprise_id", String(32), nullable=False, server_default=""),
    Column("channel_id", String(32), nullable=False),
    Column("way", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    # The Unix second at which it is posted; with the channel it identifies a message scheduled at Slack.
    Column("post_at", BigInteger, nullable=False),
    Column("mark", String(32), nullable=False, server_default=""),  # metadata of a posted message, to find it again
    Column("scheduled_id", String(64)),
    Column("message_ts", String(32)),
    Column("text_digest", String(64)),  # of the text that Slack has, to replace it if it changes
    Column("posted_in", String(32)),  # the channel of the post: a DM has its own id
    Column("edit_at", UtcDateTime),  # when a posted message may have to be edited (domain time)
    Column("wake_at", UtcDateTime, nullable=False),  # when it is next due for work (domain time)
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text, nullable=False, server_default=""),
    partial_index("uq_parcels_post", *CHANNEL_AND_SECOND, where=f"way = 'held' and {OPEN}", unique=True),
    Index("ix_parcels_channel", *CHANNEL_AND_SECOND),
    partial_index("ix_parcels_open", "wake_at", where=OPEN),
    partial_index("ix_parcels_edit", "edit_at", where="edit_at is not null"),
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    *workspace_key(),
    Column("channel_id", String(32), primary_key=True),
    Column("scope", String(16), primary_key=True),  # webinar, mine, all
    Column("subject", String(32), primary_key=True),  # the session's id, the person's id, or empty
    Column("provider", String(32), primary_key=True, server_default=""),  # of a webinar, else empty
    Column("account", String(64), primary_key=True, server_default=""),
    Column("features", Text, nullable=False),  # feature names, comma-separated
    Column("leads", Text),  # seconds before the start, comma-separated; null: the default of the workspace
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("by_share", Boolean, nullable=False),
    Column("by_organizer", Boolean, nullable=False, server_default=false()),  # of all webinars, announced or not
    Index("ix_subscriptions_subject", "team_id", "enterprise_id", "subject"),
)

channels = Table(
    "channels",
    metadata,
    *workspace_key(),
    Column("channel_id", String(32), primary_key=True),
    Column("time_zone", String(64), nullable=False),
    Column("quiet_from", Integer),  # minutes after local midnight; null: no quiet hours
    Column("quiet_to", Integer),
    Column("digest", String(16), nullable=False, server_default=""),  # daily, weekly, or empty
    Column("digest_at", Integer, nullable=False, server_default="540"),  # minutes after local midnight
    Column("digest_day", Integer, nullable=False, server_default="0"),  # 0 Monday … 6 Sunday, for a weekly one
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

workspaces = Table(
    "workspaces",
    metadata,
    *workspace_key(),
    Column("leads", Text, nullable=False),  # default reminders: seconds before the start, comma-separated
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

visibility = Table(
    "visibility",
    metadata,
    *workspace_key(),
    Column("unannounced", String(16), nullable=False),  # who sees webinars without a card: people, members
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

counts = Table(
    "counts",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("read_at", UtcDateTime, primary_key=True),
    Column("registrant_count", Integer, nullable=False),
    Column("registrant_limit", Integer),
    Column("registration_open", Boolean, nullable=False),
)
"""One row per reading that differs from the previous one."""
