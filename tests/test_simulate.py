from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import linkage
import synthetic
from linkage import InputError, Result, Scenario
from linkage.exchange import simulated
from linkage.measures.harm import FLAGS
from linkage.plans import AttackPlan
from linkage.records import prepare
from linkage.regimes import REGIMES, decide
from linkage.result import TABLES
from linkage.scenario import Files

ATTACKS = (AttackPlan("frequency", "surname"), AttackPlan("auxiliary", "person"))
SMALL = Scenario(
    name="small",
    people=600,
    requests=60,
    seed=3,
    replicates=2,
    schemes=("plain", "sha256", "hmac"),
    attacks=ATTACKS,
)
WORLD = synthetic.World(people=600, seed=5)
ROUTES = ("strict", "as_practised", "statute")


@pytest.fixture(scope="module")
def result() -> Result:
    return linkage.run(SMALL)


def _one(frame: pd.DataFrame, **wanted: str) -> pd.Series[Any]:
    row = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(row) == 1
    return row.iloc[0]


def test_the_same_seed_gives_the_same_bytes_however_many_processes(result: Result) -> None:
    assert linkage.run(SMALL, jobs=2).to_json() == result.to_json()


def test_the_same_seed_gives_the_same_bytes_where_pairs_are_drawn_at_random() -> None:
    # More than 400,000 pairs, so that chance agreement is learned from a sample of them.
    larger = SMALL.replace(people=6000, requests=140, replicates=1, schemes=("plain",), attacks=())
    assert linkage.run(larger).to_json() == linkage.run(larger).to_json()


def test_another_seed_gives_other_figures(result: Result) -> None:
    other = linkage.run(SMALL.replace(seed=4, attacks=(), schemes=("plain",)))
    same = result.quality[result.quality["scheme"] == "plain"]
    assert not other.quality["value"].equals(same["value"])
    assert not other.harm["value"].equals(result.harm["value"][: len(other.harm)])


def test_the_order_of_the_schemes_does_not_change_their_figures(result: Result) -> None:
    other = linkage.run(SMALL.replace(schemes=("hmac", "plain")))
    for name in ("quality", "risk", "harm", "weights"):
        ours, theirs = (
            getattr(each, name).drop(columns="core_seconds", errors="ignore")
            for each in (result, other)
        )
        for scheme in ("plain", "hmac"):
            left, right = (table[table["scheme"] == scheme] for table in (ours, theirs))
            assert len(left)
            pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True))


def test_every_scheme_regime_and_attack_has_its_rows(result: Result) -> None:
    assert set(result.quality["scheme"]) == set(result.risk["scheme"]) == set(SMALL.schemes)
    wanted = {(regime, "plain") for regime in ROUTES}
    wanted |= {("probabilistic", scheme) for scheme in SMALL.schemes}
    assert set(zip(result.harm["regime"], result.harm["scheme"], strict=True)) == wanted
    ran = set(result.risk[["scheme", "target", "knowledge"]].itertuples(index=False, name=None))
    targets = ("surname", "person")
    assert ran == {
        (scheme, target, held)
        for scheme in SMALL.schemes
        for target in targets
        for held in ("outsider", "key holder")
        if held == "outsider" or scheme == "hmac"
    }
    for frame, keys in (
        (result.quality, ["scheme", "measure"]),
        (result.harm, ["regime", "scheme", "group", "measure", "unit"]),
        (result.risk, ["scheme", "attack", "target", "knowledge"]),
    ):
        assert not frame.duplicated(keys).any()


def test_an_interval_contains_its_value_and_what_is_undefined_says_why(result: Result) -> None:
    for frame, value in ((result.quality, "value"), (result.harm, "value"), (result.risk, "rate")):
        known = frame[frame[value].notna()]
        assert len(known)
        assert (known["low"] <= known[value]).all()
        assert (known[value] <= known["high"]).all()
        assert (known["low"] >= 0).all()
        assert (frame.loc[frame[value].isna(), "note"] != "").all()
    rates = result.harm[(result.harm["unit"] == "per release")]
    shares = rates[~rates["measure"].str.endswith("bystanders")]["high"].dropna()
    assert (shares <= 1).all()


