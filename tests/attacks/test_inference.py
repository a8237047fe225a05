"""Inference: attributes learned of people, named or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from linkage.attacks import Inference, Knowledge
from linkage.schemes import Counts, Hmac, KAnonymous, Key

KEY = Key(bytes(range(32)))


def files(classes: int = 12, size: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People in classes that are alike in all that is released; the job beside it."""
    place = np.repeat(np.arange(classes), size)
    people = pd.DataFrame(
        {
            "surname": [f"NAME{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(len(place))],
            "zip": [f"{10000 + 1000 * n}" for n in place],
            "sex": np.where(place % 2, "F", "M"),
        }
    )
    jobs = np.where(place % 3 == 0, "judge", np.where(np.arange(len(place)) % 2, "clerk", "cook"))
    return people, pd.DataFrame({"job": jobs})


def view_of(scheme, people, jobs):
    return replace(scheme.encode(people).view(), attributes=jobs)


def test_a_class_that_agrees_gives_everybody_in_it_away_though_nobody_is_named():
    people, jobs = files()
    view = view_of(KAnonymous(k=10, levels=(("zip", "5 digits"),)), people, jobs)
    guesses = Inference("job", least=0.5).run(view, Knowledge(auxiliary=people))
    judges = jobs.index[jobs["job"] == "judge"]
    assert set(judges) <= set(guesses["person"])
    told = guesses.set_index("person").loc[judges]
    assert (told["guess"] == "judge").all()
    assert (told["confidence"] > 0.9).all()
    # The other classes are half clerks, half cooks: no value is likelier than not.
    assert set(guesses["person"]) == set(judges)
    # Whoever guesses all the same is right of half of those.
    everybody = Inference("job").run(view, Knowledge(auxiliary=people))
    assert set(everybody["person"]) == set(people.index)
    assert everybody["confidence"].min() < 0.6


def test_a_named_person_gives_everything_away():
    people, jobs = files()
    view = view_of(Hmac(key=KEY), people, jobs)
    guesses = Inference("job").run(view, Knowledge(auxiliary=people, key=KEY))
    assert len(guesses) > 100
    assert (guesses["guess"].to_numpy() == jobs["job"].to_numpy()[guesses["person"]]).mean() > 0.97


def test_nothing_is_claimed_of_people_who_fit_no_record():
    people, jobs = files()
    view = view_of(KAnonymous(k=10, levels=(("zip", "5 digits"),)), people, jobs)
    strangers = people.assign(zip="99999")
    assert Inference("job").run(view, Knowledge(auxiliary=strangers)).empty


def test_where_it_does_not_apply_and_what_it_needs():
    people, jobs = files()
    view = view_of(KAnonymous(k=10), people, jobs)
    attack = Inference("job")
    assert attack.why_not(view, Knowledge(auxiliary=people)) == ""
    assert attack.lacking(view, Knowledge()) == "needs a list of people (auxiliary)"
    assert "beside the codes" in Inference("income").not_applicable(view)
    assert "beside the codes" in attack.not_applicable(replace(view, attributes=None))
    table = Counts(by=(("sex", "sex"),)).encode(people).view()
    assert attack.not_applicable(replace(table, attributes=jobs))
    assert attack.targets(view, Knowledge(auxiliary=people)).equals(people.index)
    assert attack.candidates(view, Knowledge()) == 3


def test_blind_guesses_take_the_commonest_value():
    shares = pd.Series({"clerk": 0.5, "cook": 0.3, "judge": 0.2})
    known = Knowledge(frequencies={"job": shares})
    blind = Inference("job").guess_blindly(4, known, rng=np.random.default_rng(0))
    assert blind["guess"].tolist() == ["clerk"] * 4
    assert Inference("job").guess_blindly(4, Knowledge(), rng=np.random.default_rng(0)).empty
    with pytest.raises(ValueError, match="inference on job"):
        Inference("job").run(view_of(KAnonymous(k=10), *files()), Knowledge())
