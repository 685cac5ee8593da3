"""CONTRIBUTING.md matches the tree: paths, packages, verbs, layers, and the names in its recipes."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from bot.commands.parser import parse
from bot.commands.verbs import VERBS
from handlers import COMMANDS
from tests.support.docs_tables import ROOT, table

PAGE = "../CONTRIBUTING.md"
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PATH = re.compile(
    r"`((?:bot|handlers|sandbox|tests|tools|bench|docs|requirements)/[\w./-]*|[\w.-]+\.(?:py|md|toml|yml))`"
)
ROW = re.compile(r"^\| `([^`]+)` \|([^|]*)\| [^|]+ \|$", re.MULTILINE)
"""A file, the names of its row, and the change."""
RECIPES = dict(re.findall(r"^### (Add .+?)\n(.+?)(?=^###? )", TEXT, re.MULTILINE | re.DOTALL))


def packages(folder: str) -> set[str]:
    """The packages directly below a folder, as the document writes them."""
    return {f"{folder}/{path.parent.name}/" for path in (ROOT / folder).glob("*/__init__.py")}


def definitions(path: Path) -> set[str]:
    """The names that a module defines at its top level."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def missing_names(file: str, cell: str) -> set[str]:
    """The names of a recipe's row that the file does not define or, if it is not Python, does not contain."""
    path, names = ROOT / file, set(re.findall(r"`([^`]+)`", cell))
    if path.suffix == ".py":
        return names - definitions(path)
    return {name for name in names if name not in path.read_text(encoding="utf-8")} if names else set()


def test_every_path_in_a_document_exists() -> None:
    """Files and folders of the project, written between backticks."""
    named = {document: PATH.findall(document.read_text(encoding="utf-8")) for document in DOCUMENTS}
    missing = {
        (document.name, path)
        for document, paths in named.items()
        for path in paths
        if not (ROOT / path).exists() and not (document.parent / path).exists()
    }
    assert missing == set()


def test_every_name_in_a_document_is_defined_in_its_file() -> None:
    """Where a document says "`NAME` of `FILE`" or "`NAME` in `FILE`"."""
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    named = {pair for text in texts for pair in re.findall(r"`(\w+)`\s(?:of|in)\s`([\w/]+\.py)`", text)}
    assert len(named) >= 3
    assert {(name, file) for name, file in named if name not in definitions(ROOT / file)} == set()


def test_every_package_is_on_the_map() -> None:
    """The packages of the bot in their own table, the folders of handlers in the table of verbs, and no others."""
    assert {row[0].strip("`") for row in table(PAGE, "package")} == packages("bot")
    assert {row[1].strip("`") for row in table(PAGE, "verb")} == packages("handlers")


def test_every_verb_leads_to_the_folder_that_serves_it() -> None:
    """By the listener of the command that the parser returns; `(none)` is the command without a verb."""
    served = {verb: COMMANDS[type(parse(verb))].__module__.rpartition(".")[0] for verb in ("", *VERBS)}
    documented = {
        "" if verb == "(none)" else verb: folder.strip("`/").replace("/", ".")
        for verbs, folder, _ in table(PAGE, "verb")
        for verb in verbs.split(", ")
        if not verb.startswith("*")
    }
    assert documented == served


def test_layers_are_those_of_the_contract() -> None:
    """Every package and root module of the bot, from top to bottom."""
    drawn = re.search(r"## Layers\n.*?```\n(.+?)```", TEXT, re.DOTALL)
    assert drawn is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    top, app, *rest = [set(re.findall(r"\w+", layer.replace("bot.", ""))) for layer in layers]
    lines = [set(re.findall(r"\w+", line.partition("    ")[0])) for line in drawn[1].splitlines()]
    assert lines == [top | app, *rest]  # the first line of the drawing is two layers


def test_there_is_a_recipe_for_each_usual_change() -> None:
    """Each with a table of files."""
    things = ["a subcommand", "a form field", "a button", "a column", "a notice kind", "a provider"]
    assert list(RECIPES) == [f"Add {thing}" for thing in things]
    assert [name for name, text in RECIPES.items() if len(ROW.findall(text)) < 5] == []


def test_recipes_name_what_their_files_define() -> None:
    """Every file exists and defines the names of its row."""
    rows = {name: ROW.findall(text) for name, text in RECIPES.items()}
    assert {name: len(found) for name, found in rows.items()} == {
        name: len(re.findall(r"^\| `", text, re.MULTILINE)) for name, text in RECIPES.items()
    }
    missing = {(name, file): missing_names(file, cell) for name, found in rows.items() for file, cell in found}
    assert {where: names for where, names in missing.items() if names} == {}