def test_what_is_known_of_every_exchange_holds(result: Result) -> None:
    released = result.harm[result.harm["measure"] == "released"].set_index(["regime", "scheme"])
    per_thousand = released["value"]
    assert per_thousand[("strict", "plain")] == 0
    assert 0 < per_thousand[("statute", "plain")] < per_thousand[("as_practised", "plain")]
    breach = _one(result.harm, regime="statute", measure="rule_breach", unit="per 1,000 requests")
    assert breach["value"] == 0
    assert (released["n"] == 120).all()
    plain = _one(result.risk, scheme="plain", target="surname")
    assert plain["rate"] == 1
    person = _one(result.risk, scheme="plain", target="person")
    assert 0.5 < person["rate"] < 0.85  # the list has 80 % of the people, 10 % of them mistyped
    assert person["control"] == 0
    assert person["baseline"] < 0.05


def test_who_holds_no_key_learns_nobodys_name_from_a_keyed_hash(result: Result) -> None:
    outsider = _one(result.risk, scheme="hmac", target="person", knowledge="outsider")
    holder = _one(result.risk, scheme="hmac", target="person", knowledge="key holder")
    open_hash = _one(result.risk, scheme="sha256", target="person")
    assert (outsider["rate"], outsider["claimed"]) == (0, 0)
    assert holder["rate"] == open_hash["rate"] > 0.5


def test_an_attack_can_be_run_in_the_first_worlds_only(result: Result) -> None:
    plans = tuple(AttackPlan(plan.attack, plan.target, worlds=1) for plan in ATTACKS)
    first = linkage.run(SMALL.replace(attacks=plans, schemes=("plain",)))
    alone = linkage.run(SMALL.replace(attacks=ATTACKS, schemes=("plain",), replicates=1))
    drop = ["core_seconds"]
    pd.testing.assert_frame_equal(first.risk.drop(columns=drop), alone.risk.drop(columns=drop))
    plain = result.risk[result.risk["scheme"] == "plain"]
    assert (first.risk["n"].to_numpy() < plain["n"].to_numpy()).all()
    counted = [each.harm[each.harm["unit"] == "per 1,000 requests"]["n"] for each in (first, alone)]
    assert [n.max() for n in counted] == [120, 60]


def test_one_world_has_no_interval_for_a_mean_but_for_a_rate() -> None:
    alone = linkage.run(SMALL.replace(replicates=1, attacks=(), schemes=("plain",)))
    links = _one(alone.quality, measure="links")
    assert np.isnan([links["low"], links["high"]]).all()
    assert links["note"]
    assert _one(alone.quality, measure="recall")["low"] > 0


@given(st.integers(0, 2**31))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_stricter_regime_releases_less_in_every_world(seed: int) -> None:
    exchange = simulated(SMALL.replace(people=400, requests=60), seed, {})
    rng = np.random.default_rng(0)
    answers = {
        name: decide(REGIMES[name], exchange.requests, exchange.register, rng=rng)
        for name in ROUTES
    }
    pairs = {
        name: set(zip(answer.request.tolist(), answer.register.tolist(), strict=True))
        for name, answer in answers.items()
    }
    assert pairs["strict"] == set()
    assert pairs["statute"] <= pairs["as_practised"]
    assert pairs["as_practised"]
    assert not answers["statute"].breach.any()


@pytest.mark.parametrize("requests", [1, 2])
def test_a_list_of_hardly_any_requests_can_be_run(requests: int) -> None:
    few = linkage.run(SMALL.replace(requests=requests, replicates=1, attacks=()))
    assert (few.harm[few.harm["measure"] == "released"]["n"] == requests).all()


def test_an_adversary_without_a_list_of_people_is_not_run_and_says_why() -> None:
    empty = SMALL.replace(schemes=("plain",), replicates=1, **{"auxiliary.overlap": 0})
    row = _one(linkage.run(empty).risk, target="person")
    assert np.isnan(row["rate"])
    assert "list of people" in row["note"]


