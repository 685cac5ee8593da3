"""Parsing a date never blocks the event loop, for any text."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.commands.create_args import parse_create_args, warm_up
from tests.commands.test_create_args_properties import PIECES
from tests.support.docs_tables import ROOT

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)
LOCALES = ("de-DE", "es-ES", "fr-FR")
STALL = 0.050  # seconds of CPU for one text; the highest measured value was 0.011


@pytest.fixture(autouse=True, scope="module")
def _warm() -> Iterator[None]:
    warm_up()
    # Exclude objects of earlier tests from garbage collection while texts are parsed.
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def _hostile() -> list[str]:
    """Texts of 3,000 characters: only digits, only dates, only filler words, only marks, or a mixture."""
    pieces = ["9", "9 ", "1:1 ", "12 ", "in 1 ", "a ", "one ", "twenty one ", "ﷺ", "ﷺ ", "٣ ", "𝟗 ", "monday ", "next "]
    pieces += [
        "3pm ",
        "03/04 ",
        "2026-12-01 ",
        "((((",
        ". ",
        "- ",
        "\u200b",
        "😀 ",
        "\u0301",
        "for 1 ",
        "1h1",
        "the ",
        "1.1. ",
    ]
    pieces += ["31st 3pm ", "hundred ", "15 uhr ", "mar ", "week 1h30 noon "]
    texts = [(piece * 3000)[:3000] for piece in pieces]
    texts += [f"{text[:2980]} {end}" for text in texts for end in ("tomorrow 3pm for 45m", "3pm")]
    dice = random.Random(1)  # noqa: S311 - the same texts each time
    return texts + [" ".join(dice.choices(PIECES, k=600)) for _ in range(60)]


def test_hostile_text_takes_less_than_50_ms() -> None:
    """Of CPU, in any language, so that parsing needs no thread and the event loop keeps running."""
    slow = []
    for number, text in enumerate(_hostile()):
        for locale in (None, LOCALES[number % len(LOCALES)]):
            took = _cpu(text, locale)
            if took >= STALL:  # a machine under load stretches CPU time: a text that is slow is slow every time
                took = min(took, *(_cpu(text, locale) for _ in range(3)))
            if took >= STALL:
                slow.append((text[:60], locale, took))
    assert slow == []


def _cpu(text: str, locale: str | None) -> float:
    began = time.thread_time()
    parse_create_args(text, NOW, BERLIN, locale)
    return time.thread_time() - began


def test_first_parse_after_warm_up_is_fast() -> None:
    """In a new process, in any language."""
    code = """
import time, datetime, zoneinfo
from bot.commands.create_args import parse_create_args, warm_up
warm_up()
now, zone, worst = datetime.datetime(2026, 3, 11, tzinfo=datetime.UTC), zoneinfo.ZoneInfo("Europe/Berlin"), 0.0
for locale in ("en-US", "de-DE", "fr-FR", "es-ES", "it-IT", "pt-BR", "nl-NL"):
    for words in ("Demo next tue 3pm for 45m", "Demo 1.12.2026 at 15:00 UTC", "Demo the 25th 3pm", "Demo in 2 hours"):
        began = time.thread_time()
        parse_create_args(words, now, zone, locale)
        worst = max(worst, time.thread_time() - began)
print(worst)
"""
    worst = STALL
    for _ in range(3):  # a machine under load stretches CPU time
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        worst = min(worst, float(done.stdout))
        if worst < STALL:
            break
    assert worst < STALL
