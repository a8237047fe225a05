"""Limits are public, checked, and change neither codes nor fingerprints."""

from __future__ import annotations

import pytest

from linkage.problems import InputError
from linkage.schemes import ConfirmOnly, Key, Oprf, Psi, PsiCardinality
from linkage.schemes.sets.limits import seconds_for, values_within

KEY = Key(bytes(range(32)))


@pytest.mark.parametrize("kind", [Psi, PsiCardinality, ConfirmOnly])
def test_limits_leave_the_fingerprint(kind) -> None:
    assert kind(queries=3, smallest_list=5, smallest_answer=2).fingerprint == kind().fingerprint


def test_other_settings_of_the_holders_end_leave_it_too() -> None:
    assert PsiCardinality(epsilon=1.0).fingerprint == PsiCardinality().fingerprint
    assert ConfirmOnly(answer="score").fingerprint == ConfirmOnly().fingerprint
    other = Oprf(key=KEY, limit=5, per_seconds=1.0)
    assert other.fingerprint == Oprf(key=KEY).fingerprint


def test_every_problem_is_named() -> None:
    with pytest.raises(InputError) as caught:
        PsiCardinality(queries=-1, smallest_list=0, smallest_answer=1.5, epsilon=-1)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 4
    with pytest.raises(InputError) as caught:
        Oprf(key=KEY, limit=-1, per_seconds=float("inf"))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "oprf limit",
        "oprf per_seconds",
    ]


def test_guesses_a_day() -> None:
    assert values_within(86_400, limit=10_000, per_seconds=3600) == 240_000
    assert values_within(86_400, limit=1, per_seconds=1) == 86_400
    assert values_within(86_400, limit=500, per_seconds=0) == 500
    assert values_within(86_400, limit=0, per_seconds=60) == float("inf")
    for values in (1, 499, 500, 501, 5000):
        seconds = seconds_for(values, limit=500, per_seconds=60)
        assert values_within(seconds + 1e-9, limit=500, per_seconds=60) >= values
        assert not seconds or values_within(seconds, limit=500, per_seconds=60) < values
