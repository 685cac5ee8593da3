"""Start the Zoom stand-in alone: `python -m sandbox.zoom`."""

from __future__ import annotations

from sandbox.clock import SandboxClock
from sandbox.standalone import serve, standalone_parser
from sandbox.zoom.server import Zoom

USUAL_PORT = 8630


def main() -> None:
    """Listen until Ctrl-C or SIGTERM."""
    given = standalone_parser("zoom", __doc__, USUAL_PORT).parse_args()
    serve(lambda: Zoom(SandboxClock()), _welcome, given.host, given.port)


def _welcome(zoom: Zoom) -> str:
    return "\n".join(
        (
            f"Stand-in Zoom at {zoom.url}",
            *(f"  {name}={value}" for name, value in zoom.environment.items()),
            "  What it does: docs/sandbox-zoom.md. Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
