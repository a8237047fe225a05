"""A register of one's own in Parquet parts links as the same register in one file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import linkage
import synthetic
from linkage.problems import InputError
from linkage.records import Parts
from linkage.scenario import Files, Scenario
from linkage.streaming import passes, streamed_parts
from linkage.streaming.scheme_search import prepare_all

PEOPLE, REQUESTS = 9_000, 250


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    world = synthetic.World(people=PEOPLE, seed=5)
    asked = world.requests(REQUESTS).drop(columns="record_id")
    return asked.assign(who=world.request_truth(REQUESTS)["person_id"].to_numpy())


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    world = synthetic.World(people=PEOPLE, seed=5)
    filed = world.taxpayers().drop(columns="record_id").reset_index(drop=True)
    return filed.assign(who=world.taxpayer_truth()["person_id"].to_numpy())


@pytest.fixture(scope="module")
def folder(register: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("returns")
    rows = -(-len(register) // 4)
    for number in range(4):
        part = register.iloc[number * rows : (number + 1) * rows]
        _write(part, place / f"part-{number}.parquet")
    (place / "_SUCCESS").touch()
    return place


def _write(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, path, row_group_size=700, write_page_checksum=True)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 1_000)


def _pairs(links: pd.DataFrame) -> set[tuple[int, int]]:
    return set(zip(links["left"], links["right"], strict=True))


@pytest.fixture(scope="module")
def held(requests: pd.DataFrame, register: pd.DataFrame) -> linkage.linking.Links:
    return linkage.link(requests.drop(columns="who"), register.drop(columns="who"), seed=1)


@pytest.mark.usefixtures("small_batches")
def test_links_are_those_of_the_file_that_is_held(requests, register, folder, held) -> None:
    links = linkage.link(requests.drop(columns="who"), folder, seed=1)
    assert len(links) > 100
    assert _pairs(links) == _pairs(held)
    asked, found = requests["who"].to_numpy(), register["who"].to_numpy()
    assert (asked[links["left"]] == found[links["right"]]).mean() > 0.97
    assert links.fields[["field", "column_left", "column_right"]].equals(
        held.fields[["field", "column_left", "column_right"]]
    )
    table = links.explain(0)
    assert table["probability"].iloc[-1] == pytest.approx(links["probability"].iloc[0])


@pytest.mark.usefixtures("small_batches")
def test_the_number_of_processes_does_not_matter(requests, folder) -> None:
    one, two = (linkage.link(requests, str(folder), seed=1, jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two), check_exact=True)


def test_a_url_is_as_good_as_a_folder(requests, folder, held) -> None:
    files = fsspec.filesystem("memory")
    files.put(str(folder), "/returns-of-the-test", recursive=True)
    asked = requests.drop(columns="who")
    for url in ("memory://returns-of-the-test", folder.as_uri()):
        assert _pairs(linkage.link(asked, url, seed=1)) == _pairs(held)


def test_columns_may_be_called_otherwise_and_lie_in_the_folders_names(
    requests, register, held, tmp_path
) -> None:
    for state, part in register.groupby("state"):
        (tmp_path / f"st={state}").mkdir()
        _write(
            part.drop(columns=["state", "who"]).rename(columns={"surname": "nom"}),
            tmp_path / f"st={state}/a.parquet",
        )
    fields = {name: name for name in held.fields["field"] if name not in ("surname", "state")}
    fields |= {"surname": ("surname", "nom"), "state": ("state", "st")}
    links = linkage.link(requests, tmp_path, fields=fields, seed=1)
    in_order = register.sort_values("state", kind="stable").index.to_numpy()
    found = {(left, in_order[right]) for left, right in _pairs(links)}
    assert len(found ^ _pairs(held)) <= 0.02 * len(held)


def test_a_part_may_lack_a_column(requests, register, tmp_path) -> None:
    half = len(register) // 2
    _write(register.iloc[:half], tmp_path / "a.parquet")
    _write(register.iloc[half:].drop(columns=["tin", "unit"]), tmp_path / "b.parquet")
    links = linkage.link(requests, tmp_path, seed=1)
    assert {0, 1} == set((links["right"] >= half).astype(int))


def _scenario(folder: object, asked: Path, **persons: str) -> Scenario:
    return Scenario(
        name="own",
        seed=2,
        schemes=("plain", "hmac"),
        regimes=("as_practised", "statute", "probabilistic"),
        files=Files(register=str(folder), requests=str(asked), **persons),
    )


@pytest.mark.parametrize("persons", [{}, {"register_person": "who", "requests_person": "who"}])
def test_a_run_gives_what_the_file_in_one_gives(
    persons, requests, register, folder, tmp_path
) -> None:
    requests.to_csv(tmp_path / "asked.csv", index=False)
    register.to_csv(tmp_path / "register.csv", index=False)
    held = linkage.run(_scenario(tmp_path / "register.csv", tmp_path / "asked.csv", **persons))
    run = _scenario(folder, tmp_path / "asked.csv", **persons).replace(streamed=True)
    passed = linkage.run(run)
    by_routes = "regime != 'probabilistic'"
    pd.testing.assert_frame_equal(held.harm.query(by_routes), passed.harm.query(by_routes))
    shares = "unit == 'per 1,000 requests' and scheme == 'plain'"
    apart = held.harm.query(shares)["value"] - passed.harm.query(shares)["value"]
    assert apart.abs().max() <= 1000 * 2 / REQUESTS
    if persons:
        f_star = passed.quality.query("measure == 'f_star'").set_index("scheme")["value"]
        assert f_star["plain"] > 0.9
    assert "people" not in passed.scenario


def _spoil(path: Path, at: float) -> None:
    content = path.read_bytes()
    place = int(len(content) * at)
    path.write_bytes(content[:place] + bytes(64) + content[place + 64 :])


def test_all_parts_that_cannot_be_read_are_named(requests, folder, tmp_path) -> None:
    place = shutil.copytree(folder, tmp_path / "copy")
    (place / "part-1.parquet").write_bytes(b"not Parquet at all, but long enough")
    _spoil(place / "part-3.parquet", 0.995)
    with pytest.raises(InputError) as refused:
        linkage.link(requests, place)
    assert len(refused.value.problems) == 2
    assert "part-1.parquet cannot be read" in str(refused.value)
    assert "part-3.parquet cannot be read" in str(refused.value)


@pytest.mark.usefixtures("small_batches")
def test_a_spoilt_part_is_named_and_nothing_finished_is_lost(
    requests, folder, held, tmp_path, monkeypatch
) -> None:
    asked = requests.drop(columns="who")
    place = shutil.copytree(folder, tmp_path / "copy")
    written = (place / "part-2.parquet").stat()
    whole = (place / "part-2.parquet").read_bytes()

    def spoilt_meanwhile(*given, **named):
        _spoil(place / "part-2.parquet", 0.3)
        return prepare_all(*given, **named)

    run = tmp_path / "run"
    with monkeypatch.context() as context:
        context.setattr(streamed_parts, "prepare_all", spoilt_meanwhile)
        with pytest.raises(InputError, match=r"part-2\.parquet cannot be read"):
            linkage.link(asked, place, seed=1, directory=run)
    finished = sorted(path.name for path in run.glob("register-*"))
    assert 0 < len(finished) < 6
    (place / "part-2.parquet").write_bytes(whole)
    os.utime(place / "part-2.parquet", ns=(written.st_atime_ns, written.st_mtime_ns))
    assert _pairs(linkage.link(asked, place, seed=1, directory=run)) == _pairs(held)


def test_another_run_is_refused(requests, folder, tmp_path) -> None:
    run = tmp_path / "run"
    linkage.link(requests, folder, directory=run)
    with pytest.raises(InputError, match="requests: got"):
        linkage.link(requests.iloc[:-1], folder, directory=run)
    more = shutil.copytree(folder, tmp_path / "more")
    shutil.copy(more / "part-0.parquet", more / "part-9.parquet")
    with pytest.raises(InputError, match=r"parts\.part-9\.parquet"):
        linkage.link(requests, more, directory=run)


def test_every_problem_is_named(requests, register, folder, tmp_path) -> None:
    def problems(*files: object, **choices: object) -> str:
        with pytest.raises(InputError) as refused:
            linkage.link(*files, **choices)  # type: ignore[arg-type]
        return str(refused.value)

    assert "left: got" in problems(folder, requests)
    assert "left: got" in problems(folder)
    told = problems(tmp_path / "none.csv", folder, truth=pd.Series([1]), jobs=0)
    assert all(each in told for each in ("truth:", "jobs:", "no such file"))
    assert "directory: got" in problems(requests, register, directory=tmp_path)
    assert "it has no rows" in problems(requests, tmp_path)
    fields = {"surname": ("surname", "nom"), "nickname": ("zip", "zip")}
    told = problems(requests, folder, fields=fields)
    assert all(each in told for each in ("left, fields: got 'nickname'", "'nom'"))
    assert "no such file or folder" in problems(requests, "memory://nothing-is-here")
    assert "that pyarrow or fsspec can reach" in problems(requests, "pigeon://loft/returns")
    _write(pd.DataFrame({"colour": ["red"]}), tmp_path / "a.parquet")
    assert "no column name is known" in problems(requests, tmp_path)
    _write(pd.DataFrame({"email": ["a@example.org"]}), tmp_path / "a.parquet")
    assert "no field in common" in problems(requests[["surname"]], tmp_path)
    _write(pd.DataFrame({"zip": [[1]]}), tmp_path / "b.parquet")
    _write(pd.DataFrame({"zip": ["02139"]}), tmp_path / "a.parquet")
    assert "differ in the type of a column" in problems(requests, tmp_path)


def test_a_register_that_nothing_reaches_gives_no_link(requests, tmp_path) -> None:
    _write(pd.DataFrame({"surname": ["ZZYZX"], "dob": ["1901-01-01"]}), tmp_path / "a.parquet")
    assert len(linkage.link(requests, tmp_path)) == 0
    requests.to_csv(tmp_path / "asked.csv", index=False)
    run = _scenario(tmp_path / "a.parquet", tmp_path / "asked.csv").replace(streamed=True)
    released = linkage.run(run).harm.query("measure == 'released'")["value"]
    assert (released == 0).all()


def test_parts_need_a_run_that_is_streamed(requests, folder, tmp_path) -> None:
    requests.to_csv(tmp_path / "asked.csv", index=False)
    with pytest.raises(InputError, match="streamed = true"):
        linkage.run(_scenario(folder, tmp_path / "asked.csv"))
    with pytest.raises(InputError, match=r"files\.requests"):
        _scenario(folder, Path()).replace(streamed=True, **{"files.requests": ""})


def test_rows_are_those_of_the_files_in_order(register, folder) -> None:
    parts = Parts.open(folder)
    assert len(parts) == len(register)
    read = [*parts.tables(range(len(parts.groups)), ["who"], 300)]
    firsts = [first for first, _, _ in read]
    sizes = [table.num_rows for _, _, table in read]
    assert firsts == np.cumsum([0, *sizes[:-1]]).tolist()
    assert max(sizes) == 300
    whole = pa.concat_tables([table for _, _, table in read])["who"].to_pylist()
    assert whole == register["who"].tolist()
