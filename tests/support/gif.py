"""Reads how long an animated GIF takes, without an image library. The format: https://www.w3.org/Graphics/GIF/spec-gif89a.txt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

EXTENSION, IMAGE, TRAILER, CONTROL = 0x21, 0x2C, 0x3B, 0xF9
PALETTE = 0x80
"""The flag of a color table."""


@dataclass(frozen=True)
class Animation:
    """What matters of a GIF."""

    width: int
    height: int
    durations_ms: tuple[int, ...]
    """How long each frame is shown."""


def read_gif(content: bytes) -> Animation:
    """Read it; ValueError if it is no GIF or breaks off."""
    if content[:6] != b"GIF89a" or content[-1] != TRAILER:
        raise ValueError("This is no complete GIF.")
    width, height = (int.from_bytes(content[at : at + 2], "little") for at in (6, 8))
    delays = tuple(_delays(content, 13 + _palette_bytes(content[10])))
    return Animation(width, height, delays)


def _delays(content: bytes, at: int) -> Iterator[int]:
    while content[at] != TRAILER:
        if content[at] == EXTENSION:
            if content[at + 1] == CONTROL:
                yield 10 * int.from_bytes(content[at + 4 : at + 6], "little")
            at = _after_blocks(content, at + 2)
        elif content[at] == IMAGE:
            at = _after_blocks(content, at + 11 + _palette_bytes(content[at + 9]))
        else:
            raise ValueError(f"Byte {at} begins no block.")


def _after_blocks(content: bytes, at: int) -> int:
    while content[at]:
        at += content[at] + 1
    return at + 1


def _palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & PALETTE else 0
