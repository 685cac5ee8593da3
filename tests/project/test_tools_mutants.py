"""`tools.mutants` finds the changes that no test detects."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.processes import ROOT
from tools.mutants import GROUPS, Group, Survivor, main, mutate

TINY = '''
def is_full(count: int, limit: int) -> bool:
    """Tested at the limit."""
    return count >= limit


def is_nearly_full(count: int, limit: int) -> bool:
    """Tested far from the limit alone."""
    return count >= limit - 1


def line(words: list[str]) -> str:
    """Joining None is rejected by mypy."""
    return " ".join(words)
'''
WEAK = """
from bot.tiny import is_full, is_nearly_full, line


def test_tiny() -> None:
    assert [is_full(count, 5) for count in (4, 5, 6)] == [False, True, True]
    assert [is_nearly_full(count, 5) for count in (1, 9)] == [False, True]
    assert line(["Launch", "day"]) == "Launch day"
"""


@pytest.mark.skipif(find_spec("mutmut") is None, reason="needs the extra `mutants`")
def test_weak_test_is_found(tmp_path: Path) -> None:
    """Each change at the limit survives if only values far from it are tested, and nothing else does."""
    for path, text in {"bot/__init__.py": "", "bot/tiny.py": TINY, "tests/test_tiny.py": WEAK}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    report = mutate(tmp_path, Group(("bot/tiny.py",), ("tests/test_tiny.py",)))

    line, written = 9, "return count >= limit - 1"
    changed = ("return count > limit - 1", "return count >= limit + 1", "return count >= limit - 2")
    assert report.survivors == sorted(Survivor("bot/tiny.py", line, written, after) for after in changed)
    assert report.states == {"survived": 3, "killed": 2, "rejected by mypy": 1}


def test_groups_name_files_that_exist() -> None:
    """A moved module or test must be renamed in the table."""
    named = {path for group in GROUPS.values() for paths in group for path in paths}
    assert {path for path in named if not (ROOT / path).is_file()} == set()


def test_unknown_group_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the unknown name."""
    with pytest.raises(SystemExit):
        main(["gates"])

    assert "unknown group: gates" in capsys.readouterr().err
