"""Mutation tests: `python -m tools.mutants [group …] [--seconds N]` lists the code changes that no test detects.

mutmut (the extra `mutants`) makes the changes and runs, for each, the tests of the group that reach the changed
function. This module defines the groups, works in a temporary copy of the checkout, and prints each survivor as
`file:line  before → after`. mutmut changes functions and methods only, not properties or the constants of a module.
Mutants that mypy rejects do not count.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers")


class Group(NamedTuple):
    """Modules, and the tests that are expected to detect each change in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "words": Group(
        (
            "bot/commands/parser.py",
            "bot/commands/verbs.py",
            "bot/commands/slack_text.py",
            "bot/commands/people_args.py",
        ),
        (
            "tests/commands/test_parser.py",
            "tests/commands/test_people_args.py",
            "tests/commands/test_webinar_ref.py",
            "tests/commands/test_resolve.py",
            "tests/commands/test_limit_arg.py",
        ),
    ),
    "people": Group(
        (
            "bot/commands/people_columns.py",
            "bot/commands/people_headings.py",
            "bot/commands/people_lines.py",
            "bot/commands/people_name.py",
            "bot/commands/people_owner.py",
            "bot/commands/people_rows.py",
            "bot/commands/people_table.py",
            "bot/commands/people_text.py",
        ),
        ("tests/commands/test_people_text.py", "tests/commands/test_people_pairing.py"),
    ),
    "references": Group(
        ("bot/commands/webinar_ref.py", "bot/commands/resolve.py", "bot/commands/limit_arg.py"),
        ("tests/commands/test_webinar_ref.py", "tests/commands/test_resolve.py", "tests/commands/test_limit_arg.py"),
    ),
    "times": Group(
        (
            "bot/commands/create_args.py",
            "bot/commands/datetime_phrase.py",
            "bot/commands/dateparser_adapter.py",
            "bot/commands/date_shapes.py",
            "bot/commands/clock_range.py",
            "bot/commands/relative_phrases.py",
            "bot/commands/time_zones.py",
            "bot/commands/start_doubts.py",
            "bot/commands/misspelled_names.py",
            "bot/commands/amounts.py",
            "bot/commands/lengths.py",
            "bot/commands/reminder_offsets.py",
        ),
        (
            "tests/commands/test_create_args.py",
            "tests/commands/test_typed_times.py",
            "tests/commands/test_time_zones.py",
            "tests/commands/test_create_args_properties.py",
            "tests/commands/test_length.py",
            "tests/commands/test_parser.py",
            "tests/commands/test_reminder_offsets.py",
        ),
    ),
    "notices": Group(
        (
            "bot/notices/rules.py",
            "bot/notices/events.py",
            "bot/notices/schedule.py",
            "bot/notices/quiet_hours.py",
            "bot/notices/subscriptions/model.py",
        ),
        (
            "tests/notices/test_rules.py",
            "tests/notices/test_events.py",
            "tests/notices/test_coalesce_events.py",
            "tests/notices/test_schedule.py",
            "tests/notices/test_quiet_hours.py",
            "tests/notices/subscriptions/test_model.py",
            "tests/handlers/test_subscribe.py",
        ),
    ),
    "planner": Group(
        ("bot/notices/planner.py",), ("tests/notices/test_planner.py", "tests/notices/test_planner_together.py")
    ),
    "gate": Group(
        ("bot/providers/gate.py", "bot/providers/rate_budget.py"),
        (
            "tests/providers/test_rate_budget.py",
            "tests/providers/test_gate.py",
            "tests/providers/test_gate_lanes.py",
            "tests/providers/test_gate_headers.py",
            "tests/providers/test_gate_vendor.py",
        ),
    ),
    "permissions": Group(
        ("bot/webinars/permissions.py", "bot/slack/users.py"),
        (
            "tests/webinars/test_permissions.py",
            "tests/stories/test_organizers.py",
            "tests/stories/test_share_and_cancel.py",
        ),
    ),
    "team": Group(("bot/team/diff.py",), ("tests/team/test_diff.py", "tests/handlers/test_team.py")),
}
"""The only place to edit when a module moves."""

