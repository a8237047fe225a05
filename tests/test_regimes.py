from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.linking import Linked
from linkage.records import TEXT
from linkage.regimes import PLACEHOLDERS, REGIMES, Releases, decide

RNG = np.random.default_rng(0)
FIELDS = ("tin", "given_name", "surname", "street_number", "street_name", "zip")

ANA = ("900123456", "ANA", "GARCIA LOPEZ", "12", "ELM ST", "02139")
BEN = ("900654321", "BEN", "NG", "7", "OAK AVE", "10001")


def _records(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(FIELDS), dtype=TEXT)


def _ask(person: tuple[str, ...], **changes: str | None) -> tuple[str | None, ...]:
    return tuple((dict(zip(FIELDS, person, strict=True)) | changes).values())


def _released(regime: str, *requests: tuple[str | None, ...], file: Any = None) -> list[Any]:
    register = _records(ANA, BEN) if file is None else file
    answer = decide(REGIMES[regime], _records(*requests), register, rng=RNG)
    parts = (answer.request, answer.register, answer.breach)
    return list(zip(*(part.tolist() for part in parts), strict=True))


def test_a_full_and_true_request_is_answered_everywhere_but_under_strict_confidentiality() -> None:
    assert _released("strict", ANA, BEN) == []
    for regime in ("as_practised", "statute"):
        assert _released(regime, BEN, ANA) == [(0, 1, False), (1, 0, False)]


def test_a_number_whose_name_control_agrees_is_answered_whatever_the_given_name() -> None:
    other = _ask(ANA, given_name="MARIO", surname="GARCETTI")
    assert _released("as_practised", other) == [(0, 0, False)]


@pytest.mark.parametrize("surname", ["LOPEZ", "GARZA", "LOPEZ GARCIA", None])
def test_a_number_with_another_name_control_is_not_answered(surname: str | None) -> None:
    assert _released("as_practised", _ask(ANA, surname=surname)) == []


@pytest.mark.parametrize("surname", ["GARCIA", "GARCIA PEREZ", "GARC"])
def test_the_first_of_two_surnames_counts_for_the_name_control(surname: str) -> None:
    assert _released("as_practised", _ask(ANA, surname=surname)) == [(0, 0, False)]


def test_a_surname_shorter_than_the_name_control_must_agree_whole() -> None:
    assert _released("as_practised", _ask(BEN, given_name="X")) == [(0, 1, False)]
    assert _released("as_practised", _ask(BEN, surname="NGUYEN")) == []


def test_a_wrong_number_is_not_answered_though_name_and_address_are_right() -> None:
    assert _released("as_practised", _ask(ANA, tin="900999999")) == []
    assert _released("as_practised", _ask(ANA, tin=None)) == [(0, 0, False)]


def test_a_number_of_somebody_else_is_not_answered_with_either_address() -> None:
    assert _released("as_practised", _ask(ANA, tin=BEN[0])) == []


@pytest.mark.parametrize("changed", [{"given_name": "ANNA"}, {"surname": "GARCIA"}])
def test_without_a_number_the_whole_name_must_agree(changed: dict[str, str]) -> None:
    assert _released("as_practised", _ask(ANA, tin=None, **changed)) == []


@pytest.mark.parametrize("changed", [{"street_number": "14"}, {"street_name": "OAK AVE"}])
def test_without_a_number_a_street_that_is_given_must_agree(changed: dict[str, str]) -> None:
    assert _released("as_practised", _ask(ANA, tin=None, **changed)) == []


@pytest.mark.parametrize("tin", [ANA[0], None])
@pytest.mark.parametrize("placeholder", sorted(PLACEHOLDERS))
def test_a_placeholder_with_a_zip_is_answered_as_practised_and_not_under_the_statute(
    placeholder: str, tin: str | None
) -> None:
    request = _ask(ANA, tin=tin, street_number=None, street_name=placeholder)
    assert _released("as_practised", request) == [(0, 0, True)]
    assert _released("statute", request) == []


@pytest.mark.parametrize("code", [None, "2139", "ABCDE", "021390"])
def test_without_five_digits_where_the_zip_belongs_nothing_is_answered(code: str | None) -> None:
    request = _ask(ANA, zip=code)
    file = _records(_ask(ANA, zip=code))
    assert _released("as_practised", request, file=file) == []
    assert _released("statute", request, file=file) == []


@pytest.mark.parametrize(
    "former", [{"street_number": "99"}, {"street_name": "PINE RD"}, {"zip": "60601"}]
)
def test_a_former_address_with_the_number_is_answered_as_practised_and_not_under_the_statute(
    former: dict[str, str],
) -> None:
    assert _released("as_practised", _ask(ANA, **former)) == [(0, 0, True)]
    assert _released("statute", _ask(ANA, **former)) == []


