from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from linkage import whole
from linkage.reporting import report, write_report
from linkage.reporting.chosen import Chart
from linkage.reporting.tables import answers

CHARTS = (
    *("risk_chart", "tradeoff_chart", "harm_chart", "groups_chart", "causes_chart"),
    *("quality_chart", "weights_chart"),
)
FRAMES = (
    *("quality", "risk", "worlds", "harm", "disclosure", "inference", "weights", "timings"),
    *("thresholds", "reliability", "explained", "summary", "assumptions"),
)


class Page(HTMLParser):
    """Collects the tags of a page and checks that they nest."""

    VOID = frozenset({"meta", "link", "img", "source", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the drawing where a test is not about pictures."""

    def draw(chart: Chart, folder: Path) -> report.Picture:
        for kind in ("png", "svg"):
            (folder / f"{chart.name}.{kind}").touch()
        return report.Picture(chart.name, chart.alt, "data:,", "data:,", (9, 9), (9, 9))

    monkeypatch.setattr(report, "drawn", draw)


@pytest.fixture(scope="module")
def html(make_result: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = write_report(make_result(), tmp_path_factory.mktemp("page") / "report")
    return page.read_text(encoding="utf-8")


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def test_a_report_has_all_its_files(result: Any, tmp_path: Path) -> None:
    page = write_report(result, tmp_path / "deep" / "report")
    assert page == tmp_path / "deep" / "report" / "report.html"
    assert set(contents(page.parent)) == {
        *("report.html", "results.json", "results.schema.json", "scenario.toml"),
        *(f"charts/{name}.{kind}" for name in CHARTS for kind in ("png", "svg")),
        *(f"tables/{name}.csv" for name in (*CHARTS, *FRAMES)),
    }
    assert (page.parent / "results.json").read_text() == result.to_json()
    assert (page.parent / "scenario.toml").read_text() == result.scenario_toml()
    assert page.stat().st_size < 3_000_000


@pytest.mark.usefixtures("quick")
def test_the_same_result_gives_the_same_report(result: Any, tmp_path: Path) -> None:
    write_report(result, tmp_path / "one")
    write_report(result, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_page_needs_no_network(html: str) -> None:
    page = Page(html)
    for tag, attributes in page.tags:
        for name in ("src", "srcset"):
            assert (attributes.get(name) or "data:").startswith("data:image/svg+xml;base64,") or (
                name not in attributes
            )
        if (attributes.get("href") or "").startswith("http"):
            assert tag == "a"
    assert page.all("script") == []
    assert page.all("link") == []
    assert "@import" not in html
    assert "url(" not in html


@pytest.mark.usefixtures("quick")
def test_every_link_leads_somewhere(result: Any, tmp_path: Path) -> None:
    page_path = write_report(result, tmp_path / "report")
    page = Page(page_path.read_text(encoding="utf-8"))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [str(link["href"]) for link in page.all("a")]
    assert any(link.startswith("tables/") for link in links)
    for link in links:
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("https://"):
            assert (page_path.parent / link).is_file()


def test_the_page_speaks_to_screen_readers(html: str) -> None:
    page = Page(html)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == 1
    images = page.all("img")
    assert len(images) == len(CHARTS)
    assert all(len(str(image["alt"])) > 100 for image in images)
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert all(section["aria-labelledby"] in ids for section in page.all("section"))
    boxes = [box for box in page.all("div") if box.get("class") == "scroll"]
    assert len(boxes) == len(page.all("table")) == len(page.all("caption"))
    assert all(box["tabindex"] == "0" and box["aria-label"] for box in boxes)


def test_every_chart_is_explained_and_has_its_data(html: str) -> None:
    assert html.count("How to read it.") == html.count("What not to conclude.") == len(CHARTS)
    for name in CHARTS:
        assert f'href="tables/{name}.csv"' in html


def test_the_order_of_the_sections(html: str) -> None:
    sections = [section["id"] for section in Page(html).all("section")]
    order = "answer risk tradeoff harm cost linking words limits again"
    assert sections == order.split()


def test_figures_read_well(html: str) -> None:
    text = re.sub(r"<[^>]+>", "", html)
    assert "98.1\xa0% (97.8 to 98.4)" in text
    assert "12,000" in text
    assert "not applicable: needs the key" in text
    assert "not defined: no address went out" in text
    assert "nan" not in re.sub(r"data:image\S+", "", html).lower().replace("financial", "")
    assert "47,289" in text
    assert "1.28 million" in text


def test_no_verdicts(html: str) -> None:
    text = re.sub(r"data:image\S+", "", html).lower()
    for word in ("safe", "unsafe", "acceptable", "unacceptable", "compliant", "anonymous"):
        assert not re.search(rf"\b{word}\b", text), word


def test_hostile_text_is_harmless(result: Any, tmp_path: Path) -> None:
    evil = '<script>alert("x")</script><img src="http://x/" onerror=alert(1)>'
    result.scenario |= {"title": evil, "question": evil, "seed": evil}
    result.versions = {"linkage": "0.1.0", evil: evil}
    result.table.loc[0, ["figure", "meaning", "unit"]] = evil
    for name in ("risk", "quality", "harm", "weights", "timings"):
        setattr(result, name, getattr(result, name).replace({"scheme": {"clk": evil}}))
    result.risk.loc[result.risk["note"] == "needs the key", "note"] = evil
    page_path = write_report(result, tmp_path / "report")
    html = page_path.read_text(encoding="utf-8")
    page = Page(html)
    assert page.all("script") == []
    assert all("onerror" not in attributes for _, attributes in page.tags)
    assert len(page.all("img")) == len(CHARTS)
    assert "&lt;script&gt;" in html
    for svg in (page_path.parent / "charts").glob("*.svg"):
        assert "<script" not in svg.read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_formulas_in_tables_are_neutralised(result: Any, tmp_path: Path) -> None:
    result.risk["note"] = result.risk["note"].replace("needs the key", '=HYPERLINK("x")')
    result.quality.loc[0, "note"] = "+1"
    result.weights.loc[0, "agreement"] = "  @sum"
    result.weights.loc[1, "agreement"] = "-2"
    directory = write_report(result, tmp_path / "report").parent
    risk = pd.read_csv(directory / "tables" / "risk.csv")
    assert set(risk["note"].dropna()) >= {'\'=HYPERLINK("x")'}
    assert pd.read_csv(directory / "tables" / "quality.csv").loc[0, "note"] == "'+1"
    weights = pd.read_csv(directory / "tables" / "weights.csv")
    assert list(weights.loc[:1, "agreement"]) == ["'  @sum", "'-2"]
    assert weights["weight"].to_numpy() == pytest.approx(result.weights["weight"].to_numpy())
    assert (weights["weight"] < 0).any()


@pytest.mark.usefixtures("quick")
def test_tables_hold_the_frames(result: Any, tmp_path: Path) -> None:
    directory = write_report(result, tmp_path / "report").parent
    for name in ("quality", "harm", "weights", "timings"):
        read = pd.read_csv(
            directory / "tables" / f"{name}.csv",
            keep_default_na=False,
            na_values={"value": "", "low": "", "high": ""},
        )
        pd.testing.assert_frame_equal(read, getattr(result, name), check_dtype=False)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("where", ["drawn", "_page", "swap"])
def test_all_or_nothing(
    error: type[BaseException],
    where: str,
    request: pytest.FixtureRequest,
    result: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "report"
    target.mkdir()
    (target / "results.json").write_text("the old one")

    def fail(*_: object, **__: object) -> None:
        raise error

    if where != "drawn":
        request.getfixturevalue("quick")
    monkeypatch.setattr(whole if where == "swap" else report, where, fail)
    with pytest.raises(error):
        write_report(result, target)
    assert contents(tmp_path) == {"report/results.json": b"the old one"}
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_old_report_comes_back_if_the_last_rename_fails(
    error: type[BaseException], result: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report"
    target.mkdir()
    (target / "results.json").write_text("the old one")
    rename = Path.rename

    def fail_onto_target(path: Path, other: Path) -> Path:
        if other == target and not path.name.endswith(".old"):
            raise error
        return rename(path, other)

    monkeypatch.setattr(Path, "rename", fail_onto_target)
    with pytest.raises(error):
        write_report(result, target)
    assert contents(tmp_path) == {"report/results.json": b"the old one"}


@pytest.mark.usefixtures("quick")
def test_an_earlier_report_is_replaced(result: Any, tmp_path: Path) -> None:
    write_report(result, tmp_path / "report")
    result.scenario["title"] = "A second title"
    page = write_report(result, tmp_path / "report")
    assert "A second title" in page.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("stranger", ["thesis.docx", "report.html"])
def test_other_directories_are_refused(stranger: str, result: Any, tmp_path: Path) -> None:
    (tmp_path / stranger).write_text("mine")
    with pytest.raises(FileExistsError, match=rf"{stranger}.*try another directory"):
        write_report(result, tmp_path)
    assert contents(tmp_path) == {stranger: b"mine"}


@pytest.mark.usefixtures("quick")
def test_a_report_with_something_added_is_refused(result: Any, tmp_path: Path) -> None:
    page = write_report(result, tmp_path / "report")
    (page.parent / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"notes\.txt"):
        write_report(result, page.parent)


def test_a_file_in_the_way_is_refused(result: Any, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(FileExistsError, match="needs a directory"):
        write_report(result, tmp_path / "report")


@pytest.mark.usefixtures("quick")
def test_an_empty_directory_is_taken(result: Any, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    assert write_report(result, str(tmp_path / "report")).is_file()


@pytest.mark.usefixtures("quick")
def test_real_files_get_other_words_and_no_small_counts(own_file: Any, tmp_path: Path) -> None:
    directory = write_report(own_file, tmp_path / "report").parent
    html = (directory / "report.html").read_text(encoding="utf-8")
    assert "simulated people" not in html
    assert "Everybody in this report is simulated" not in html
    assert "your file" in html
    assert "ResDAC" in html
    assert "&lt;11" in html
    risk = pd.read_csv(directory / "tables" / "risk.csv")
    assert (risk["correct"] == "all but <11").any()
    for name in ("n", "claimed", "correct"):
        numbers = pd.to_numeric(risk[name], errors="coerce")
        assert not numbers.between(1, 10).any()
    # 393 of 400 leaves 7; nothing written may hold 393, or its share.
    assert own_file.risk["correct"].eq(393).any()
    for path in [*directory.glob("tables/*.csv"), directory / "results.json"]:
        assert "393" not in re.findall(r"\d+", path.read_text()), path
        assert "0.9825" not in path.read_text()
    assert "98.2" not in re.sub(r"data:image\S+", "", html)
    assert own_file.to_json() != (directory / "results.json").read_text()


@pytest.mark.usefixtures("quick")
def test_internal_reports_show_everything_under_a_banner(own_file: Any, tmp_path: Path) -> None:
    directory = write_report(own_file, tmp_path / "report", internal=True).parent
    html = (directory / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    banners = [p for p in page.all("p") if p.get("class") == "internal"]
    assert len(banners) == len(page.all("section")) + 2
    assert "393" in (directory / "tables" / "risk.csv").read_text()
    assert (directory / "results.json").read_text() == own_file.to_json()
    assert "&lt;11" not in html


@pytest.mark.usefixtures("quick")
def test_a_simulation_is_not_suppressed(result: Any, tmp_path: Path) -> None:
    result.risk.loc[0, ["claimed", "correct"]] = 3
    directory = write_report(result, tmp_path / "report").parent
    assert pd.read_csv(directory / "tables" / "risk.csv").loc[0, "correct"] == 3
    assert "internal" not in [
        p.get("class") for p in Page((directory / "report.html").read_text()).all("p")
    ]


@pytest.mark.usefixtures("quick")
def test_a_result_without_requests_is_reported_too(own_file: Any, tmp_path: Path) -> None:
    for name in ("quality", "harm", "weights", "timings"):
        setattr(own_file, name, getattr(own_file, name).iloc[:0])
    html = write_report(own_file, tmp_path / "report").read_text(encoding="utf-8")
    assert len(Page(html).all("img")) == 1
    sections = {section["id"] for section in Page(html).all("section")}
    assert not sections & {"tradeoff", "harm", "linking"}  # what was not done is left out
    links = {str(link["href"]) for link in Page(html).all("a")}
    assert not links & {"#tradeoff", "#harm", "#linking"}


def test_answers_put_the_figure_into_the_sentence() -> None:
    row = {"figure": "a_b", "value": 0.2, "low": 0.1, "high": 0.3, "n": 4321, "note": ""}
    summary = pd.DataFrame(
        [
            {**row, "unit": "share", "meaning": "So many, 20.0\xa0% (10.0 to 30.0), are so."},
            {**row, "unit": "per 1,000 requests", "meaning": "Withheld."},
            {**row, "unit": "share", "meaning": "?", "value": np.nan, "note": "nothing linked"},
        ]
    )
    found = answers(summary)
    assert [(answer.before, answer.value, answer.after) for answer in found] == [
        ("So many, ", "20.0\xa0% (10.0 to 30.0)", ", are so."),
        ("Withheld. ", "0.20 (0.10 to 0.30)", ""),
        ("? ", "not defined: nothing linked", ""),
    ]
    assert found[0].n == "4,321"
    assert found[0].figure == "A b"


@pytest.fixture(scope="module")
def many_page(make_result: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(make_result.many(), tmp_path_factory.mktemp("many") / "report")


def test_many_schemes_are_shown_as_a_matrix_first(many_page: Path) -> None:
    html = many_page.read_text(encoding="utf-8")
    page = Page(html)
    assert str(page.all("img")[0]["alt"]).startswith("Matrix of 24 schemes")
    drawn = {path.stem for path in (many_page.parent / "charts").glob("*.svg")}
    extra = {"matrix_chart", "knowledge_chart", "bounds_chart", "disclosure_chart"}
    extra |= {"thresholds_chart", "reliability_chart", "waterfall_chart"}
    assert drawn == extra | set(CHARTS) - {"risk_chart"}
    for name in extra:
        assert f'href="tables/{name}.csv"' in html
    assert html.count("How to read it.") == html.count("What not to conclude.") == len(drawn)
    assert many_page.stat().st_size < 3_000_000
    assert [section["id"] for section in page.all("section")][1:6] == [
        *("risk", "tradeoff", "harm", "knowledge", "disclosure")
    ]


def test_the_page_of_many_schemes_says_what_was_not_run_and_why(many_page: Path) -> None:
    html = re.sub(r"data:image\S+", "", many_page.read_text(encoding="utf-8"))
    text = re.sub(r"<[^>]+>", "", html)
    assert "not run: needs a further release (releases)" in text
    assert "not applicable: no code of a record leaves its owner" in text
    assert "What the adversary could be sure of" in text
    assert "Members of the household on nobody&#39;s list" in text
    assert "Price there*" in text
    assert "under $0.01" in text
    assert "no released record has a class" in text
    assert not re.search(
        r"\b(nan|safe|unsafe|acceptable|compliant|anonymous)\b",
        text.replace("k-anonymous", "").lower(),
    )


def test_the_tables_of_many_schemes_have_every_column(many_page: Path, many: Any) -> None:
    for name in ("risk", "disclosure", "inference", "timings"):
        read = pd.read_csv(many_page.parent / "tables" / f"{name}.csv")
        assert list(read.columns) == list(getattr(many, name).columns)
        assert len(read) == len(getattr(many, name))


@pytest.mark.usefixtures("quick")
def test_a_long_dot_chart_gives_way_and_a_short_one_follows_the_matrix(
    many: Any, tmp_path: Path
) -> None:
    many.risk = many.risk[many.risk["attack"] == "dictionary"]
    html = write_report(many, tmp_path / "report").read_text(encoding="utf-8")
    assert html.index("matrix_chart.csv") < html.index("risk_chart.csv")
    assert "the intervals are in the table only" not in html


@pytest.mark.usefixtures("quick")
def test_own_files_withhold_small_classes_everywhere(many: Any, tmp_path: Path) -> None:
    many.scenario = {"name": "own-file", "title": "Our file", "seed": 3, "files": {}}
    many.inference.loc[0, "n"] = 9
    directory = write_report(many, tmp_path / "report").parent
    html = (directory / "report.html").read_text(encoding="utf-8")
    table = pd.read_csv(directory / "tables" / "disclosure.csv").set_index(["scheme", "measure"])
    assert table.loc[("k_anonymous", "k"), "value"] == "<11"
    assert table.loc[("k_anonymous", "prosecutor_highest"), "value"] == "<11"
    assert table.loc[("k_anonymous", "k_map"), "value"] == "23.0"
    inference = pd.read_csv(directory / "tables" / "inference.csv")
    assert inference.loc[0, ["value", "baseline", "n"]].tolist() == ["<11"] * 3
    assert "&lt;11" in html
    banners = write_report(many, tmp_path / "internal", internal=True).read_text(encoding="utf-8")
    page = Page(banners)
    marks = [p for p in page.all("p") if p.get("class") == "internal"]
    assert len(marks) == len(page.all("section")) + 2
    assert 'id="disclosure"' in banners
