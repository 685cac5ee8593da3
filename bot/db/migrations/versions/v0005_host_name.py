"""The names of hosts, encrypted like every other name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import context, op

if TYPE_CHECKING:
    from bot.db.vault import Vault

revision = "0005"
down_revision = "0004"

KEY = ("team_id", "enterprise_id", "provider", "account", "session_id")


def upgrade() -> None:
    """Encrypt the names. Without the key (`migrate` of a test) they are dropped: the next list of sessions has them."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute(sa.text("pragma secure_delete = on"))  # or the names would stay in free pages of the file
    op.add_column("webinars", sa.Column("sealed_name", sa.LargeBinary(), nullable=True))
    vault: Vault | None = context.config.attributes.get("vault")
    if vault:
        _seal_names(vault)
    op.execute(sa.text("alter table webinars drop column host_name"))
    op.execute(sa.text("alter table webinars rename column sealed_name to host_name"))


def _seal_names(vault: Vault) -> None:
    table = sa.table(
        "webinars", *map(sa.column, KEY), sa.column("host_name"), sa.column("sealed_name", sa.LargeBinary())
    )
    names = op.get_bind().execute(sa.select(table).where(table.c.host_name != "")).all()
    for row in names:
        this = [table.c[name] == getattr(row, name) for name in KEY]
        op.get_bind().execute(sa.update(table).where(*this).values(sealed_name=vault.seal(row.host_name)))
