from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.adversaries import Adversary
from linkage.records import prepare
from linkage.scenario import Auxiliary
from linkage.sources import MOVED_A_YEAR, Sources, auxiliary_list, shares


@pytest.fixture(scope="module")
def everyone() -> pd.DataFrame:
    world = synthetic.World(people=4000, seed=5)
    persons = world.persons()
    homes = persons[["address_id"]].merge(world.addresses(), how="left", on="address_id")
    names = ["given_name", "surname", "date_of_birth", "sex", "tin"]
    return prepare(persons[names].join(homes[["street_name", "zip"]]))


def draw(everyone, **settings):
    return auxiliary_list(everyone, Auxiliary(**settings), rng=np.random.default_rng(1))


def test_a_list_holds_a_share_of_the_people_and_no_numbers(everyone):
    listed = draw(everyone, overlap=0.3, errors=0.0)
    assert 0.27 < len(listed) / len(everyone) < 0.33
    assert "tin" not in listed
    pd.testing.assert_frame_equal(listed, everyone.loc[listed.index].drop(columns="tin"))
    assert not listed.index.is_monotonic_increasing  # its order says nothing


def test_errors_are_made_in_names_and_birth_dates_and_nowhere_else(everyone):
    listed = draw(everyone, overlap=1.0, errors=0.2)
    true = everyone.loc[listed.index]
    changed = (listed["date_of_birth"] != true["date_of_birth"]).mean()
    assert 0.17 < changed < 0.23
    assert 0.15 < (listed["given_name"] != true["given_name"]).mean() < 0.23
    assert listed["surname"].equals(true["surname"])
    assert listed["zip"].equals(true["zip"])


def test_an_old_list_misses_newcomers_and_has_old_addresses_and_surnames(everyone):
    listed = draw(everyone, overlap=1.0, errors=0.0, age=5.0)
    assert 0.87 < len(listed) / len(everyone) < 0.93  # 0.98 ** 5 = 0.904
    true = everyone.loc[listed.index]
    moved = 1 - (1 - MOVED_A_YEAR) ** 5
    same = (listed["street_name"] == true["street_name"]).fillna(True)
    assert moved - 0.05 < 1 - same.mean() < moved + 0.02
    assert 0.02 < (listed["surname"] != true["surname"]).mean() < 0.06
    assert listed["date_of_birth"].equals(true["date_of_birth"])
    # An address moves whole.
    pairs = set(zip(everyone["street_name"].fillna(""), everyone["zip"].fillna(""), strict=True))
    assert (
        set(zip(listed["street_name"].fillna(""), listed["zip"].fillna(""), strict=True)) <= pairs
    )


def test_an_adversary_takes_from_the_scenario_what_it_does_not_say(everyone):
    sources = Sources(everyone, {"surname": pd.Series({"NG": 1.0})})
    usual = Auxiliary(overlap=0.4, errors=0.0)

    def knowledge(**settings):
        return sources.knowledge(Adversary(**settings), usual, rng=np.random.default_rng(2))

    known = knowledge()
    assert len(known.auxiliary) < 0.5 * len(everyone)
    assert list(known.frequencies) == ["surname"]
    assert known.key is None
    assert known.queries == 0
    assert len(knowledge(overlap=1.0).auxiliary) == len(everyone)
    assert knowledge(overlap=0.0).auxiliary is None
    assert knowledge(frequencies="none").frequencies is None
    own = knowledge(frequencies="list")
    counted = own.auxiliary["surname"].value_counts(normalize=True)
    assert own.frequencies["surname"].idxmax() == counted.idxmax()
    assert "given_name+surname" in own.frequencies
    assert not knowledge(function=False).function


def test_shares_of_joint_entries_leave_out_what_is_missing():
    people = pd.DataFrame({"given_name": ["ANA", "ANA", None], "surname": ["NG", "RUIZ", "NG"]})
    found = shares(people, ["given_name", "given_name+surname", "zip"])
    assert set(found) == {"given_name", "given_name+surname"}
    assert found["given_name+surname"].to_dict() == {"ANA|NG": 0.5, "ANA|RUIZ": 0.5}
