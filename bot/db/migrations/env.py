"""Runs the migrations on the connection that bot/db/migrate.py opened."""

from __future__ import annotations

from alembic import context

from bot.db.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
