"""Do 95 % intervals hold the true rate 95 times in 100? Found out in 500 small worlds."""

from __future__ import annotations

import numpy as np
import pytest
from joblib import Parallel, delayed

import synthetic
from linkage.attacks import Auxiliary, Knowledge
from linkage.measures.intervals import rate_over_worlds, wilson
from linkage.records import prepare
from linkage.scenario import Auxiliary as ListSettings
from linkage.schemes import Hmac, KAnonymous, Key
from linkage.sources import auxiliary_list

KEY = Key(bytes(range(32)))
WORLDS = 500
FIELDS = ["given_name", "surname", "date_of_birth", "sex"]


def named(seed: int) -> tuple[int, int, int]:
    """Records of a small world that a list names rightly, by keyed hashes and by class; records."""
    persons = synthetic.World(people=250, seed=seed).persons()
    people = prepare(persons.loc[persons["relation"] != "child", FIELDS])
    settings = ListSettings(overlap=0.7, errors=0.1)
    listed = auxiliary_list(people, settings, rng=np.random.default_rng(seed))
    known = Knowledge(auxiliary=listed, key=KEY)
    right = []
    for scheme in (Hmac(key=KEY), KAnonymous(k=3, suppress=0.1)):
        guesses = Auxiliary().run(scheme.encode(people).view(), known)
        true = people.index.to_numpy()[guesses["record"]]
        right.append(int((guesses["guess"].to_numpy() == true).sum()))
    return right[0], right[1], len(people)


@pytest.fixture(scope="module")
def worlds() -> np.ndarray:
    return np.array(Parallel(n_jobs=2)(delayed(named)(seed) for seed in range(WORLDS)))


def test_the_interval_of_one_world_holds_the_true_rate_as_often_as_it_says(worlds):
    right, records = worlds[:, 0], worlds[:, 2]
    true = right.sum() / records.sum()
    assert 0.3 < true < 0.9
    found = [wilson(int(r), int(n)) for r, n in zip(right, records, strict=True)]
    held = np.mean([each.low <= true <= each.high for each in found])
    assert 0.93 <= held <= 0.97


@pytest.mark.parametrize("attack", [0, 1])
def test_the_interval_of_five_worlds_is_not_too_narrow_even_where_worlds_differ(worlds, attack):
    right, records = worlds[:, attack], worlds[:, 2]
    true = right.sum() / records.sum()
    rng = np.random.default_rng(0)
    groups = np.array([rng.choice(WORLDS, 5, replace=False) for _ in range(1000)])
    found = [rate_over_worlds(right[g].tolist(), records[g].tolist()) for g in groups]
    held = np.mean([each.low <= true <= each.high for each in found])
    assert held >= 0.93
    # The rates of k-anonymous releases differ between worlds by more than chance: each world has
    # levels of its own, which one world's interval cannot know.
    alone = np.mean(
        [each.low <= true <= each.high for each in map(wilson, right.tolist(), records.tolist())]
    )
    assert (alone < 0.93) == (attack == 1)
