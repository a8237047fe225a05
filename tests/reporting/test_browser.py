"""The pages as a browser shows them. Needs Chromium (Debian: apt-get install chromium)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import linkage
from linkage.reporting import write_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

PHONE, DESKTOP = {"width": 375, "height": 800}, {"width": 1280, "height": 900}
KINDS = ("report", "comparison")


@pytest.fixture(scope="module")
def pages(make_result: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("pages")
    small = linkage.Scenario.load("address-sharing").replace(
        people=1_000, requests=100, replicates=1, schemes=["plain", "hmac"]
    )
    result = linkage.run(small.replace(attacks=[{"attack": "frequency", "target": "surname"}]))
    return {
        "report": write_report(make_result.many(), place / "report"),
        "comparison": result.compare(result).report(place / "comparison"),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def _opened(browser: Browser, path: Path, **settings: Any) -> tuple[Page, list[str]]:
    """Open a page; complaints and requests that leave it are collected."""
    page = browser.new_context(**settings).new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda sent: (
            None
            if sent.url.startswith(("file:", "data:"))
            else wrong.append(f"request: {sent.url[:80]}")
        ),
    )
    page.goto(path.as_uri())
    return page, wrong


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("size", "light"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_no_complaint_no_request_and_nothing_serious_for_axe(
    kind: str, size: dict[str, int], light: str, pages: dict[str, Path], browser: Browser
) -> None:
    page, wrong = _opened(browser, pages[kind], viewport=size, color_scheme=light)
    assert wrong == []
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    told = [(each["id"], each["nodes"][0]["html"][:120]) for each in serious]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    broken = "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
    assert page.evaluate(broken) == 0
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_section_is_reached_by_keyboard(
    kind: str, pages: dict[str, Path], browser: Browser
) -> None:
    page, _ = _opened(browser, pages[kind], viewport=DESKTOP, reduced_motion="reduce")
    sections = page.eval_on_selector_all("section", "all => all.map(s => s.id)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    for _ in sections:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert reached == [f"#{name}" for name in sections]
    for name in sections:
        page.focus(f'nav a[href="#{name}"]')
        page.keyboard.press("Enter")
        page.wait_for_function(
            "n => { const box = document.getElementById(n).getBoundingClientRect();"
            " return box.top < innerHeight && box.bottom > 0 }",
            arg=name,
        )
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_whole(kind: str, pages: dict[str, Path], browser: Browser) -> None:
    page, _ = _opened(browser, pages[kind])
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    hidden = (
        "[...document.querySelectorAll('.scroll')].filter("
        "box => box.scrollHeight > box.clientHeight + 1).length"
    )
    assert page.evaluate(hidden) == 0
    page.context.close()


def test_a_hostile_world_appears_harmless(
    make_result: Any, tmp_path: Path, browser: Browser
) -> None:
    evil = {
        "html": '<img src="http://127.0.0.1:9/x" onerror="console.log(1)"><script>alert(1)</script>',
        "formula": '=HYPERLINK("http://127.0.0.1:9/x")',
        "right to left": "\u202eelif ruoy\u2066\u200f",
        "long": "N" * 10_000,
    }
    result = make_result()
    result.explained = make_result.many().explained
    result.scenario |= {"title": evil["long"], "question": evil["html"] + evil["right to left"]}
    names = dict(zip(("plain", "sha256", "hmac", "clk"), evil.values(), strict=True))
    for frame in ("risk", "quality", "harm", "weights", "timings", "disclosure", "inference"):
        table = getattr(result, frame)
        setattr(result, frame, table.assign(scheme=table["scheme"].replace(names)))
    result.explained = result.explained.assign(left=list(evil.values()))
    written = write_report(result, tmp_path / "report")
    for size in (PHONE, DESKTOP):
        page, wrong = _opened(browser, written, viewport=size)
        assert wrong == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator("h1").inner_text() == evil["long"]
        page.context.close()
    for table in (written.parent / "tables").glob("*.csv"):
        assert ',"=HYPERLINK' not in table.read_text("utf-8")
        assert "\n=" not in table.read_text("utf-8")
