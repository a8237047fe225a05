from __future__ import annotations

import datetime
import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import linkage
import synthetic
from linkage.records import (
    FIELDS,
    TEXT,
    clean_date,
    clean_digits,
    clean_name,
    clean_text,
    clean_zip,
    guess_fields,
    prepare,
    read,
    split_address,
)
from linkage.records.cleaning import are_clean_names, have_suffixes, split_suffix

PEOPLE = pd.DataFrame(
    {
        "First Name": ["Ana", "José", None],
        "last": ["O'Neil-Ruiz", "MUÑOZ", "Ng"],
        "dob": ["1980-02-03", "1991-07-30", None],
        "zip": ["02139", "10001-1234", None],
    }
)
RECORDS = pd.DataFrame(
    {
        "given_name": ["ANA", "JOSE", None],
        "surname": ["ONEIL RUIZ", "MUNOZ", "NG"],
        "date_of_birth": ["1980-02-03", "1991-07-30", None],
        "zip": ["02139", "10001", None],
    },
    dtype=TEXT,
)

never_raise = st.sampled_from([clean_text, clean_name, clean_digits, clean_zip])
# Letters, digits and the signs that cleaning treats in a special way, close together.
typed = st.text() | st.text("NAna/O'-.` \t\u0301ñß1290<>?_", max_size=12)


@given(never_raise, typed)
@example(clean_name, "N.A")
@example(clean_zip, "12-345-6789")
@example(clean_zip, "N-A")
@example(clean_zip, "2139-4307")
@example(clean_text, "7.0\u00a0")
@example(clean_digits, "7.0.0")
def test_cleaning_never_fails_and_changes_nothing_the_second_time(
    clean: Callable[[str], str | None], value: str
) -> None:
    once = clean(value)
    assert once is None or once != ""
    assert once is None or clean(once) == once


@given(st.lists(typed | st.text("ABN 1", max_size=8), min_size=1))
@example(["UNKNOWN", "NA", "NONE", "A  B", " A", "A B"])
def test_names_told_to_be_clean_are_left_as_they_are(names: list[str]) -> None:
    told = are_clean_names(pa.array(names, pa.large_string()))
    assert all(clean_name(name) == name for name, clean in zip(names, told, strict=True) if clean)
    assert not any(clean for name, clean in zip(names, told, strict=True) if name == "")
    cleaned = prepare(pd.DataFrame({"surname": ["NG", *names]}), {"surname": "surname"})
    wanted = [split_suffix(name)[0] if (name := clean_name(each)) else None for each in names]
    assert cleaned["surname"].astype(object).where(cleaned["surname"].notna(), None).tolist() == [
        "NG",
        *wanted,
    ]


@given(st.lists(st.lists(st.sampled_from(["JR", "NG", "III", "A", "SENIOR"]), min_size=1)))
def test_names_with_a_suffix_are_told(words: list[list[str]]) -> None:
    names = [" ".join(each) for each in words]
    told = have_suffixes(pa.array(names, pa.large_string()))
    assert told.tolist() == [split_suffix(name)[1] is not None for name in names]


dates = st.from_regex(r"\A\s?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?\Z")
american = st.from_regex(r"\A\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\Z")


@given(dates | american | st.from_regex(r"\A\d{8}\Z") | st.text())
def test_a_date_is_cleaned_once_and_for_all_or_refused(value: str) -> None:
    try:
        once = clean_date(value)
    except ValueError:
        return
    assert once is None or clean_date(once) == once


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_every_way_to_write_a_date_gives_the_same(day: datetime.date) -> None:
    written = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%Y/%m/%d}",
        f" {day.isoformat()}T00:00:00 ",
        f"{day.isoformat()} 00:00:00",
    ]
    assert {clean_date(text) for text in written} == {day.isoformat()}


@pytest.mark.parametrize("value", ["80-02-03", "3 Feb 80", "1980", "1980-02", "x1980-02-03"])
def test_an_unreadable_date_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=value):
        clean_date(value)


