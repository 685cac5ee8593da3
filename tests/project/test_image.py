"""The container image, read from its Dockerfile: packages, command, port, and user."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import sys
import tomllib
from asyncio.subprocess import DEVNULL
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.version import Version

from bot.__main__ import main
from bot.settings import Settings
from bot.web import health
from tests.support.processes import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[.*\])?==([^ ;\\]+)(?: ; ([^\\\n]+?))? \\$", re.MULTILINE)


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, including inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def dockerfile() -> list[tuple[str, str]]:
    """The instructions in order, each with its arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def all_of(word: str) -> list[str]:
    """The arguments of all instructions of this kind."""
    return [rest for kind, rest in dockerfile() if kind == word]


def environment() -> dict[str, str]:
    """The environment variables that the image sets."""
    return dict(pair.split("=", 1) for pair in " ".join(all_of("ENV")).split())


def pins(name: str) -> dict[str, str]:
    """The pinned packages of a list with their versions, for this version of Python."""
    found = PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8"))
    return {package: version for package, version, marker in found if not marker or Marker(marker).evaluate()}


def test_image_copies_what_is_there_and_all_that_runs() -> None:
    """Every copied path exists, and both packages, the manifest and the requirements are copied."""
    sources = [source for copied in all_of("COPY") for source in copied.split()[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert sorted(sources) == ["bot", "handlers", "manifest.yml", "requirements/run.txt"]


def test_image_is_built_from_what_it_copies_and_nothing_else() -> None:
    """A secret in `.env` never reaches the build context."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    sources = [f"!{source}" for copied in all_of("COPY") for source in copied.split()[:-1]]
    assert rules == ["*", *sources, "**/__pycache__"]


def test_neither_wheel_nor_image_contains_the_sandbox() -> None:
    """The wheel and the image contain the bot and its handlers, and no other package of the checkout."""
    packages = {".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("[!.]*/**/__init__.py")}
    patterns = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    in_wheel = {name for name in packages if any(fnmatch(name, pattern) for pattern in patterns)}
    assert {"sandbox", "sandbox.slack", "sandbox.ringcentral"} <= packages
    assert in_wheel == {name for name in packages if name.split(".")[0] in {"bot", "handlers"}}
    assert [copied for copied in all_of("COPY") if re.search(r"sandbox|(^|\s)\.(\s|$)", copied)] == []


def test_sandbox_extra_holds_what_the_bot_does_not_already_need() -> None:
    """Every third-party package that `sandbox/` imports is declared: by the bot or by the extra, not by both."""
    imported = {name.split(".")[0] for path in ROOT.glob("sandbox/**/*.py") for name in imports_of(path)}
    third_party = imported - set(sys.stdlib_module_names) - {"bot", "sandbox"}
    own = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}
    extra = {Requirement(line).name for line in PROJECT["project"]["optional-dependencies"]["sandbox"]}
    assert third_party - own == extra


def test_image_runs_the_command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its arguments are known to the command line."""
    (command,) = all_of("CMD")
    assert json.loads(command) == ["python", "-m", "bot", "run"]
    monkeypatch.setattr(sys, "argv", [*json.loads(command)[2:], "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (0, "")


def test_image_listens_on_the_usual_port_for_everybody() -> None:
    """127.0.0.1 cannot be reached from outside a container."""
    port = str(Settings.model_fields["port"].default)
    assert (all_of("EXPOSE"), environment()["PORT"], environment()["HOST"]) == ([port], port, "0.0.0.0")  # noqa: S104


def test_image_sets_only_settings_that_there_are() -> None:
    """Besides those of Python itself."""
    ours = {name for name in environment() if not name.startswith("PYTHON")}
    assert ours - {name.upper() for name in Settings.model_fields} == set()


def test_image_does_not_run_as_root_and_keeps_its_database_where_it_may_write() -> None:
    """On a volume, so that it outlives the container."""
    words = [word for word, _ in dockerfile()]
    (user,), (volume,) = all_of("USER"), all_of("VOLUME")
    assert words.index("USER") < words.index("CMD")
    made = next(rest for rest in all_of("RUN") if "useradd" in rest)
    assert re.search(rf"useradd .*--uid [1-9]\d* {user}\b", made)
    assert f"mkdir {volume} && chown {user} {volume}" in made
    assert environment()["DATABASE_URL"] == f"sqlite:///{volume}/greenroom.db"


async def _no_problems() -> dict[str, str]:
    return {}


async def test_image_asks_whether_it_is_healthy() -> None:
    """The health check's command, run on the configured port: against our routes, and against nothing."""
    (check,) = all_of("HEALTHCHECK")
    python, *words = json.loads(check.partition("CMD ")[2])
    served = web.Application()
    health.add_routes(served, _no_problems)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = {"PORT": str(runner.addresses[0][1])}

    async def exit_code() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, *words, env=port, stderr=DEVNULL)
        return await process.wait()

    alive = await exit_code()
    await runner.cleanup()

    assert (python, alive, await exit_code()) == ("python", 0, 1)


def test_image_installs_the_hash_pinned_list() -> None:
    """The packages have the versions that the tests run with."""
    (install,) = [rest for rest in all_of("RUN") if "pip install" in rest]
    assert install == "pip install --no-cache-dir --require-hashes -r requirements/run.txt"
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "bench.txt", "pictures.txt"])
def test_every_package_of_a_list_is_pinned_with_hashes_and_names_no_registry(name: str) -> None:
    """The registry is configured on the machine that installs."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    parts = re.split(r"\n(?=\S)", text)
    packages = [part for part in parts if not part.startswith("#")]
    assert len(packages) == len(PIN.findall(text)) > 20
    assert len(pins(name)) > 20
    assert [part.split(" ", 1)[0] for part in packages if "--hash=sha256:" not in part] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []


def test_the_lists_hold_what_the_project_asks_for() -> None:
    """`make lock` was run after the last change of a dependency."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    in_dev = [*extras["dev"], *extras["sandbox"]]
    for name, wanted in (("run.txt", []), ("dev.txt", in_dev), ("bench.txt", extras["bench"])):
        pinned = pins(name)
        for requirement in map(Requirement, [*project["dependencies"], *wanted]):
            assert Version(pinned[requirement.name.lower()]) in requirement.specifier


def test_image_has_the_oldest_python_that_the_project_runs_on() -> None:
    """The version for which the lists were made."""
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert all_of("FROM") == [f"python:{oldest}-slim"]
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text(encoding="utf-8")