def test_more_requests_than_a_world_has_people_for_are_refused() -> None:
    with pytest.raises(InputError, match=r"requests: got .* allowed is at most"):
        linkage.run(SMALL.replace(people=50, requests=1000))


@pytest.mark.parametrize("jobs", [0, -1, 1.5])
def test_a_bad_number_of_processes_is_refused(jobs: Any) -> None:
    with pytest.raises(InputError, match="jobs: got"):
        linkage.run(SMALL, jobs=jobs)


def test_a_progress_bar_is_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    tiny = SMALL.replace(people=200, requests=10, replicates=1, attacks=(), schemes=("plain",))
    linkage.run(tiny)
    assert capsys.readouterr() == ("", "")
    linkage.run(tiny, progress=True)
    assert "1/1" in capsys.readouterr().err


@pytest.fixture(scope="module")
def own_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("own")
    register = WORLD.taxpayers().drop(columns="record_id")
    register["person"] = "P" + WORLD.taxpayer_truth()["person_id"].astype(str)
    requests = WORLD.requests(60).drop(columns="record_id")
    asked = WORLD.request_truth(60)["person_id"]
    requests["about"] = ("P" + asked.astype(str)).mask(asked < 0)
    register.rename(columns={"surname": "nachname"}).to_csv(folder / "register.csv", index=False)
    requests.to_parquet(folder / "requests.parquet")
    fields = ["given_name", "date_of_birth", "tin", "street_number", "street_name", "zip"]
    return Files(
        register=str(folder / "register.csv"),
        requests=str(folder / "requests.parquet"),
        register_fields={name: name for name in fields} | {"surname": "nachname"},
        register_person="person",
        requests_person="about",
    )


@pytest.fixture(scope="module")
def own_result(own_files: Files) -> Result:
    scenario = Scenario(
        name="own", schemes=("plain", "clk"), attacks=ATTACKS, seed=2, files=own_files
    )
    return linkage.run(scenario)


def test_own_files_are_answered_as_the_regimes_decide(own_result: Result) -> None:
    requests, register = prepare(WORLD.requests(60)), prepare(WORLD.taxpayers())
    asked = WORLD.request_truth(60)["person_id"].to_numpy()
    registered = WORLD.taxpayer_truth()["person_id"].to_numpy()
    for regime in ROUTES:
        answer = decide(REGIMES[regime], requests, register, rng=np.random.default_rng(0))
        wrong = int((asked[answer.request] != registered[answer.register]).sum())
        counts = {
            "released": len(answer.request),
            "wrong_person": wrong,
            "right_person": len(answer.request) - wrong,
            "rule_breach": int(answer.breach.sum()),
            "missed": int(np.isin(asked, registered).sum()) - len(answer.request) + wrong,
        }
        for measure, count in counts.items():
            row = _one(own_result.harm, regime=regime, measure=measure, unit="per 1,000 requests")
            assert row["value"] == pytest.approx(1000 * count / 60)
        stale = _one(
            own_result.harm, regime=regime, measure="stale_address", unit="per 1,000 requests"
        )
        assert np.isnan(stale["value"])
        assert "who lives where" in stale["note"]
    assert own_result.quality["value"].notna().all()
    assert _one(own_result.quality, scheme="plain", measure="recall")["value"] > 0.9


def test_own_files_without_persons_leave_undefined_what_only_they_tell(own_files: Files) -> None:
    mute = Files(own_files.register, own_files.requests, own_files.register_fields)
    result = linkage.run(Scenario(name="own", schemes=("plain",), files=mute, seed=2))
    known = result.harm[result.harm["value"].notna()]
    assert set(known["measure"]) == {"released", *FLAGS}
    truth = result.harm[~result.harm["measure"].isin(["released", *FLAGS])]
    assert truth["note"].str.contains("who is who").all()
    rates = result.quality[result.quality["measure"] != "links"]
    assert rates["value"].isna().all()
    assert (rates["note"] != "").all()
    assert _one(result.quality, measure="links")["value"] > 0