@pytest.mark.parametrize("missing", ["", "  ", "NaN", "nan", "None", "n/a", "<NA>", "-"])
def test_the_usual_signs_of_a_missing_value_are_missing_in_every_field(missing: str) -> None:
    for field in FIELDS.values():
        assert field.clean(missing) is None


def test_na_and_null_are_missing_but_where_they_are_names() -> None:
    assert [clean_text("NULL"), clean_text("na"), clean_zip("NA")] == [None] * 3
    assert [clean_name("Null"), clean_name("Na")] == ["NULL", "NA"]


def test_letters_of_other_scripts_keep_the_marks_that_are_vowels() -> None:
    assert len({clean_name(name) for name in ("राम", "रीमा", "रमा")}) == 3
    assert clean_name("Ελένη") == clean_name("ΕΛΕΝΗ")
    assert clean_name("Nguyễn") == "NGUYEN"


def test_integers_get_their_leading_zeros_back() -> None:
    frame = pd.DataFrame({"zip": [2139, 94110], "ssn": [1234567, 900123456]})
    assert prepare(frame).values.tolist() == [["001234567", "02139"], ["900123456", "94110"]]


def test_only_the_columns_needed_are_read_from_a_file(tmp_path: Path) -> None:
    text = "last_name,note\nNg,\xe9\n".encode("latin-1")
    (tmp_path / "people.csv").write_bytes(text)
    assert prepare(tmp_path / "people.csv", {"surname": "last_name"}).values.tolist() == [["NG"]]


def test_a_guessed_column_without_values_is_left_out() -> None:
    frame = pd.DataFrame({"surname": ["Ng"], "unit": [""]})
    assert list(prepare(frame).columns) == ["surname"]


def test_names_zips_and_numbers_by_example() -> None:
    assert clean_name("  Núñez-Ibáñez,  Jr. ") == "NUNEZ IBANEZ JR"
    assert clean_name("O’Brien") == "OBRIEN"
    assert clean_text("straße") == "STRASSE"
    assert clean_zip("02139 4307") == "02139"
    assert clean_zip("ec1a 1bb") == "EC1A1BB"
    assert clean_digits("900-12-3456") == "900123456"


def test_fields_are_guessed_from_our_names_and_the_usual_others() -> None:
    assert guess_fields(list(FIELDS)) == {name: name for name in FIELDS}
    assert guess_fields(["Last Name", "FORENAME", "Soc_Sec_Id", "ZIP code", "shoe size"]) == {
        "given_name": "FORENAME",
        "surname": "Last Name",
        "tin": "Soc_Sec_Id",
        "zip": "ZIP code",
    }
    assert guess_fields(["shoe size"]) == {}


def test_our_own_name_goes_before_another_and_no_column_serves_twice() -> None:
    assert guess_fields(["last", "surname", "dob", "date_of_birth"]) == {
        "surname": "surname",
        "date_of_birth": "date_of_birth",
    }
    names = [name for field in FIELDS.values() for name in (field.name, *field.aliases)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("12 N MAIN ST APT 3B", ("12", "N MAIN ST", "3B")),
        ("12 N MAIN ST, UNIT 3-B", ("12", "N MAIN ST", "3 B")),
        ("12B ELM ST #4", ("12B", "ELM ST", "4")),
        ("31-12 BROADWAY", ("31-12", "BROADWAY", None)),
        ("ELM ST SUITE 100", (None, "ELM ST", "100")),
        ("PO BOX 12", (None, "PO BOX 12", None)),
        ("1 APTOS WAY", ("1", "APTOS WAY", None)),
        ("FAILED TO PROVIDE", (None, "FAILED TO PROVIDE", None)),
    ],
)
def test_a_street_line_is_taken_apart(line: str, parts: tuple[str | None, ...]) -> None:
    assert split_address(line) == parts


def test_an_address_line_gives_the_fields_that_separate_columns_give() -> None:
    together = prepare(pd.DataFrame({"addr": ["12 Elm St Apt 3-b", None], "zip": ["02139"] * 2}))
    apart = prepare(
        pd.DataFrame(
            {
                "street_number": ["12", None],
                "street_name": ["elm st", None],
                "unit": ["3-B", None],
                "zip": ["02139"] * 2,
            }
        )
    )
    pd.testing.assert_frame_equal(together, apart)


