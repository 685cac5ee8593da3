"""Generated requests: `python -m tools.spec_check.generated PATH` sends them to the RingCentral stand-in.

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
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.spec_check.prepared import Prepared, prepared_stand_in

EXAMPLES = 30
NOT_CHECKED = "positive_data_acceptance"
PHASES = "examples,coverage,fuzzing"


async def run(document: Path, examples: int, seed: int, phases: str) -> int:
    """Run schemathesis against a prepared stand-in, print the figures, and return its exit code."""
    async with prepared_stand_in() as prepared:
        prepared.rc.calls.clear()
        with TemporaryDirectory() as folder:
            process = await asyncio.create_subprocess_exec(
                *_command(document, prepared, Path(folder)),
                *("--max-examples", str(examples), "--seed", str(seed), "--phases", phases),
                cwd=folder,
                env=_environment(prepared, Path(folder)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await process.communicate()
        print(output.decode("utf-8", "replace"))
        print(_figures(prepared))
    return process.returncode or 0


def _command(document: Path, prepared: Prepared, folder: Path) -> list[str]:
    config = folder / "schemathesis.toml"
    config.write_text(_config(prepared), encoding="utf-8")
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(document.resolve())),
        *("--url", prepared.rc.url, "--checks", "all", "--exclude-checks", NOT_CHECKED),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off", "--no-color"),
    ]


def _config(prepared: Prepared) -> str:
    """The token for all operations but those that issue it."""
    return "\n".join(
        (
            f'headers = {{ Authorization = "Bearer {prepared.token}" }}',
            "[[operations]]",
            'include-path-regex = "/oauth/"',
            f'headers = {{ Authorization = "{prepared.basic}" }}',
        )
    )


def _environment(prepared: Prepared, folder: Path) -> dict[str, str]:
    known = folder / "ids.json"
    known.write_text(json.dumps(prepared.ids), encoding="utf-8")
    outer = os.environ  # noqa: TID251 - schemathesis needs PATH and the like
    root = str(Path(__file__).resolve().parent.parent.parent)
    return {
        **outer,
        "PYTHONPATH": root,
        "SCHEMATHESIS_HOOKS": "tools.spec_check.generated_hooks",
        "KNOWN_IDS": str(known),
    }


def _figures(prepared: Prepared) -> str:
    calls = prepared.rc.calls
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
    given = parser.parse_args()
    return asyncio.run(run(given.document, given.examples, given.seed, given.phases))


if __name__ == "__main__":
    sys.exit(main())
