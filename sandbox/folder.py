"""The folder a sandbox keeps its state in: one sandbox at a time, and empty unless it is to go on from there."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import IO

LOCK = "lock"


class FolderTakenError(Exception):
    """Another sandbox that runs keeps its state there."""


def lock_folder(folder: Path, *, keep: bool) -> IO[str]:
    """Take the folder, made if need be, for as long as the file returned is open. Raises `FolderTakenError`."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open("w")
    try:
        # The system lets go of it however this process ends.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise FolderTakenError(f"Another sandbox runs in {folder}.") from None
    if not keep:
        _clear(folder)
    return lock


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