def test_a_separate_column_goes_before_the_part_of_an_address_line() -> None:
    frame = pd.DataFrame({"address": ["12 Elm St Apt 3"], "apt": ["9"]})
    assert prepare(frame).iloc[0].to_dict() == {
        "street_number": "12",
        "street_name": "ELM ST",
        "unit": "9",
    }


def _with_text(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _gzipped(folder: Path) -> Path:
    path = folder / "people.csv.gz"
    path.write_bytes(gzip.compress(PEOPLE.to_csv(index=False).encode()))
    return path


def _parquet(folder: Path) -> Path:
    PEOPLE.to_parquet(folder / "people.parquet")
    return folder / "people.parquet"


SOURCES: dict[str, Callable[[Path], object]] = {
    "pandas": lambda _: PEOPLE,
    "pandas category": lambda _: PEOPLE.astype("category"),
    "pandas string": lambda _: PEOPLE.astype("string"),
    "polars": lambda _: pl.from_pandas(PEOPLE),
    "polars date": lambda _: pl.from_pandas(PEOPLE).with_columns(pl.col("dob").str.to_date()),
    "arrow": lambda _: pa.Table.from_pandas(PEOPLE),
    "csv": lambda folder: _with_text(folder, "people.csv", PEOPLE.to_csv(index=False)),
    "csv as str": lambda folder: str(_with_text(folder, "people.csv", PEOPLE.to_csv(index=False))),
    "csv with byte order mark": lambda folder: _with_text(
        folder, "people.csv", "\ufeff" + PEOPLE.to_csv(index=False)
    ),
    "csv with quotes and byte order mark": lambda folder: _with_text(
        folder, "people.csv", "\ufeff" + PEOPLE.to_csv(index=False, quoting=1)
    ),
    "csv with windows line ends": lambda folder: _with_text(
        folder, "people.csv", PEOPLE.to_csv(index=False, lineterminator="\r\n")
    ),
    "csv with NaN": lambda folder: _with_text(
        folder, "people.csv", PEOPLE.to_csv(index=False, na_rep="NaN")
    ),
    "gzipped csv": _gzipped,
    "parquet": _parquet,
    "datetime": lambda _: PEOPLE.assign(dob=pd.to_datetime(PEOPLE["dob"])),
    "datetime with zone": lambda _: PEOPLE.assign(dob=pd.to_datetime(PEOPLE["dob"], utc=True)),
    "number for a date": lambda _: PEOPLE.assign(dob=[19800203, 19910730, None]),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_records(source: str, tmp_path: Path) -> None:
    records = prepare(SOURCES[source](tmp_path))
    pd.testing.assert_frame_equal(records, RECORDS)


@pytest.mark.parametrize(
    "codes",
    [
        pd.Series([10001, None, 60601]),
        pd.Series([10001, None, 60601], dtype="Int64"),
        pd.Series([10001, None, 60601], dtype="Float64"),
        pd.Series(["10001", "", "60601"]),
        pl.Series([10001, None, 60601]),
    ],
    ids=lambda codes: f"{type(codes).__module__.split('.')[0]} {codes.dtype}",
)
def test_numbers_with_gaps_give_the_same_records_as_text(codes: object) -> None:
    frame = pl.DataFrame({"zip": codes}) if isinstance(codes, pl.Series) else None
    records = prepare(pd.DataFrame({"zip": codes}) if frame is None else frame)
    pd.testing.assert_frame_equal(
        records, pd.DataFrame({"zip": ["10001", None, "60601"]}, dtype=TEXT)
    )


def test_only_numbers_that_are_not_whole_keep_a_fraction() -> None:
    frame = pd.DataFrame({"street_number": [12.5, 7.0]})
    assert prepare(frame)["street_number"].tolist() == ["12.5", "7"]


def test_columns_without_a_name_of_their_own_go_by_their_number() -> None:
    frame = pd.DataFrame([["Ng", "1980-02-03"]])
    records = prepare(frame, {"surname": "0", "date_of_birth": "1"})
    assert records.values.tolist() == [["NG", "1980-02-03"]]


def test_labels_are_kept_and_paths_give_row_numbers(tmp_path: Path) -> None:
    assert prepare(PEOPLE.set_axis(["x", "y", "z"])).index.tolist() == ["x", "y", "z"]
    PEOPLE.set_axis([7, 8, 9]).to_csv(tmp_path / "people.csv", index=False)
    assert prepare(tmp_path / "people.csv").index.tolist() == [0, 1, 2]


def test_a_field_map_decides_over_the_names_and_leaves_the_rest_out() -> None:
    records = prepare(PEOPLE, {"given_name": "last", "zip": "zip"})
    assert records.columns.tolist() == ["given_name", "zip"]
    assert records["given_name"].tolist() == RECORDS["surname"].tolist()


def test_the_source_is_not_changed() -> None:
    before = PEOPLE.copy(deep=True)
    prepare(PEOPLE)
    pd.testing.assert_frame_equal(PEOPLE, before)


def test_line_breaks_and_commas_inside_quotes_stay_inside_their_value(tmp_path: Path) -> None:
    text = 'surname,street\n"Ruiz\nPerez","12, ""Elm"" St"\nNg,"Oak Ave"\n'
    records = prepare(_with_text(tmp_path, "people.csv", text))
    assert records.values.tolist() == [["RUIZ PEREZ", "12 ELM ST"], ["NG", "OAK AVE"]]


def test_leading_zeros_of_a_csv_survive(tmp_path: Path) -> None:
    path = _with_text(tmp_path, "people.csv", "ssn,zip\n001234567,02139\n")
    assert prepare(path).values.tolist() == [["001234567", "02139"]]


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    for path in (_parquet(tmp_path), _with_text(tmp_path, "people.csv", PEOPLE.to_csv())):
        assert read(path, ["last"]).columns.tolist() == ["last"]


def test_a_synthetic_register_is_clean_but_for_its_units() -> None:
    register = synthetic.World(people=3000, seed=11).taxpayers()
    names = [name for name in FIELDS if name in register and name != "unit"]
    assert len(names) == 11
    register["surname"] = register["surname"].str.replace("-", " ")
    pd.testing.assert_frame_equal(prepare(register)[names], register[names])


def test_a_field_map_of_two_columns_links_files_that_name_them_differently() -> None:
    left = pd.DataFrame(
        {"nachname": ["Ng", "Ruiz", "Lee"], "geb": PEOPLE["dob"].fillna("2000-01-01")}
    )
    right = left.rename(columns={"nachname": "apellido"})[::-1]
    links = linkage.link(
        left, right, fields={"surname": ("nachname", "apellido"), "date_of_birth": "geb"}
    )
    assert sorted(zip(links["left"], links["right"], strict=True)) == [(0, 0), (1, 1), (2, 2)]
    swapped = {"surname": ("apellido", "nachname"), "date_of_birth": "geb"}
    with pytest.raises(linkage.InputError) as caught:
        linkage.link(left, right, fields=swapped)
    assert [problem[:5] for problem in caught.value.problems] == ["left,", "right"]


def test_sources_of_different_kinds_link_as_equal_frames_do(tmp_path: Path) -> None:
    world = synthetic.World(people=300, seed=1)
    register = world.taxpayers()
    asked = register.sample(30, random_state=2)[["surname", "date_of_birth", "tin"]]
    usual = linkage.link(asked.reset_index(drop=True), register)
    assert usual["left"].tolist() == list(range(30))
    assert usual["right"].tolist() == asked.index.tolist()
    asked.to_csv(tmp_path / "asked.csv", index=False)
    register.to_parquet(tmp_path / "register.parquet")
    for left in (pl.from_pandas(asked), tmp_path / "asked.csv"):
        pd.testing.assert_frame_equal(linkage.link(left, tmp_path / "register.parquet"), usual)
