"""The README and the pages run as they stand."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from unittest import mock

import pytest

from linkage.plans import ATTACKS
from linkage.schemes import SCHEMES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of every fenced block of a page."""
    return re.findall(r"```(\w+)\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)


def test_quick_start_prints_what_the_readme_says() -> None:
    kinds = [kind for kind, _ in blocks(ROOT / "README.md")]
    start = kinds.index("python")
    code, shown = (text for _, text in blocks(ROOT / "README.md")[start : start + 2])
    assert len(code.strip().splitlines()) <= 12
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == shown


def test_the_page_on_linking_prints_what_it_says() -> None:
    (_, code), (_, shown), *_ = blocks(ROOT / "docs/linking.md")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "linking.md", "exec"), {})
    assert printed.getvalue() == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_run(page: Path) -> None:
    snippets = [text for kind, text in blocks(page) if kind == "python"]
    if page.name == "README.md":
        snippets = ["import linkage", *snippets[1:]]
    names: dict[str, object] = {}
    with mock.patch.dict(SCHEMES):  # one page adds a scheme
        for snippet in snippets:
            exec(compile(snippet, page.name, "exec"), names)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "reports/gallery/README.md"], ids=str)
def test_links_and_pictures_exist(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    missing = [
        target
        for target in targets
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert not missing


def test_every_scheme_and_attack_has_its_place_in_the_docs() -> None:
    schemes, attacks = (
        (ROOT / f"docs/{name}.md").read_text("utf-8") for name in ("schemes", "attacks")
    )
    assert [name for name in SCHEMES if f"`{name}`" not in schemes] == []
    assert [name for name in ATTACKS if f"| {name} |" not in attacks] == []
