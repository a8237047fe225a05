from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

import linkage
from linkage import InputError, Scenario
from linkage.plans import ATTACKS, USUAL_ATTACKS, AttackPlan
from linkage.regimes import REGIMES
from linkage.scenario import Auxiliary, Files, shipped
from linkage.schemes import SCHEMES, USUAL, Clk

FLAGSHIP = Scenario.load("address-sharing")


def _problems(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        FLAGSHIP.replace(**changes)
    return caught.value.problems


def test_every_shipped_scenario_loads_under_its_own_name_and_says_what_it_shows() -> None:
    table = linkage.scenarios()
    assert table.columns.tolist() == ["name", "title", "shows"]
    assert table["name"].tolist() == shipped()
    assert "address-sharing" in shipped()
    for row in table.itertuples():
        assert Scenario.load(row.name).name == row.name
        assert row.title
        assert row.shows.endswith("?")


def test_the_flagship_runs_the_usual_schemes_and_every_regime_attack_and_knowledge() -> None:
    assert set(FLAGSHIP.schemes) == set(USUAL)
    assert set(FLAGSHIP.regimes) < set(REGIMES)
    assert FLAGSHIP.knowledge == ("outsider", "key_holder")
    assert {plan.attack for plan in FLAGSHIP.attacks} == set(USUAL_ATTACKS)
    assert FLAGSHIP.replicates > 1


def test_the_settings_of_the_world_reach_the_world() -> None:
    changed = FLAGSHIP.replace(
        people=500, **{"world.mover_share": 0.5, "world.enforcement.tin_share": 1.0}
    )
    world = changed.make_world(3)
    assert (world.people, world.seed, world.mover_share) == (500, 3, 0.5)
    assert world.enforcement.tin_share == 1.0
    assert world.enforcement.placeholder_address_share == 0.095


def test_a_scenario_is_frozen_and_replace_makes_a_copy() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FLAGSHIP.people = 5  # type: ignore[misc]
    changed = FLAGSHIP.replace(people=5, seed=1)
    assert (changed.people, changed.seed) == (5, 1)
    assert FLAGSHIP.people == 50_000
    assert dataclasses.replace(changed, people=50_000, seed=7) == FLAGSHIP


def test_replace_reaches_inside_and_keeps_the_rest() -> None:
    changed = FLAGSHIP.replace(**{"auxiliary.overlap": 0.5})
    assert changed.auxiliary == Auxiliary(overlap=0.5, errors=FLAGSHIP.auxiliary.errors)
    assert changed.replace(**{"auxiliary.overlap": 0.8}) == FLAGSHIP


def test_replace_takes_the_objects_that_a_scenario_is_made_of() -> None:
    plans = (AttackPlan("frequency", "surname", top=5),)
    changed = FLAGSHIP.replace(attacks=plans, auxiliary=Auxiliary(0.1, 0.2))
    assert changed.attacks == plans
    assert changed.auxiliary == Auxiliary(0.1, 0.2)
    same = FLAGSHIP.replace(attacks=[{"attack": "frequency", "target": "surname", "top": 5}])
    assert same.attacks == plans


def test_replace_can_bring_in_own_files() -> None:
    files = Files("people.csv", register_fields={"surname": "last"})
    for changed in (
        FLAGSHIP.replace(files=files),
        FLAGSHIP.replace(
            **{"files.register": "people.csv", "files.register_fields": {"surname": "last"}}
        ),
    ):
        assert changed.files == files
        assert changed.replace() == changed


def test_one_name_may_stand_for_a_list_of_one() -> None:
    assert FLAGSHIP.replace(schemes="plain").schemes == ("plain",)


@given(
    people=st.integers(1, 4_000_000),
    overlap=st.floats(0, 1),
    schemes=st.lists(st.sampled_from(list(SCHEMES)), unique=True),
    plans=st.lists(st.sampled_from([(a, t) for a, ts in ATTACKS.items() for t in ts]), unique=True),
)
def test_a_scenario_is_the_same_after_a_round_trip_through_toml(
    people: int, overlap: float, schemes: list[str], plans: list[tuple[str, str]]
) -> None:
    attacks = tuple(AttackPlan(*plan) for plan in plans)
    made = FLAGSHIP.replace(people=people, schemes=tuple(schemes), attacks=attacks)
    made = made.replace(**{"auxiliary.overlap": overlap})
    text = tomli_w.dumps(made.to_mapping())
    assert Scenario.from_mapping(tomllib.loads(text)) == made


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(tomli_w.dumps(FLAGSHIP.to_mapping() | {"name": "mine"}).encode())
    for source in (path, str(path)):
        assert Scenario.load(source) == FLAGSHIP.replace(name="mine")


def test_all_mistakes_of_a_file_are_named_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "x"\npeopel = 5\nrequests = -1\nschemes = ["sha265"]\n'
        '[[attacks]]\nattack = "frequency"\ntarget = "tin"\n'
        "[auxiliary]\noverlap = 2\n[world]\nmover_shar = 0.1\n[world.enforcement]\ntin_share = 7\n"
    )
    with pytest.raises(InputError) as caught:
        Scenario.load(path)
    problems = [problem.removeprefix(f"{path}: ") for problem in caught.value.problems]
    assert all(problem.startswith(f"{path}: ") for problem in caught.value.problems)
    assert sorted(problem.partition(":")[0] for problem in problems) == [
        "attacks[0].target",
        "auxiliary.overlap",
        "requests",
        "schemes",
        "setting peopel",
        "setting world",
        "world.enforcement.tin_share",
    ]
    text = "\n".join(problems)
    for nearest in ("'people'", "'sha256'", "'mover_share'"):
        assert f"nearest: {nearest}" in text


