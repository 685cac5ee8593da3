"""No code outside `bot/providers` names a vendor: texts take the name from the event or from the settings."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = re.compile(r"ringcentral|zoom", re.IGNORECASE)
EXEMPT = {
    "bot/app.py": "builds the adapters",
    "bot/doctor/examine.py": "names the servers that it calls",
    "bot/doctor/ringcentral_checks.py": "checks the login of one provider",
    "bot/doctor/shared_gate.py": "opens the gate of one provider",
    "bot/doctor/zoom_checks.py": "checks the login of one provider",
    "bot/doctor/zoom_scopes.py": "names the page about the app of one provider",
    "bot/settings.py": "has the settings of each provider",
    "bot/startup/gates.py": "builds the gate of each provider",
    "bot/startup/providers.py": "builds the adapters",
    "bot/startup/services.py": "builds the directory of each provider",
    "bot/sync/webhooks/address.py": "has the path of a webhook",
    "bot/web/metrics.py": "tells webhooks from other requests by their path",
    "bot/web/zoom_webhooks.py": "serves the webhooks of one provider",
}
"""The files that need the name of a vendor, and why."""


def sources() -> list[Path]:
    """The code and the templates outside `bot/providers`."""
    files = [path for top in ("bot", "handlers") for path in (ROOT / top).rglob("*") if path.suffix in (".py", ".html")]
    return [path for path in files if not path.is_relative_to(ROOT / "bot/providers")]


def places(path: Path) -> Iterator[str]:
    """Where a file names a vendor: in code, in a text, in a comment."""
    if path.suffix == ".html":
        lines = path.read_text().splitlines()
        yield from (f"{path.name}:{number}: {line}" for number, line in enumerate(lines, 1) if VENDOR.search(line))
        return
    with path.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type != tokenize.ENCODING and token.type != tokenize.NEWLINE and VENDOR.search(token.string):
                yield f"{path.name}:{token.start[0]}: {token.string}"


@pytest.mark.parametrize("path", ["bot", "handlers"])
def test_no_vendor_is_named_outside_the_providers(path: str) -> None:
    """Every other file is neutral."""
    checked = [one for one in sources() if one.is_relative_to(ROOT / path)]
    assert len(checked) > 50
    assert [place for one in checked if str(one.relative_to(ROOT)) not in EXEMPT for place in places(one)] == []


@pytest.mark.parametrize("path", EXEMPT)
def test_exemptions_are_needed(path: str) -> None:
    """One that names no vendor any more is not exempt any more."""
    assert list(places(ROOT / path)), EXEMPT[path]
