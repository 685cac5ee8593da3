"""The documents match the code: settings, commands, links; and they contain no machine paths or registries."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic import SecretStr

from bot.commands.verbs import VERBS
from bot.settings import Settings
from tests.support.docs_tables import ROOT, table
from tests.support.permission_rules import COMMAND_RULES, Rule
from tests.support.rows import each_row

# Written so that these patterns do not match themselves.
MACHINE_PATHS = r"(?<![\w.])/(?:wor[k]|hom[e]|User[s]|roo[t]|tm[p]|op[t])/"
REGISTRIES = r"pypi\.or[g]|pythonhoste[d]\.|registry\.npm[j]s|(?:deb|security|ftp)\.debia[n]|--(?:extra-)?index-ur[l] "


def project_files() -> list[Path]:
    """All files of the project: no environment, cache, sandbox state or database."""
    found = [ROOT / ".ci" / "run", ROOT / ".gitignore", ROOT / ".dockerignore"]
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name != "__pycache__" and not name.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith(".") and ".db" not in name]
    return found


def read(path: Path) -> str:
    """A text file; an empty string for a picture."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


DOCUMENTS = sorted(path for path in project_files() if path.suffix == ".md")


def default_of(name: str) -> str:
    """The default of a setting, as docs/settings.md writes it."""
    field = Settings.model_fields[name.lower()]
    if name == "SLACK_SIGNING_SECRET":
        return "required over HTTP"
    if name in ("RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"):
        return "required without Zoom"
    if field.is_required():
        return "required"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{value}`" if value not in ("", None) else "empty"


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    """In the table of docs/settings.md, each with what it is and the reason of its default."""
    rows = table("settings.md", "variable")
    assert {name.strip("`"): default for name, default, *_ in rows} == {
        name.upper(): default_of(name.upper()) for name in Settings.model_fields
    }
    assert [name for name, _, purpose, reason in rows if not (purpose and reason)] == []


def test_every_command_is_documented_and_no_other() -> None:
    """The bare command and every verb of the grammar, in docs/commands.md."""
    matches = [re.fullmatch(r"`/webinar ?(\w*).*", row[0]) for row in table("commands.md", "command")]
    assert sorted(found[1] for found in matches if found) == sorted(["", *VERBS])
    assert None not in matches


@each_row("document", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    """Including pictures."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(document))
    relative = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in relative if not (document.parent / link).exists()] == []


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_row("document", DOCUMENTS)
def test_every_anchor_of_a_link_is_a_heading(document: Path) -> None:
    """Within the page, and in other pages."""
    links = re.findall(r"\]\(([^)#\s:]*)#([\w-]+)\)", read(document))
    pages = {(document.parent / page if page else document, anchor) for page, anchor in links}
    assert {(page.name, anchor) for page, anchor in pages if anchor not in anchors(page)} == set()


def test_the_index_leads_to_every_page() -> None:
    """docs/README.md has a link to each page of docs/, and no page is left to be found by chance."""
    linked = set(re.findall(r"\]\(([\w-]+\.md)", read(ROOT / "docs" / "README.md")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"} == linked


def test_every_make_target_that_is_mentioned_exists() -> None:
    """And every target has a description."""
    makefile = read(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    mentioned = [re.findall(r"(?:`|^)make ([a-z]+)", read(path), re.MULTILINE) for path in DOCUMENTS]
    assert set().union(*mentioned) - targets == set()
    assert targets == set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))


def test_changelog_has_a_place_for_what_comes_next() -> None:
    """And the section is not empty."""
    found = re.search(r"^## Unreleased\n(.+?)(?=^## |\Z)", read(ROOT / "CHANGELOG.md"), re.MULTILINE | re.DOTALL)
    assert found is not None
    assert re.findall(r"^- \S", found[1], re.MULTILINE) != []


def test_no_file_names_a_path_of_some_machine_or_a_registry() -> None:
    """A user who clones the project has neither."""
    odd = re.compile(f"{MACHINE_PATHS}|{REGISTRIES}")
    found = {str(path.relative_to(ROOT)): odd.findall(read(path)) for path in project_files()}
    assert {path: what for path, what in found.items() if what} == {}


def test_the_table_of_rights_names_every_command_once_per_right() -> None:
    """docs/permissions.md and the permission matrix have the same rule for each command."""
    rights = {Rule.RUNS: "run", Rule.MANAGES: "manage", Rule.MEMBERS: "member", Rule.OPEN: "look and take part"}
    rows = re.findall(
        r"^\| ([a-z ]+) \| (.*?) \|", (ROOT / "docs/permissions.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    documented = {right: set(re.findall(r"`(\w+)", commands)) for right, commands in rows}
    for rule, words in COMMAND_RULES.values():
        verb = words.split(" ")[0]
        if verb and rule in rights:
            assert verb in documented[rights[rule]], (verb, rights[rule])


def test_the_checklist_names_tests_that_exist() -> None:
    """In the column of proofs; each line is done, somebody else's, or honestly open."""
    page = read(ROOT / "docs/checklist.md")
    named = set(re.findall(r"`(test_\w+)`", page))
    sources = "\n".join(read(path) for path in sorted((ROOT / "tests").rglob("test_*.py")))
    assert named - set(re.findall(r"^ *(?:async )?def (test_\w+)", sources, re.MULTILINE)) == set()
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert {state for _, state, _ in rows} - {"state", "---"} == {"done", "not yet", "your proxy"}
    assert [asked for asked, state, proof in rows if state == "done" and not re.search(r"`test_|\]\(", proof)] == []
