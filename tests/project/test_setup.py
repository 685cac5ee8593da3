"""`make setup` and `make demo` with the real make and a fake Python that records its arguments."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import ROOT

MAKE = shutil.which("make") or "make"
PRETENDED = """#!/bin/sh
echo "$*" >> {log}
case "$*" in
  "-m venv --clear .venv") mkdir -p .venv/bin && rm -f .venv/bin/python; cp "$0" .venv/bin/python ;;
  "-m pip install"*) test ! -e no-network ;;
  "-c import sys"*) test ! -e old-python ;;
esac
"""
ASKED_VERSION, ASKED_PIP = "-c import sys; sys.exit(sys.version_info < (3, 11))", "-m pip --version"
MADE = "-m venv --clear .venv"
PIP = "-m pip install --quiet --disable-pip-version-check --require-hashes"
INSTALLED, FOR_DEMO = f"{PIP} -r requirements/dev.txt", f"{PIP} --no-compile -r requirements/run.txt"


class Checkout:
    """A checkout without `.venv`."""

    def __init__(self, folder: Path) -> None:
        """Copy the Makefile and a requirements list, and nothing else of the project."""
        self.folder = folder
        self.log = folder / "asked"
        self.list = folder / "requirements" / "dev.txt"
        self.list.parent.mkdir()
        self.list.touch()
        self.list.with_name("run.txt").write_text("aiohttp==3\nyarl==1\n")
        shutil.copy(ROOT / "Makefile", folder)
        python = folder / "pretended"
        python.write_text(PRETENDED.format(log=self.log))
        python.chmod(0o755)

    def setup(self, goal: str = "setup") -> tuple[int, str, list[str]]:
        """Run `make setup`, or another goal; return the exit code, the output, and the arguments that Python got."""
        self.log.write_text("")
        words = [MAKE, "--no-print-directory", goal, f"PYTHON={self.folder / 'pretended'}"]
        environment = {"PATH": os.defpath}  # not the environment of an outer make, whose flags would apply
        done = subprocess.run(  # noqa: S603 - our own words
            words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr, self.log.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A new checkout for each test."""
    return Checkout(tmp_path)


def test_setup_makes_and_fills_the_environment_once(checkout: Checkout) -> None:
    """The second run does nothing, prints nothing, and starts no Python."""
    code, _, asked = checkout.setup()

    assert (code, asked) == (0, [ASKED_VERSION, MADE, ASKED_VERSION, INSTALLED])
    assert checkout.setup() == (0, "", [])


def test_setup_installs_again_when_the_list_has_changed(checkout: Checkout) -> None:
    """Into the existing environment."""
    checkout.setup()
    stamp = checkout.folder / ".venv" / ".installed"
    os.utime(checkout.list, (stamp.stat().st_mtime + 10,) * 2)

    assert checkout.setup()[2] == [ASKED_PIP, ASKED_VERSION, INSTALLED]


def test_setup_that_failed_is_done_again(checkout: Checkout) -> None:
    """It leaves no stamp, so that an incomplete environment is not used."""
    without_network = checkout.folder / "no-network"
    without_network.touch()

    assert checkout.setup()[0] == 2
    assert not (checkout.folder / ".venv" / ".installed").exists()

    without_network.unlink()
    code, _, asked = checkout.setup()
    assert (code, asked) == (0, [ASKED_PIP, ASKED_VERSION, INSTALLED])


def test_setup_makes_a_broken_environment_anew(checkout: Checkout) -> None:
    """If creating it was interrupted, or its Python is gone."""
    broken = checkout.folder / ".venv" / "bin"
    broken.mkdir(parents=True)
    (broken / "python").symlink_to("/nowhere/python3")

    code, _, asked = checkout.setup()

    assert (code, asked) == (0, [ASKED_VERSION, MADE, ASKED_VERSION, INSTALLED])


def test_setup_wants_a_python_that_is_new_enough(checkout: Checkout) -> None:
    """And reports it before it creates anything."""
    (checkout.folder / "old-python").touch()

    code, printed, asked = checkout.setup()

    assert (code, asked) == (2, [ASKED_VERSION])
    assert printed.startswith("Greenroom needs Python 3.11 or newer: install it, or give its path with make PYTHON=")


def test_the_first_demo_says_what_it_installs_and_the_second_nothing(checkout: Checkout) -> None:
    """Only what the demo needs, into the checkout; after `make setup` there is nothing left to install."""
    code, printed, asked = checkout.setup("demo")

    assert (code, asked) == (0, [ASKED_VERSION, MADE, ASKED_VERSION, FOR_DEMO, "-m sandbox"])
    assert printed.splitlines() == [
        "First start: making .venv in this folder. Nothing else on this machine changes.",
        "Installing 2 packages into .venv, which takes about a minute, once.",
        "Installed. Starting the demo; its address follows.",
    ]
    assert checkout.setup("demo") == (0, "", ["-m sandbox"])

    assert checkout.setup()[2] == [ASKED_PIP, ASKED_VERSION, INSTALLED]
    assert checkout.setup("demo") == (0, "", ["-m sandbox"])
