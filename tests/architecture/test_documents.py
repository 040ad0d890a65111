"""The documents name what is there: paths, commands, settings, metrics, decisions, words."""

import re
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from chassis.settings import Settings
from deploy.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "README.ja.md", *(f"docs/{one.name}" for one in ROOT.glob("docs/*.md"))]
PACKAGES = "contracts|chassis|services|workflows|simulation|deploy|tests|docs"
OF_THE_STACK = {"KASANE_DATA_DIR", "KASANE_PORT_BASE"}
INDEX = (ROOT / "docs/decisions/README.md").read_text()
DECISIONS = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))


def named(document: str) -> set[str]:
    """What a document sets in code letters, outside its examples."""
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(), flags=re.S)
    return set(re.findall(r"`([^`\n]+)`", text))


@cache
def product() -> str:
    """All that the product says, in code and on screens."""
    kinds = {".py", ".html", ".csv", ".json"}
    folders = PACKAGES.removesuffix("|tests|docs").split("|")
    files = [path for one in folders for path in (ROOT / one).rglob("*") if path.suffix in kinds]
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_every_path_that_a_document_names_is_there(document: str) -> None:
    for name in named(document):
        if re.fullmatch(rf"({PACKAGES})(/[\w.-]+)*/?", name):
            assert (ROOT / name).exists() or (ROOT / f"{name}.py").exists(), name
        elif re.fullmatch(rf"({PACKAGES})(\.\w+)+", name):
            *_, last = name.split(".")
            inside = (ROOT / name.replace(".", "/")).with_suffix(".py").exists()
            assert inside or re.search(rf"\b{last}\b", product()), name


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_every_setting_and_metric_that_a_document_names_is_there(document: str) -> None:
    settings = {f"KASANE_{field.upper()}" for field in Settings.model_fields}
    for name in named(document):
        if re.fullmatch(r"KASANE_[A-Z_]+", name):
            assert name in settings | OF_THE_STACK, name
        elif re.fullmatch(r"kasane_[a-z_]+", name):
            assert f'"{name.removeprefix("kasane_")}"' in product(), name


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_every_target_of_make_is_described(readme: str) -> None:
    [targets] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
    described = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / readme).read_text()))
    assert described == set(targets.split()) - {"help"}


def test_every_command_is_described_and_every_described_one_is_there() -> None:
    described = re.findall(r"`kasane ([a-z-]+)", (ROOT / "docs/operations.md").read_text())
    assert set(described) == set(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_is_in_the_index_under_its_title(name: str) -> None:
    title = (ROOT / "docs/decisions" / name).read_text().splitlines()[0]
    number, _, rest = title.removeprefix("# ").partition(" ")
    assert name.startswith(f"{number}-")
    assert f"- [{number}]({name}) {rest}\n" in INDEX


def test_every_decision_that_is_referred_to_was_taken() -> None:
    numbers = {name[:4] for name in DECISIONS}
    for document in DOCUMENTS:
        referred = re.findall(r"decisions? (\d{4})", (ROOT / document).read_text())
        assert set(referred) <= numbers, document


def test_the_words_of_the_glossary_are_those_of_code_and_screens() -> None:
    said = product()
    lower = said.lower()
    unused = []
    for row in re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", GLOSSARY, re.M)[1:]:
        plain = [re.sub(r"[((].*?[))]", "", cell) for cell in row]
        english = [one.strip().lower() for one in re.split(r"[,/]", plain[0])]
        japanese = [one.strip(" –") for one in re.split("[・,、/]", plain[1])]
        for term in filter(None, english):
            if not any(term.replace(" ", mark) in lower for mark in (" ", "_", "-", "")):
                unused.append(term)
        unused += [term for term in japanese if term and term not in said]
    assert unused == []


GLOSSARY = (ROOT / "docs/glossary.md").read_text()
