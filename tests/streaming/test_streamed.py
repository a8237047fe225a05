"""A register that passes by gives the same answers as one that is held."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkage
import synthetic
from linkage.problems import InputError
from linkage.regimes import REGIMES
from linkage.scenario import Scenario
from linkage.schemes import SCHEMES, make
from linkage.streaming import passes, streamed
from linkage.streaming.run_directory import RunDirectory
from linkage.streaming.scheme_search import unlinkable
from linkage.streaming.world_passes import WorldPass

ROUTED = tuple(name for name, regime in REGIMES.items() if not regime.by_model)
BY_MODEL = tuple(name for name, regime in REGIMES.items() if regime.by_model)
SMALL = Scenario(
    name="small",
    people=6_000,
    requests=400,
    seed=3,
    schemes=("plain", "hmac_fields", "clk"),
    regimes=(*ROUTED, *BY_MODEL),
    world={"partition_people": 2_000},
)
STREAMED = SMALL.replace(streamed=True)


@pytest.fixture(scope="module")
def result() -> linkage.Result:
    return linkage.run(STREAMED)


@pytest.fixture(scope="module")
def undisturbed(result: linkage.Result) -> str:
    return result.to_json()


def test_harm_is_that_of_the_whole_register() -> None:
    held, passed = (
        linkage.run(each.replace(regimes=ROUTED, schemes=["plain"])).harm
        for each in (SMALL, STREAMED)
    )
    assert len(held) > 300
    pd.testing.assert_frame_equal(held, passed)


@pytest.fixture(scope="module")
def held_and_passed() -> tuple[linkage.Result, linkage.Result]:
    plain = SMALL.replace(schemes=["plain"], regimes=BY_MODEL)
    return linkage.run(plain), linkage.run(plain.replace(streamed=True))


def test_links_by_the_model_are_those_of_the_whole_register(held_and_passed) -> None:
    held, passed = (result.quality.set_index("measure")["value"] for result in held_and_passed)
    assert held.index.tolist() == passed.index.tolist()
    assert passed["recall"] > 0.9
    for measure in ("precision", "recall", "f_star", "pairs_completeness"):
        assert passed[measure] == pytest.approx(held[measure], abs=0.01), measure
    weights = [result.weights for result in held_and_passed]
    assert len(weights[1]) == len(weights[0])


def test_answers_by_the_model_are_those_of_the_whole_register(held_and_passed) -> None:
    held, passed = (
        result.harm.query("unit == 'per 1,000 requests'").set_index(["regime", "measure"])["value"]
        for result in held_and_passed
    )
    assert (passed.xs("released", level="measure") > 0).all()
    assert (held - passed).abs().max() <= 1000 * 2 / SMALL.requests


def test_what_is_not_linked_is_said_with_the_reason(result: linkage.Result) -> None:
    told = result.quality.query("scheme == 'clk'")
    assert told["note"].str.contains("linked in a register that passes by").all()
    f_star = result.quality.query("measure == 'f_star'").set_index("scheme")["value"]
    assert f_star["plain"] > f_star["hmac_fields"] > 0.8


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("plain", ""),
        ("confirm_only", ""),
        ("token", "only fields and codes of which equal ones are weighed"),
        ("record_salted", SCHEMES["record_salted"].description.linking),
        ("k_anonymous", "its codes follow from all records"),
    ],
)
def test_each_scheme_that_is_not_linked_has_its_reason(scheme: str, reason: str) -> None:
    told = unlinkable(make(scheme))
    assert told.startswith(reason)
    assert bool(told) == bool(reason)


def test_the_sieve_lets_only_few_records_through() -> None:
    exchange = streamed.streamed(STREAMED.replace(regimes=("as_practised",)), 5).exchange
    everybody = SMALL.make_world(5).taxpayers()
    assert 0 < len(exchange.register) < len(everybody) / 5


def test_batches_cover_all_partitions_once() -> None:
    for people, size in ((1, 10_000), (2_600_000, 50_000), (1_200_000, 700_000)):
        world = synthetic.World(people=people, seed=1, partition_people=size)
        covered = [index for batch in WorldPass(world).batches() for index in batch]
        assert covered == list(range(world.partitions))


def test_the_number_of_processes_does_not_matter(
    undisturbed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 2_000)
    assert linkage.run(STREAMED, jobs=2).to_json() == undisturbed


def test_a_run_goes_on_where_it_stopped(
    undisturbed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(passes, "BATCH", 2_000)
    finish, finished = passes._finish, []

    def dies(shipped, batch, kept, name):
        if len(finished) == 4:
            raise KeyboardInterrupt
        finished.append(name)
        return finish(shipped, batch, kept, name)

    monkeypatch.setattr(passes, "_finish", dies)
    with pytest.raises(KeyboardInterrupt):
        linkage.run(STREAMED, directory=tmp_path / "run")
    again: list[str] = []
    monkeypatch.setattr(passes, "_finish", lambda *all: (again.append(all[3]), finish(*all))[1])
    assert linkage.run(STREAMED, directory=tmp_path / "run").to_json() == undisturbed
    assert len(finished) == 4
    assert sorted({*finished, *again}) == sorted([*finished, *again])
    assert len(again) == 2


def test_a_damaged_piece_is_made_anew(undisturbed: str, tmp_path: Path) -> None:
    linkage.run(STREAMED, directory=tmp_path / "run")
    for file in sorted((tmp_path / "run").rglob("persons.parquet"))[:1]:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
    with pytest.warns(UserWarning, match="damaged"):
        again = linkage.run(STREAMED, directory=tmp_path / "run")
    assert again.to_json() == undisturbed


def test_another_run_is_refused_and_told_what_differs(tmp_path: Path) -> None:
    linkage.run(STREAMED, directory=tmp_path / "run")
    with pytest.raises(InputError) as refused:
        linkage.run(STREAMED.replace(requests=300), directory=tmp_path / "run")
    assert "requests: got 300, the run there has 400" in str(refused.value)


def test_a_full_disk_loses_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = RunDirectory.open(tmp_path / "run", {"seed": 1})
    frames = {"people": pd.DataFrame({"age": [30]}), "homes": pd.DataFrame({"zip": ["02139"]})}

    def full(table, where, **options):
        Path(where).write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr("linkage.streaming.run_directory.pq.write_table", full)
        with pytest.raises(OSError, match="No space"):
            kept.save("piece", frames)
    assert not kept.has("piece")
    assert [path.name for path in kept.path.iterdir()] == ["run.json"]
    kept.save("piece", frames)
    assert kept.load("piece")["homes"]["zip"].tolist() == ["02139"]


def test_a_directory_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="other things"):
        RunDirectory.open(tmp_path, {})
    shutil.rmtree(tmp_path)
    RunDirectory.open(tmp_path, {})


def test_what_cannot_be_streamed_is_named_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Scenario.load("address-sharing").replace(streamed=True)
    assert "attacks" in str(refused.value)


def test_around_is_a_part_of_the_whole() -> None:
    world = synthetic.World(people=3_000, seed=2, partition_people=1_500)
    asked = np.array([5, 1_700, 2_999])
    for index in range(world.partitions):
        whole = world.partition(index)
        part = world.around(index, lambda register: np.arange(len(register)) % 50 == 7, asked)
        for name in ("persons", "households", "addresses", "residences", "taxpayers"):
            frame, of = getattr(part, name), getattr(whole, name)
            assert 0 < len(frame) < len(of) / 2
            assert len(frame.merge(of)) == len(frame)
        living = whole.persons[whole.persons["address_id"].isin(part.taxpayer_truth["address_id"])]
        assert living["person_id"].isin(part.persons["person_id"]).all()


def test_filers_by_kind_are_all_filers() -> None:
    world = synthetic.World(people=3_000, seed=2, partition_people=1_500)
    kinds = pd.concat([world.filers_by_kind(index) for index in range(world.partitions)])
    assert kinds["filers"].sum() == len(world.taxpayers())
    hispanic = world.taxpayer_truth().merge(world.persons(), on="person_id")["origin"] == "hispanic"
    assert kinds.loc[kinds["origin"] == "hispanic", "filers"].sum() == hispanic.sum()