MYPY = (sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--output", "json")
MYPY_INI = "[mypy]\nstrict = true\nwarn_unused_ignores = false\nfollow_imports = silent\nplugins = pydantic.mypy\n"
"""Unlike the checkout's configuration it allows the `type: ignore` comments without a code that mutmut adds."""

STATES = {0: "survived", 1: "killed", 3: "killed", 33: "no tests", 37: "rejected by mypy", None: "not run"}
"""mutmut's exit codes; all others mean that the tests crashed or took too long, which counts as detected."""


class Survivor(NamedTuple):
    """A change that no test detects."""

    path: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        """Describe the change on one line."""
        return f"{self.path}:{self.line}  {self.before} → {self.after}"


class Report(NamedTuple):
    """The results of a group's mutants."""

    states: Counter[str]
    survivors: list[Survivor]


def copy(root: Path, group: Group, folder: Path) -> None:
    """Copy the checkout, with mutmut's configuration for this group."""
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "setup.cfg")
    shutil.copytree(root, folder, ignore=unwanted, dirs_exist_ok=True)
    (folder / "mypy.ini").write_text(MYPY_INI, encoding="utf-8")
    packages = [name for name in PACKAGES if (folder / name).is_dir()]
    options = {
        "source_paths": packages,
        "only_mutate": group.modules,
        "also_copy": [path.name for path in folder.iterdir() if path.name not in packages],
        "pytest_add_cli_args": ["--hypothesis-profile=ci"],  # the same examples each time, and no deadline
        "pytest_add_cli_args_test_selection": group.tests,
        "type_check_command": [*MYPY, *group.modules],
        "do_not_mutate_patterns": [r"\blog\.", r"raise \w+"],
    }
    lines = [f"{name} =\n" + "".join(f"    {value}\n" for value in values) for name, values in options.items()]
    (folder / "setup.cfg").write_text("[mutmut]\nuse_git_change_detection = false\n" + "".join(lines), encoding="utf-8")


def mutate(root: Path, group: Group, seconds: float | None = None) -> Report:
    """Run the group's mutants for at most `seconds`. Raises `SystemExit` with mutmut's output if none was run."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        copy(root, group, folder)
        output = _run(folder, seconds)
        codes = dict(_exit_codes(folder))
        if not any(code is not None for code in codes.values()):
            raise SystemExit(output)
        states = Counter(STATES.get(code, "killed") for code in codes.values())
        return Report(states, sorted(_survivors(folder, (key for key, code in codes.items() if code == 0))))


def _run(folder: Path, seconds: float | None) -> str:
    words = [sys.executable, "-m", "mutmut", "run"]
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            words, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        output.seek(0)
        return output.read()[-3000:]


def _exit_codes(folder: Path) -> Iterator[tuple[str, int | None]]:
    for path in (folder / "mutants").rglob("*.meta"):
        yield from json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _survivors(folder: Path, keys: Iterable[str]) -> Iterator[Survivor]:
    for key in keys:
        words = [sys.executable, "-m", "mutmut", "show", key]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - our own arguments
        diff = done.stdout.splitlines()
        path = next(line.removeprefix("--- ") for line in diff if line.startswith("--- "))
        before = [line[1:] for line in diff if line.startswith("-") and not line.startswith("---")]
        after = " ".join(line[1:].strip() for line in diff if line.startswith("+") and not line.startswith("+++"))
        source = (folder / path).read_text(encoding="utf-8").splitlines()
        yield Survivor(path, _line(source, key, before), " ".join(map(str.strip, before)), after)


def _line(source: Sequence[str], key: str, before: Sequence[str]) -> int:
    """The line number of the changed line, searched for below the head of its function."""
    name = re.split(r"x_|ǁ", key.partition("__mutmut_")[0])[-1]
    head = next((number for number, line in enumerate(source) if re.search(rf"\bdef {name}\(", line)), 0)
    wanted = before[0].strip() if before else ""
    return 1 + next((number for number in range(head, len(source)) if source[number].strip() == wanted), head)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the survivors of each group."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description="List undetected code changes.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)} (default: all)")
    parser.add_argument("--seconds", type=float, help="stop each group after this time, and print what was found")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.groups) - set(GROUPS):
        parser.error(f"unknown group: {', '.join(sorted(unknown))}")
    for name in chosen.groups or GROUPS:
        report = mutate(ROOT, GROUPS[name], chosen.seconds)
        print(f"{name}: {', '.join(f'{count} {state}' for state, count in report.states.most_common())}", flush=True)
        for survivor in report.survivors:
            print(f"    {survivor}", flush=True)


if __name__ == "__main__":
    main()
