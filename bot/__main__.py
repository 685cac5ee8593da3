"""Command line: `python -m bot run | doctor | migrate | manifest | key | forget`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy.exc import DBAPIError

from bot import app as root
from bot import logging_setup
from bot.clock import SystemClock
from bot.db.migrate import CANNOT_BE_USED, migrate
from bot.db.vault import Vault
from bot.doctor.examine import examine
from bot.erasure.address import SoughtAddress
from bot.erasure.run import erase
from bot.erasure.texts import report as erasure_report
from bot.errors import GreenroomError, SettingsError
from bot.providers.names import configured
from bot.settings import Settings, read_settings

MANIFEST = Path(__file__).parent.parent / "manifest.yml"


def main() -> None:
    """Run the given command; print a settings error as one sentence and exit with code 2."""
    options = _parser().parse_args()
    commands = {"run": _run, "doctor": _doctor, "migrate": _migrate, "manifest": _manifest, "key": _key}
    try:
        if options.command == "forget":
            _forget(options.address)
        else:
            commands[options.command]()
    except GreenroomError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="greenroom", description="Run your team's webinars without leaving Slack.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run the bot with the settings in the environment or in .env")
    commands.add_parser("doctor", help="check every part of the setup, and say what to do")
    commands.add_parser("migrate", help="bring the database to this version (run does it by itself)")
    commands.add_parser("manifest", help="print the Slack app manifest")
    commands.add_parser("key", help="print a new ENCRYPTION_KEY")
    forget = commands.add_parser("forget", help="remove a person's data for an erasure request; the bot may be running")
    forget.add_argument("address", help="the person's email address, or - to read it from standard input")
    return parser


def _run() -> None:
    settings = read_settings()
    logging_setup.set_up(settings.log_level, settings.log_format)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    building = asyncio.ensure_future(root.build(settings, SystemClock()))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({building, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not building.done():  # stopped while it waits for Slack or the database
        building.cancel()
        await asyncio.wait({building})
        return
    greenroom = await building
    # Objects created at start stay: scanning all of them for garbage would stop the loop for 50 ms each time.
    gc.collect()
    gc.freeze()
    # With Python's threshold of 700 new objects, collections take 8% of the processor time of mass delivery.
    gc.set_threshold(10_000, 20, 20)
    await stop.wait()
    await greenroom.stop()


def _doctor() -> None:
    logging.getLogger().addHandler(logging.NullHandler())  # the report says what matters
    text, is_healthy = asyncio.run(examine())
    print(text)
    if not is_healthy:
        sys.exit(1)


def _migrate() -> None:
    settings = read_settings()
    try:
        asyncio.run(migrate(settings.database_url, Vault(settings.encryption_key.get_secret_value())))
    except (DBAPIError, OSError) as error:
        raise SettingsError(CANNOT_BE_USED.format(type(error).__name__)) from error
    print("The database has the schema of this version.")


def _forget(typed: str) -> None:
    settings = read_settings()
    address = SoughtAddress(sys.stdin.readline() if typed == "-" else typed)
    logging_setup.set_up(settings.log_level, settings.log_format)
    erasure = asyncio.run(erase(settings, address))
    print(erasure_report(erasure, configured(settings)))
    if not erasure.is_complete:
        sys.exit(1)


def _manifest() -> None:
    if not MANIFEST.exists():
        raise SettingsError("manifest.yml is in the source of Greenroom, not in the installed package: look there.")
    print(MANIFEST.read_text(), end="")


def _key() -> None:
    print(Fernet.generate_key().decode())


if __name__ == "__main__":
    main()
