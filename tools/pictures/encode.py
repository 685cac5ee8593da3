"""Small picture files: PNG with a palette, and an animated GIF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

COLORS = 128
"""Colors of a picture: the page is flat, and its text stays smooth."""
FILM_COLORS = 255


@dataclass(frozen=True)
class Frame:
    """One picture of the animation, as PNG, and the time it is shown."""

    png: bytes
    milliseconds: int


def save_picture(png: bytes, path: Path) -> None:
    """Write the screenshot with a palette: a quarter of its size."""
    _reduced(Image.open(BytesIO(png)).convert("RGB"), COLORS).save(path, optimize=True)


def save_film(frames: Sequence[Frame], path: Path) -> None:
    """Write an endless animation. All frames share one palette, so nothing flickers."""
    pictures = [Image.open(BytesIO(frame.png)).convert("RGB") for frame in frames]
    palette = _palette_of(pictures)
    first, *others = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=[frame.milliseconds for frame in frames],
        loop=0,
        optimize=False,  # the palette stays shared
        disposal=1,
    )


def _palette_of(pictures: Sequence[Image.Image]) -> Image.Image:
    """The colors that all pictures together need most."""
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (0, number * height))
    return _reduced(sheet, FILM_COLORS)


def _reduced(picture: Image.Image, colors: int) -> Image.Image:
    method = Image.Quantize.MAXCOVERAGE  # keeps the few red and blue pixels among the many gray ones
    return picture.quantize(colors, method=method, kmeans=1, dither=Image.Dither.NONE)
