"""The pages that are written from the code are current, and the site builds without a warning."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from linkage.attacks.catalogue import ATTACKS
from linkage.reporting import charts, wording
from linkage.reporting.readings import READINGS
from linkage.schemes.page import page as schemes_page

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_written_pages_are_current(generate: ModuleType) -> None:
    for file, page in generate.PAGES.items():
        assert (ROOT / "docs" / file).read_text("utf-8") == page(), "run python docs/generate.py"
    assert (ROOT / "docs" / "schemes.md").read_text("utf-8") == schemes_page()


def test_every_attack_chart_and_harm_has_its_reading(generate: ModuleType) -> None:
    assert set(generate.ATTACK_READINGS) == set(ATTACKS)
    assert set(generate.HARM_READINGS) == set(wording.HARMS)
    assert set(READINGS) == {name for name in charts.__all__ if name.endswith("_chart")}


def test_every_reading_has_the_same_headings(generate: ModuleType) -> None:
    for page in generate.PAGES.values():
        text = page()
        sections = text.count("\n### ")
        assert sections > 10
        for heading in generate.HEADINGS:
            assert text.count(f"| {heading} |") == sections


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "fonts.g" not in page  # it asks nobody else for anything
    api = (tmp_path / "api" / "index.html").read_text("utf-8")
    for name in ("linkage.simulate.run", "linkage.result.Result", "synthetic.world.World"):
        assert f'id="{name}"' in api


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = {str(page) for page in _leaves(yaml.safe_load(text)["nav"])}
    assert named == {path.name for path in (ROOT / "docs").glob("*.md")}


def _leaves(tree: object) -> list[object]:
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in _leaves(part)]
    if isinstance(tree, list):
        return [leaf for part in tree for leaf in _leaves(part)]
    return [tree]