def test_an_unknown_name_gives_the_nearest_and_the_way_to_a_file() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load("adress-sharing")
    (problem,) = caught.value.problems
    for part in ("'adress-sharing'", "nearest: 'address-sharing'", ".toml file"):
        assert part in problem


@pytest.mark.parametrize("content", [b"name = ", b'name = "M\xfcller"'])
def test_what_is_no_toml_is_an_input_error_with_the_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.toml: not"):
        Scenario.load(path)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"people": 0}, "people: got 0, allowed a whole number, 1 or more"),
        ({"people": 2.5}, "people: got 2.5, allowed a whole number, 1 or more"),
        ({"people": 10**9}, "world.people: got 1,000,000,000, allowed is at most 25,000,000"),
        ({"requests": -5}, "requests: got -5"),
        ({"seed": -1}, "seed: got -1, allowed a whole number, 0 or more"),
        ({"seed": "x"}, "seed: got 'x'"),
        ({"replicates": True}, "replicates: got True"),
        ({"auxiliary.errors": "many"}, "auxiliary.errors: got 'many', allowed 0 to 1"),
        ({"regimes": ["strickt"]}, "regimes: got 'strickt'"),
        ({"knowledge": ["insider"]}, "knowledge: got 'insider'"),
        ({"schemes": ["plain", "plain"]}, "schemes: got 'plain' 2 times, allowed once"),
        ({"schemes": 5}, "schemes: got 5, allowed a list of names"),
        ({"name": 5}, "name: got 5, allowed text"),
        ({"auxiliary": 5}, "auxiliary: got 5, allowed a table of settings"),
        ({"world": 5}, "world: got 5, allowed a table of settings"),
        ({"world.enforcement": 5}, "world.enforcement: got 5, allowed a table of settings"),
        ({"people.more": 5}, "setting people.more: people holds no settings by name"),
        ({"attacks": [{"attack": "frequency"}]}, "setting attacks[0].target: missing, but needed"),
        (
            {"attacks": [{"attack": "frequency", "target": "surname"}] * 2},
            "attacks: got frequency on surname 2 times, allowed once",
        ),
        (
            {"attacks": [{"attack": "frequency", "target": "surname", "top": 0}]},
            "attacks[0].top: got 0",
        ),
        ({"files.requests": "x.csv"}, "setting files.register: missing, but needed"),
        (
            {"files": {"register": "x.csv", "register_fields": {"surnam": "last"}}},
            "files.register_fields: got 'surnam'",
        ),
    ],
)
def test_a_bad_setting_is_named_once_with_what_is_allowed(
    changes: dict[str, Any], expected: str
) -> None:
    problems = _problems(**changes)
    assert len(problems) == 1
    assert problems[0].startswith(expected)


def test_all_bad_settings_are_named_at_once() -> None:
    problems = _problems(people=-5, seed="x", peopel=3, schemes=["sha265"])
    assert len(problems) == 4


def test_a_scenario_needs_a_name() -> None:
    with pytest.raises(InputError, match="setting name: missing"):
        Scenario.from_mapping({"people": 5})


def test_a_scheme_with_parameters_of_its_own_is_a_variant() -> None:
    changed = FLAGSHIP.replace(
        schemes=("clk", "folded"),
        variants={"folded": {"scheme": "clk", "bits": 512, "harden": ["xor_fold"]}},
    )
    assert changed.make_scheme("folded") == Clk(bits=512, harden=("xor_fold",))
    assert changed.make_scheme("clk") == Clk()
    assert Scenario.from_mapping(tomllib.loads(tomli_w.dumps(changed.to_mapping()))) == changed
    own = FLAGSHIP.replace(**{"variants.clk": {"bits": 256}})
    assert own.make_scheme("clk") == Clk(bits=256)


@pytest.mark.parametrize("secret", ["key", "salt"])
def test_a_key_in_a_scenario_is_refused_with_the_reason(secret: str) -> None:
    (problem,) = _problems(variants={"mine": {"scheme": "hmac", secret: "0123456789abcdef"}})
    assert problem.startswith(f"variants.mine: {secret}: a scenario is read by everybody")
    assert "0123456789abcdef" not in problem


def test_all_mistakes_of_variants_are_named() -> None:
    problems = _problems(
        variants={
            "a": {"scheme": "clkk"},
            "b": {"scheme": "clk", "bitz": 5, "bits": 64},
            "c": {"scheme": "clk", "bits": 100, "hashes": 0},
            "d": 5,
            "e f": {"scheme": "clk"},
        }
    )
    for name, what in [("a", "clkk"), ("b", "bitz"), ("c", "100"), ("c", "hashes"), ("d", "5")]:
        assert any(p.startswith(f"variants.{name}") and what in p for p in problems), (name, what)
    assert any("'e f'" in problem for problem in problems)


@pytest.mark.parametrize("name", shipped())
def test_every_setting_of_a_shipped_scenario_tells_its_source(name: str) -> None:
    table = Scenario.load(name).sources()
    assert len(table) > 5
    assert table.loc[table["source"] == "", "setting"].tolist() == []
    known = set(table["setting"])
    stale = [
        told
        for told in Scenario.load(name).source_of
        if not any(s == told or s.startswith(f"{told}.") for s in known)
    ]
    assert stale == []


def test_a_calibration_is_read_and_its_problems_are_named() -> None:
    case = Scenario.load("irs-ice-2025")
    assert case.calibration is not None
    assert case.calibration.priors["in_register"].high == 0.75
    assert Scenario.from_mapping(case.to_mapping()) == case
    with pytest.raises(InputError) as caught:
        case.replace(**{"calibration.priors.in_register.low": 0.9, "calibration.worlds": 0})
    assert "in_register" in str(caught.value) or "prior" in str(caught.value)
