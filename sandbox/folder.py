"""The state folder of a sandbox: locked by one sandbox at a time, cleared unless its state is kept."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import IO

LOCK = "lock"


class FolderTakenError(Exception):
    """Another running sandbox has locked the folder."""


def lock_folder(folder: Path, *, keep: bool) -> IO[str]:
    """Create and lock the folder until the returned file is closed. Raises `FolderTakenError`."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open("w")
    try:
        # The operating system releases the lock however this process ends.
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