def test_a_register_alone_is_judged_with_a_tenth_kept_out(own_files: Files) -> None:
    alone = Files(own_files.register, register_fields=own_files.register_fields)
    result = linkage.run(
        Scenario(name="own", schemes=("sha256",), attacks=ATTACKS, files=alone, seed=2)
    )
    assert result.harm.empty
    assert result.quality.empty
    people = len(WORLD.taxpayers())
    assert (result.risk["n"] < people).all()
    assert (result.risk["n"] > 0.8 * people).all()
    assert _one(result.risk, target="person")["control"] == 0


def test_a_scheme_that_files_do_not_suit_says_so_and_changes_no_other(tmp_path: Path) -> None:
    register = prepare(WORLD.taxpayers())[["given_name", "surname", "city"]]
    register.to_csv(tmp_path / "register.csv", index=False)
    requests = register.head(20)[["given_name", "city"]]
    requests.to_csv(tmp_path / "requests.csv", index=False)
    files = Files(str(tmp_path / "register.csv"), str(tmp_path / "requests.csv"))
    scenario = Scenario(
        name="own", schemes=("sha256", "clk", "plain"), attacks=ATTACKS, files=files
    )
    result = linkage.run(scenario)
    lost = result.quality[result.quality["scheme"] == "sha256"]
    assert lost["value"].isna().all()
    assert lost["note"].str.contains("share none of the fields").all()
    assert set(zip(result.harm["regime"], result.harm["scheme"], strict=True)) == {
        *((regime, "plain") for regime in (*ROUTES, "probabilistic")),
        ("probabilistic", "clk"),
    }
    requests[["city"]].to_csv(tmp_path / "requests.csv", index=False)
    register[["city"]].to_csv(tmp_path / "register.csv", index=False)
    risk = linkage.run(scenario.replace(schemes=("sha256", "plain"))).risk
    assert "none of the fields" in _one(risk, scheme="sha256")["note"]


def test_files_are_linked_on_the_fields_that_both_have(tmp_path: Path) -> None:
    register = prepare(WORLD.taxpayers())[["given_name", "surname", "date_of_birth"]]
    register.assign(who=range(len(register))).to_csv(tmp_path / "register.csv", index=False)
    asked = register.head(40)[["given_name", "surname"]].assign(who=range(40))
    asked.to_csv(tmp_path / "requests.csv", index=False)
    files = Files(
        str(tmp_path / "register.csv"),
        str(tmp_path / "requests.csv"),
        register_person="who",
        requests_person="who",
    )
    result = linkage.run(Scenario(name="own", schemes=("clk",), files=files))
    assert _one(result.quality, measure="recall")["value"] > 0.9


@pytest.mark.parametrize("kind", ["simulated", "own"])
def test_a_result_holds_no_identifier(
    kind: str, result: Result, own_result: Result, tmp_path: Path
) -> None:
    shown = result if kind == "simulated" else own_result
    if kind == "simulated":  # the one pair that is explained may be shown: it is nobody
        assert shown.explained["left"].notna().any()
        shown = replace(shown, explained=shown.explained.iloc[:0])
    assert shown.explained.empty
    saved = shown.save(tmp_path / "saved")
    tables = [pd.read_parquet(path).to_csv() for path in sorted(saved.glob("*.parquet"))]
    assert len(tables) == len(TABLES) + 1
    text = "\n".join([shown.to_json(), (saved / "result.json").read_text("utf-8"), *tables])
    words = set(re.findall(r"[\w-]+", text))
    assert "as_practised" in words
    seeds = np.random.SeedSequence(SMALL.seed).generate_state(2) if kind == "simulated" else [5]
    for seed in seeds:
        persons = synthetic.World(people=600, seed=int(seed)).persons()
        for name in ("tin", "date_of_birth", "given_name", "surname"):
            values = persons[name].str.split(" ").explode()
            assert len(values) >= 600
            assert not words & set(values)
    assert not words & {f"P{person}" for person in range(600)}


def test_json_of_own_files_says_that_they_are_real(own_result: Result) -> None:
    about = json.loads(own_result.to_json())["scenario"]
    assert about["files"]["register_person"] == "person"
    assert "people" not in about
