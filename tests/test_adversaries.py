from __future__ import annotations

import pytest

from linkage import InputError, Scenario
from linkage.adversaries import ADVERSARIES, Adversary, adversaries, describe
from linkage.problems import Problems

TOML = """
name = "grid"
knowledge = ["outsider", "old_list"]
[adversaries.old_list]
overlap = 0.5
age = 5
[grid]
overlap = [0.1, 1.0]
key = [false, true]
"""


def test_named_adversaries_come_first_then_every_combination_of_the_grid(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text(TOML)
    scenario = Scenario.load(path)
    found = scenario.known_adversaries()
    assert list(found) == [
        "outsider",
        "old list",
        "overlap 0.1, no key",
        "overlap 0.1, key",
        "overlap 1.0, no key",
        "overlap 1.0, key",
    ]
    assert found["old list"] == Adversary(overlap=0.5, age=5)
    assert found["overlap 1.0, key"] == Adversary(overlap=1.0, key=True)
    assert Scenario.from_mapping(scenario.to_mapping()) == scenario


def test_every_problem_of_adversaries_is_named_at_once():
    with pytest.raises(InputError) as caught:
        Scenario(
            name="bad",
            knowledge=("insider",),
            adversaries={"a": {"overlop": 1}, "b": {"age": -1, "key": "yes"}, "c": 5},
            grid={"overlap": [0.5, 2.0], "errors": 0.5, "queries": [-1]},
        )
    problems = "\n".join(caught.value.problems)
    for part in (
        "knowledge: got 'insider'",
        "adversaries.a, setting: got 'overlop'",
        "nearest: 'overlap'",
        "adversaries.b.age: got -1, allowed years from 0 to 100",
        "adversaries.b.key: got 'yes', allowed true or false",
        "adversaries.c: got 5, allowed a table",
        "grid.overlap: got 2.0, allowed 0 to 1",
        "grid.errors: got 0.5, allowed a list of values",
        "grid.queries: got -1",
    ):
        assert part in problems
    assert problems.count("grid.overlap: got 2.0") == 1


def test_a_grid_without_end_is_refused():
    problems = Problems()
    adversaries((), {}, {"overlap": [n / 200 for n in range(200)]}, problems)
    assert problems == ["grid: got 200 combinations, allowed 100; try fewer"]


def test_an_outsider_holds_no_key_and_asks_nothing():
    assert ADVERSARIES["outsider"] == Adversary(key=False, queries=0, releases=0)
    assert ADVERSARIES["key_holder"].key
    assert ADVERSARIES["colluding"].releases == 1
    assert not ADVERSARIES["colluding"].key
    assert describe({"frequencies": "list"}) == "frequencies list"
