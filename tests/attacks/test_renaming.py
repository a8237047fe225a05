"""Letters exchanged: names betray it, dates and numbers do not."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.attacks.patterns.candidates import Candidates, incidence
from linkage.attacks.patterns.renaming import still_listed, unequivocal
from linkage.schemes.filters.gram_sets import gram_sets


def values(*written):
    """Values of a field as candidates."""
    sets = gram_sets(pd.DataFrame({"x": written}, dtype=object), ("x",), 2)
    shares = np.full(len(written), 1 / len(written))
    return Candidates(pd.Index(written), incidence(sets), sets.texts, shares)


def by_hand(read, listed):
    """Share of values listed after an exchange of letters, with strings."""
    letters = sorted(set("".join(listed)))
    after = [
        value.translate(str.maketrans(one + other, other + one)) in listed
        for one, other in combinations(letters, 2)
        for value in read
        if one in value or other in value
    ]
    return np.mean(after)


@pytest.mark.parametrize(
    "listed",
    [("ANNA", "HANNAH", "OTTO", "ATTA", "OTTA"), ("1905", "1906", "2005", "1950", "1960")],
)
def test_exchanges_of_letters_are_tried_as_by_hand(listed):
    assert by_hand(listed[:4], listed) > 0
    assert still_listed(np.arange(4), values(*listed)) == pytest.approx(by_hand(listed[:4], listed))


def test_letters_are_exchanged_in_one_field_only():
    people = pd.DataFrame({"x": ["AB", "BA"], "y": ["AB", "BA"]}, index=["p", "q"])
    sets = gram_sets(people, ("x", "y"), 2)
    both = Candidates(people.index, incidence(sets), sets.texts, np.ones(2) / 2)
    assert still_listed(np.arange(2), both) == 0
    assert still_listed(np.arange(2), values("AB", "BA")) == 1


def test_what_reads_as_well_with_other_letters_is_told():
    digits = values(*(f"{a}{b}" for a in range(10) for b in range(10)))
    assert not unequivocal(np.arange(100), 100, digits)
    names = synthetic.World(people=400, seed=3).persons()["surname"].unique()
    assert unequivocal(np.arange(50), 100, values(*names))
    assert not unequivocal(np.arange(0), 100, values(*names))
