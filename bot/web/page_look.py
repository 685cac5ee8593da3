"""How our own pages look: the colors, the name and the picture of the company, and what the pages may load."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from bot.model.color import MIN_EDGE_CONTRAST, WHITE, contrast, text_color_on

TEMPLATES = Path(__file__).with_name("templates")
STYLE, SCRIPT = "style.css", "local_time.js"
GREEN, GRAY = "#12694a", "#5b6a64"
"""The color without a setting, and the edge of a button whose color is close to that of the page."""


@dataclass(frozen=True)
class PageLook:
    """The settings of the pages. The text on `color` and the edge around it are computed, so that both can be seen."""

    color: str = GREEN
    name: str = ""
    logo_url: str = ""
    """An https address without the separators of a Content-Security-Policy; empty for none."""

    @property
    def style(self) -> str:
        """The style sheet of every page."""
        edge = self.color if contrast(self.color, WHITE) >= MIN_EDGE_CONTRAST else GRAY
        colors = f":root{{--brand:{self.color};--on-brand:{text_color_on(self.color)};--edge:{edge}}}\n"
        return colors + _read(STYLE)

    @property
    def script(self) -> str:
        """The script that shows times in the time zone of the visitor. The pages work without it."""
        return _read(SCRIPT)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every page: it runs and loads only what is its own, and the picture."""
        picture = f"img-src {self.logo_url.partition('?')[0]}; " if self.logo_url else ""
        return {
            "Content-Security-Policy": f"default-src 'none'; style-src {_hash(self.style)}; "
            f"script-src {_hash(self.script)}; {picture}form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",  # the URL contains a token
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "X-Content-Type-Options": "nosniff",
        }


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
