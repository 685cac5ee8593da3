"""`tools.story` counts the files and functions that a flow passes through."""

from __future__ import annotations

import pytest

from tools.story import main


def test_default_flow_passes_through_the_handler_and_the_provider(capsys: pytest.CaptureFixture[str]) -> None:
    """And through no stand-in; the card is posted before the bot is idle."""
    main(["form", "--list"])

    total, *files = capsys.readouterr().out.splitlines()
    paths = [line.split()[0] for line in files]
    assert any(path.startswith("handlers/") for path in paths)
    assert any(path.startswith("bot/providers/ringcentral/") for path in paths)
    assert not any("sandbox" in path or path.startswith("tests/") for path in paths)
    counted = [int(word) for word in total.split() if word.isdigit()]
    assert all(0 < to_card < whole for to_card, whole in zip(counted[:3], counted[3:], strict=True))


def test_unknown_flow_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the unknown name."""
    with pytest.raises(SystemExit):
        main(["forms"])

    assert "unknown flow: forms" in capsys.readouterr().err
