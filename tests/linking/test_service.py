"""The holder's end tells what the protocol tells, within its limits, and holds nothing that shows."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.linking import open_service
from linkage.linking.standing import StandingLinker
from linkage.records import prepare
from linkage.schemes import ConfirmOnly, Key, Oprf, Psi, PsiCardinality

KEY = Key(bytes(range(32)))


def numbered(start: int, stop: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"tin": [f"{900_000_000 + number}" for number in range(start, stop)]}, dtype="string"
    )


def people(count: int = 300) -> pd.DataFrame:
    persons = synthetic.World(people=count, seed=4).persons()
    return prepare(persons[["given_name", "surname", "date_of_birth", "sex"]])


def test_answers_are_those_of_the_ideal_protocol() -> None:
    held, asked = numbered(0, 30), numbered(20, 50)
    asked = pd.concat(
        [asked, asked.head(3), pd.DataFrame({"tin": [None]}, dtype="string")], ignore_index=True
    )
    for scheme in (Psi(), PsiCardinality()):
        ours, theirs = scheme.encode(asked), scheme.encode(held)
        answer = open_service(theirs).ask(asked)
        if isinstance(scheme, Psi):
            assert np.array_equal(answer, scheme.shared(ours, theirs)["tin"])
        else:
            assert answer == scheme.count(ours, theirs)["tin"] == 10


def test_a_size_counts_values_of_one_column_not_records() -> None:
    same = {"given_name": ["ANA"] * 2, "surname": ["NG"] * 2, "date_of_birth": ["1980-02-03"] * 2}
    twice = pd.DataFrame({**same, "zip": ["02139", "10001"]}, dtype="string")
    assert open_service(PsiCardinality().encode(twice)).ask(twice) == 1


def test_limits_refuse_or_tell_nothing() -> None:
    held = numbered(0, 10)
    short = open_service(Psi(smallest_list=3).encode(held))
    assert short.ask(held.head(2)) is None
    assert short.ask(pd.concat([held.head(2)] * 2)) is None  # no more for being written twice
    assert short.ask(held.head(3)) is not None
    few = open_service(PsiCardinality(smallest_answer=4).encode(held))
    assert [few.ask(held.head(size)) for size in (3, 4)] == [0, 4]
    listed = open_service(Psi(smallest_answer=4).encode(held))
    assert listed.ask(held.head(3)) is None
    assert listed.ask(held.head(4)) is not None
    twice = open_service(PsiCardinality(queries=2).encode(held))
    assert [twice.ask(held) for _ in range(3)] == [10, 10, None]
    assert twice.asked == 3


def test_noise_follows_the_seed_is_new_each_time_and_may_be_negative() -> None:
    held = PsiCardinality(epsilon=0.5).encode(numbered(0, 10))
    none = numbered(50, 51)
    first, again, other = (open_service(held, seed=seed) for seed in (1, 1, 2))
    told = [[service.ask(none) for _ in range(40)] for service in (first, again, other)]
    assert told[0] == told[1] != told[2]
    assert len(set(told[0])) > 3
    assert min(told[0]) < 0 < max(told[0])


@pytest.mark.parametrize("epsilon", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("least", [0, 1, 5])
def test_the_likelihood_is_that_of_what_is_told(epsilon: float, least: int) -> None:
    scheme = PsiCardinality(epsilon=epsilon, smallest_answer=least)
    rng = np.random.default_rng(0)
    values = np.arange(-80, 90)
    for size in (0, 4, 5, 6):
        expected = scheme.likelihood(values, size)
        assert expected.sum() == pytest.approx(1.0)
        told = np.array([scheme.told(size, rng=rng) for _ in range(4000)])
        seen = (told[:, None] == values).mean(axis=0)
        assert np.abs(seen - expected).max() < 4 * np.sqrt(0.25 / 4000)


def test_a_confirmation_does_not_depend_on_who_else_is_asked_about() -> None:
    file = people()
    held, asked = file.head(200).reset_index(drop=True), file.iloc[150:250]
    linker = StandingLinker(held, rng=np.random.default_rng(0))
    together = linker.best(asked)
    alone = np.concatenate([linker.best(asked.iloc[[place]]) for place in range(100)])
    assert np.allclose(together, alone)
    assert (together[:50] > 0).mean() > 0.98
    assert (together[50:] > 0).mean() < 0.05


def test_a_confirmation_forgives_a_slip_of_the_pen() -> None:
    held = people().head(200).reset_index(drop=True)
    wrong = held.assign(surname=held["surname"].str[:-1] + "X")
    service = open_service(ConfirmOnly().encode(held))
    assert np.mean(service.ask(wrong)) > 0.95


def test_tokens_are_answered_for_as_fast_as_the_limit_lets_it() -> None:
    held = numbered(0, 5)
    slow = open_service(Oprf(key=KEY, limit=4, per_seconds=60).encode(held))
    assert slow.ask(held) is None  # more than the limit at once
    for part in (held.head(4), held.tail(1), numbered(7, 10), numbered(10, 11)):
        answer = slow.ask(part)
        assert np.array_equal(answer, part["tin"].isin(held["tin"]))
    assert slow.evaluations == 9
    assert slow.seconds == 120
    budget = open_service(Oprf(key=KEY, limit=4, per_seconds=0).encode(held))
    assert budget.ask(held.head(3)) is not None
    assert budget.ask(held.tail(2)) is None
    assert budget.ask(held.tail(1)) is not None


@pytest.mark.parametrize("scheme", [Psi(), PsiCardinality(), ConfirmOnly(), Oprf(key=KEY)])
def test_the_holders_end_cannot_be_sent_away_and_shows_nothing(scheme) -> None:
    encoded = scheme.encode(people().head(20))
    service = open_service(encoded)
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        pickle.dumps(service)
    shown = [value for value in vars(service).values() if not callable(value)]
    assert not any(isinstance(value, pd.DataFrame | pd.Series | pd.Index) for value in shown)
    assert encoded.view().service is None
