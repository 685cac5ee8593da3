"""Generated requests: `python -m tools.spec_check.generated PATH` sends them to the RingCentral stand-in, or Zoom's.

schemathesis (the extra `schemathesis`) generates right and wrong requests for every operation of the OpenAPI document,
and checks each response: status, headers, content type and body as described, no server error, wrong requests refused,
missing authorization refused, other methods refused with `Allow`. Not checked is that every valid request is accepted:
an id or a page token that is valid as a text need not exist.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.spec_check.prepared import prepared_ringcentral
from tools.spec_check.prepared_zoom import prepared_zoom
from tools.spec_check.target import Target

EXAMPLES = 30
PHASES = "examples,coverage,fuzzing"


async def run(document: Path, options: Sequence[str], *, zoom: bool = False) -> int:
    """Run schemathesis against a prepared stand-in, print the figures, and return its exit code."""
    async with prepared_zoom() if zoom else prepared_ringcentral() as target:
        with TemporaryDirectory() as folder:
            process = await asyncio.create_subprocess_exec(
                *_command(document, target, Path(folder)),
                *options,
                cwd=folder,
                env=_environment(target, Path(folder)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await process.communicate()
        print(output.decode("utf-8", "replace"))
        print(_figures(target))
    return process.returncode or 0


def _command(document: Path, target: Target, folder: Path) -> list[str]:
    config = folder / "schemathesis.toml"
    config.write_text(_config(target), encoding="utf-8")
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(document.resolve())),
        *("--url", target.url, "--checks", "all", "--exclude-checks", target.excluded),
        *(("--exclude-path-regex", target.skipped) if target.skipped else ()),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off", "--no-color"),
    ]


def _config(target: Target) -> str:
    """The token for all operations but those that issue it."""
    return "\n".join(
        (
            f'headers = {{ Authorization = "Bearer {target.token}" }}',
            "[[operations]]",
            'include-path-regex = "/oauth/"',
            f'headers = {{ Authorization = "{target.basic}" }}',
        )
    )


def _environment(target: Target, folder: Path) -> dict[str, str]:
    known = folder / "ids.json"
    known.write_text(json.dumps(target.ids), encoding="utf-8")
    outer = os.environ  # noqa: TID251 - schemathesis needs PATH and the like
    root = str(Path(__file__).resolve().parent.parent.parent)
    return {
        **outer,
        "PYTHONPATH": root,
        "SCHEMATHESIS_HOOKS": "tools.spec_check.generated_hooks",
        "KNOWN_IDS": str(known),
    }


def _figures(target: Target) -> str:
    calls = target.calls
    statuses = Counter(one.status for one in calls)
    by_status = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items(), key=str))
    return f"{len(calls)} requests: {by_status}"


def main() -> int:
    """Exit code 0 without a contradiction, 1 with one, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.spec_check.generated", description=__doc__)
    parser.add_argument("document", type=Path, help="path of the OpenAPI document")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help=f"requests per operation and mode ({EXAMPLES})")
    parser.add_argument("--seed", type=int, default=1, help="the same seed generates the same requests (1)")
    parser.add_argument("--phases", default=PHASES, help=f"schemathesis's phases ({PHASES})")
    parser.add_argument("--zoom", action="store_true", help="send them to the Zoom stand-in")
    given = parser.parse_args()
    options = ("--max-examples", str(given.examples), "--seed", str(given.seed), "--phases", given.phases)
    return asyncio.run(run(given.document, options, zoom=given.zoom))


if __name__ == "__main__":
    sys.exit(main())
