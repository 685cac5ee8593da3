"""`python -m sandbox`: run Greenroom against stand-ins on this machine; no account needed."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.folder import FolderTakenError
from sandbox.launcher import BotDidNotStartError, Launcher

PAGE, RINGCENTRAL, ZOOM, BOT = 8080, 8620, 8630, 3000


def main(words: Sequence[str] | None = None) -> None:
    """Start, print the address of the page, and run until Ctrl-C."""
    options = _parser().parse_args(words)
    ports = (options.port, RINGCENTRAL, BOT) if options.port else (0, 0, 0)
    try:
        launcher = _launcher(options.folder, keep=options.keep, zoom=options.zoom)
        asyncio.run(_run(launcher, ports, ZOOM if options.port else 0))
    except (BotDidNotStartError, FolderTakenError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="go on where the last sandbox ended")
    parser.add_argument("--zoom", action="store_true", help="with a Zoom account beside RingCentral's")
    parser.add_argument("--port", type=int, default=PAGE, help=f"port of the page ({PAGE}); 0 takes any, for all")
    parser.add_argument("--folder", type=Path, default=Path(".sandbox"), help="where its state is kept (.sandbox)")
    return parser


def _launcher(folder: Path, *, keep: bool, zoom: bool) -> Launcher:
    try:
        return Launcher(folder, keep=keep, zoom=zoom)
    except FolderTakenError as error:
        if keep:
            raise
        base, _, number = folder.name.partition("~")
        free = folder.with_name(f"{base}~{int(number or 1) + 1}")
        print(f"{error} This one uses {free}.", flush=True)
        return _launcher(free, keep=False, zoom=zoom)


async def _run(launcher: Launcher, ports: tuple[int, int, int], zoom_port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await launcher.start(
            ports, lambda taken, free: print(f"Port {taken} is taken, so this uses {free}.", flush=True), zoom_port
        )
        print(_welcome(launcher), flush=True)
        ended = asyncio.create_task(launcher.bot_ended())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
    finally:
        await launcher.stop()
    if not stop.is_set():
        raise BotDidNotStartError(f"The bot's process has ended unexpectedly; see {launcher.log_path}")
    print("\nStopped. Start it with --keep (make demo KEEP=1) to go on from here.")


def _welcome(launcher: Launcher) -> str:
    zoom = ["Zoom's meetings are on the right: share one with  /webinar share"] if launcher.zoom else []
    return "\n".join(
        (
            f"Greenroom is running on this machine. Its log is {launcher.log_path}; Ctrl-C ends it.",
            *zoom,
            "Three lines at the top of the page lead to the first reminder. You are Ana, in Slack:",
            f"  {launcher.slack.url}",
        )
    )


if __name__ == "__main__":
    main()
