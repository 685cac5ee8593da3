"""docs/privacy.md has every column of the schema, with the durations and the jobs of the code."""

from __future__ import annotations

from bot.model.retention import RULES
from tests.support.personal_data import is_sealed, other_columns, personal, stored_columns

NEW = """These columns are in neither table of docs/privacy.md. Add each one to the first table if it is about a person:
what it is, why, whether it is encrypted, how long it is kept, and the job that deletes it (bot/model/retention.py and
bot/retention.py). Otherwise add it to the second."""


def named() -> set[str]:
    """The columns of personal data, each as `table.column`."""
    return {f"{name}.{column}" for row in personal() for name in row.tables for column in row.columns}


def test_every_column_is_on_the_page() -> None:
    """In one of the two tables."""
    missing = stored_columns() - named() - other_columns()

    assert not missing, f"{NEW}\n{sorted(missing)}"


def test_the_page_has_no_column_that_does_not_exist_or_is_in_both_tables() -> None:
    """A column that was removed or renamed is not left there."""
    assert sorted((named() | other_columns()) - stored_columns()) == []
    assert sorted(named() & other_columns()) == []


def test_every_encrypted_column_is_personal_data_and_marked() -> None:
    """And no other is marked."""
    marked = {
        f"{name}.{column}": row.is_encrypted for row in personal() for name in row.tables for column in row.columns
    }
    sealed = {one for one in stored_columns() if is_sealed(*one.split("."))}

    assert sorted(sealed) == sorted(one for one, is_encrypted in marked.items() if is_encrypted)


def test_the_durations_are_those_of_the_jobs() -> None:
    """In the words of the code; what no job deletes says how it ends."""
    assert {row.job: row.kept for row in personal() if row.job} == {job: str(rule) for job, rule in RULES.items()}
    assert {row.kept for row in personal() if not row.job} == {"while it is set"}
    assert [row.columns for row in personal() if not all(row.cells)] == []
