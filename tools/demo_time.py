"""Time the demo from a clone to the first reminder: `python3 -m tools.demo_time`. It needs git, make and a registry.

It clones this checkout into a temporary folder, runs `make demo` there with a `.venv` of its own, and does through the
page's requests what the three lines at its top say. It prints the time of each part, and fails above three minutes.
Only the standard library is used: nothing is installed yet when it starts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.clock import monotonic

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 180.0
PATIENCE_S = 60.0
"""Seconds for one step on the page."""
ANA, EMI, LAUNCH = "U0ANA", "U0EMI", "C0LAUNCH"
INSTALLS = "Installing"

Json = dict[str, Any]


class Demo:
    """A running `make demo`, and what it printed until its address."""

    def __init__(self, folder: Path, *words: str) -> None:
        """Start it, and read up to its address."""
        outer = os.environ.items()  # noqa: TID251 - make needs PATH and the like, but no flags of an outer make
        kept = {name: value for name, value in outer if not name.startswith(("MAKE", "MFLAGS"))}
        command = ["make", "--no-print-directory", "demo", f"PYTHON={sys.executable}", *words]
        self._process = subprocess.Popen(  # noqa: S603 - our own words
            command, cwd=folder, env=kept, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.printed: list[str] = []
        self.url = ""
        for line in self._process.stdout or ():
            self.printed.append(line.rstrip())
            if found := re.search(r"http://\S+", line):
                self.url = found[0]
                return
        raise SystemExit("make demo has ended without an address:\n" + "\n".join(self.printed))

    def stop(self) -> None:
        """Press Ctrl-C, and wait for the end."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.communicate(timeout=PATIENCE_S)

    def state(self, person: str = ANA) -> Json:
        """The page as this person sees it."""
        return _read(f"{self.url}/workspace/state?{urllib.parse.urlencode({'as': person})}")

    def post(self, what: str, person: str, **body: Any) -> None:
        """Send an action of this person."""
        data = json.dumps({"as": person, **body}).encode()
        answer = _read(
            urllib.request.Request(  # noqa: S310 - the address of the demo
                f"{self.url}/workspace/{what}", data, {"Content-Type": "application/json"}
            )
        )
        if not answer["ok"]:
            raise SystemExit(f"The page refused {what}: {answer}")

    def until(self, condition: Callable[[Json], Any], person: str = ANA) -> Any:
        """Wait until the condition finds something on this person's page, and return it."""
        deadline = monotonic() + PATIENCE_S
        while monotonic() < deadline:
            if found := condition(self.state(person)):
                return found
            time.sleep(0.1)
        raise SystemExit(f"This did not appear on the page: {condition.__doc__ or condition}")


def create(demo: Demo) -> None:
    """Send the command in #launch, and submit its form with the channel under Announce in."""
    demo.post("command", ANA, channel=LAUNCH, text="/webinar create Launch day in 72 hours for 45m")
    view = demo.until(lambda state: state["views"])[-1]
    values = view["state"]["values"]
    for elements in values.values():
        for state in elements.values():
            if state["type"] == "conversations_select":
                state["selected_conversation"] = LAUNCH
    demo.post("submit", ANA, view_id=view["id"], values=values)
    demo.until(lambda state: register_button(state))


def register(demo: Demo) -> None:
    """Press Register on the card as Emi, and submit the form if there is one."""
    message, block, button = demo.until(register_button, EMI)
    place = {"type": "message", "channel": LAUNCH, "ts": message["ts"]}
    demo.post("action", EMI, container=place, action_id=button["action_id"], block_id=block["block_id"])
    view = demo.until(lambda state: is_done(demo.state(), "registered") or state["views"], EMI)
    if view is not True and view[-1]["submit"]:
        demo.post("submit", EMI, view_id=view[-1]["id"], values=view[-1]["state"]["values"])
    demo.until(lambda state: is_done(state, "registered"))


def remind(demo: Demo) -> None:
    """Move the clock to the first planned reminder in #launch."""
    planned = demo.until(lambda state: [one for one in state["planned"] if one["channel"] == LAUNCH])
    demo.post("clock", ANA, to=planned[0]["at"] + 1)
    demo.until(lambda state: state["first_steps"] is None)
    demo.until(lambda state: [one for one in state["messages"][LAUNCH] if "starts in 1 day" in one["text"]])


def register_button(state: Json) -> tuple[Json, Json, Json] | None:
    """Return the button Register in #launch, with its message and block."""
    for message in state["messages"][LAUNCH]:
        for block in message["blocks"]:
            for element in block.get("elements", ()):
                if isinstance(element.get("text"), dict) and element["text"]["text"] == "Register":
                    return message, block, element
    return None


def is_done(state: Json, step: str) -> bool:
    """Whether the page has ticked this step."""
    path = state["first_steps"]
    return path is None or any(one["done"] for one in path["steps"] if one["id"] == step)


def _read(request: str | urllib.request.Request) -> Json:
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - the address of the demo
        found: Json = json.load(answer)
        return found


def clone(folder: Path) -> None:
    """Clone this checkout; copy it if it is no repository, or if there is no git."""
    command = ["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(folder)]
    git = shutil.which("git")
    if git is None or subprocess.run([git, *command[1:]], check=False).returncode:  # noqa: S603 - our own words
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".sandbox*"))


def first_run(folder: Path) -> float:
    """Clone, install, create, register, and see the reminder; return the seconds of all."""
    began = last = monotonic()

    def report(part: str) -> None:
        nonlocal last
        now = monotonic()
        print(f"{now - last:6.1f} s  {part}", flush=True)
        last = now

    clone(folder)
    report("clone")
    demo = Demo(folder)
    report("make demo: install and start")
    try:
        if not any(line.startswith(INSTALLS) for line in demo.printed):
            raise SystemExit("The first run did not say that it installs.")
        for step in (create, register, remind):
            step(demo)
            report((step.__doc__ or "").split(",")[0].rstrip("."))
    finally:
        demo.stop()
    return last - began


def second_run(folder: Path) -> None:
    """Start again with KEEP=1: at once, without a word about installing, and with the same messages."""
    began = monotonic()
    demo = Demo(folder, "KEEP=1")
    try:
        state = demo.state()
        print(f"{monotonic() - began:6.1f} s  second start, KEEP=1 (not counted)")
        if any(INSTALLS in line for line in demo.printed):
            raise SystemExit("The second run says that it installs.")
        if state["first_steps"] is not None or not register_button(state):
            raise SystemExit("The second run has not kept the state of the first.")
    finally:
        demo.stop()


def main() -> None:
    """Time it in a temporary folder, which is removed."""
    with tempfile.TemporaryDirectory(prefix="greenroom-demo-") as folder:
        checkout = Path(folder) / "greenroom"
        taken = first_run(checkout)
        second_run(checkout)
    print(f"{taken:6.1f} s  from the clone to the first reminder, of {LIMIT_S:.0f} s")
    if taken > LIMIT_S:
        raise SystemExit("The demo takes too long.")


if __name__ == "__main__":
    main()