def test_of_two_namesakes_in_one_zip_neither_is_answered() -> None:
    namesake = _ask(ANA, tin="900777777", street_number="80", street_name="BAY ST")
    file = _records(ANA, namesake, BEN)
    vague = _ask(ANA, tin=None, street_number=None, street_name=None)
    assert _released("as_practised", vague, file=file) == []
    assert _released("as_practised", _ask(namesake, tin=None), file=file) == [(0, 1, False)]
    elsewhere = _records(ANA, _ask(namesake, zip="60601"))
    assert _released("as_practised", vague, file=elsewhere) == [(0, 0, True)]


def test_two_records_with_one_number_are_not_answered() -> None:
    assert _released("as_practised", ANA, file=_records(ANA, _ask(ANA, street_number="80"))) == []


def test_missing_values_agree_with_nothing() -> None:
    nobody = (None, None, None, None, None, "02139")
    file = _records(nobody, _ask(ANA, tin=None, given_name=None))
    asked = _ask(ANA, tin=None, given_name=None)
    assert _released("as_practised", nobody, asked, file=file) == []


def test_columns_that_a_file_does_not_have_count_as_missing() -> None:
    few = _records(ANA)[["given_name", "surname", "zip"]]
    answer = decide(REGIMES["as_practised"], few, _records(ANA, BEN), rng=RNG)
    assert (answer.register.tolist(), answer.breach.tolist()) == ([0], [True])
    assert len(decide(REGIMES["as_practised"], few.drop(columns="zip"), few, rng=RNG).request) == 0


def test_labels_of_the_frames_do_not_matter() -> None:
    requests, register = _records(BEN), _records(ANA, BEN).set_axis([70, 3])
    answer = decide(REGIMES["as_practised"], requests.set_axis(["x"]), register, rng=RNG)
    assert (answer.request.tolist(), answer.register.tolist()) == ([0], [1])


def _linked(*pairs: tuple[int, int]) -> Linked:
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    scores = np.ones(len(left))
    return Linked(left, right, scores, scores, left, right, pd.DataFrame())


def test_the_probabilistic_regime_answers_links_whose_request_has_a_zip() -> None:
    requests = _records(_ask(BEN, surname="MG"), _ask(ANA, zip=None))
    regime = REGIMES["probabilistic"]
    answer = decide(regime, requests, _records(ANA, BEN), _linked((0, 1), (1, 0)), rng=RNG)
    assert (answer.request.tolist(), answer.register.tolist()) == ([0], [1])
    with pytest.raises(ValueError, match="pass the linker's links"):
        decide(regime, requests, _records(ANA, BEN), rng=RNG)


def test_other_regimes_do_not_look_at_the_links() -> None:
    for regime in ("strict", "as_practised", "statute"):
        answer = decide(
            REGIMES[regime],
            _records(_ask(ANA, tin=None, given_name="X")),
            _records(ANA),
            _linked((0, 0)),
            rng=RNG,
        )
        assert len(answer.request) == 0


record = st.tuples(
    st.sampled_from(["900000001", "900000002", "900000003", None]),
    st.sampled_from(["ANA", "BEN", None]),
    st.sampled_from(["GARCIA LOPEZ", "GARCIA", "NG", None]),
    st.sampled_from(["12", "7", None]),
    st.sampled_from(["ELM ST", "OAK AVE", "UNKNOWN", None]),
    st.sampled_from(["02139", "10001", "2139", None]),
)
files = st.lists(record, min_size=1, max_size=8).map(lambda rows: _records(*rows))


def _pairs(answer: Releases) -> set[tuple[int, int]]:
    return set(zip(answer.request.tolist(), answer.register.tolist(), strict=True))


@given(files, files)
def test_what_the_statute_releases_is_released_as_practised_and_never_breaks_the_rule(
    requests: pd.DataFrame, register: pd.DataFrame
) -> None:
    strict, practised, statute = (
        decide(REGIMES[name], requests, register, rng=RNG)
        for name in ("strict", "as_practised", "statute")
    )
    assert _pairs(strict) == set()
    assert _pairs(statute) <= _pairs(practised)
    assert not statute.breach.any()
    assert len(set(practised.request.tolist())) == len(practised.request)
    kept = ~practised.breach
    whole = zip(practised.request[kept].tolist(), practised.register[kept].tolist(), strict=True)
    assert _pairs(statute) == set(whole)
