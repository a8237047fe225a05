from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.linking import Linked
from linkage.problems import InputError
from linkage.records import TEXT
from linkage.regimes import PLACEHOLDERS, REGIMES, Regime, Releases, decide, regimes
from linkage.regimes.regime import Gate, Review

WHOLE = 'name = "x"\nlabel = "R"\ntitle = "t"\nsource = "a choice"\n'
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


def test_every_regime_tells_the_source_of_what_it_sets() -> None:
    table = regimes()
    assert (table["source"].str.len() > 5).all()
    for regime in REGIMES.values():
        told = set(regime.sources)
        changed = {"discloses", *(f"request.{each.name}" for each in fields(regime.request))}
        plain = replace(regime, request=Gate())
        for setting in changed - {"discloses"}:
            name = setting.split(".")[1]
            if getattr(regime.request, name) != getattr(plain.request, name):
                assert setting in told, (regime.name, setting)
        assert {"discloses"} <= told
        assert ("routes" in told) == bool(regime.routes)
        assert ("model.least_probability" in told) == regime.by_model


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('name = "x"\nlabel = "R"\ntitle = "t"', "setting source: missing"),
        ("name = ", "not TOML"),
        (WHOLE + '[request]\naddress = "reel"', "request.address: got 'reel'.*nearest: 'real'"),
        (WHOLE + '[request]\nfields = ["surnam"]', "request.fields: got 'surnam'"),
        (WHOLE + "[review]\ncatches = 2", "review.catches: got 2, allowed 0 to 1"),
        (WHOLE + '[[routes]]\nneeds = ["tin"]', "routes.agree: got nothing"),
        (WHOLE + "[model]\nleast_probability = 3", "model.least_probability: got 3"),
        (WHOLE + 'discloses = "all"', "discloses: got 'all'"),
    ],
)
def test_a_bad_file_is_refused_by_name(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=f"own.toml: .*{problem}"):
        Regime.read(path)


@given(files, files)
@settings(max_examples=40)
def test_a_stricter_gate_never_releases_more(
    requests: pd.DataFrame, register: pd.DataFrame
) -> None:
    def released(name: str) -> set[tuple[int, int]]:
        return _pairs(decide(REGIMES[name], requests, register, rng=RNG))

    chain = ("statute_current", "statute", "as_practised")
    for strict, wide in pairwise(chain):
        assert released(strict) <= released(wide)
    assert released("placeholder_filter") <= released("as_practised")
    assert released("scaled_up") == released("as_practised")
    assert released("case_by_case") <= released("as_practised")
    assert released("confirm_only") == released("statute_current")
    assert released("strict") == set()


@given(files, files)
def test_more_placeholders_never_lower_breaches_as_practised(
    requests: pd.DataFrame, register: pd.DataFrame
) -> None:
    worse = requests.assign(street_number=None, street_name="FAILED TO PROVIDE").astype(TEXT)
    before, after = (
        decide(REGIMES["as_practised"], asked, register, rng=RNG) for asked in (requests, worse)
    )
    broken = set(before.request[before.breach].tolist())
    assert broken & set(after.request.tolist()) <= set(after.request[after.breach].tolist())
    by_number = requests["tin"].notna().to_numpy()
    assert {row for row in broken if by_number[row]} <= set(after.request[after.breach].tolist())
    refused = decide(REGIMES["placeholder_filter"], worse, register, rng=RNG)
    assert len(refused) == 0


def test_an_earlier_address_on_file_is_enough_under_one_reading_only() -> None:
    former = _records(ANA)[["street_number", "street_name", "zip"]].assign(record=0)
    moved = _records(_ask(ANA, street_number="80", street_name="ROSE RD"))
    counts = {
        name: decide(REGIMES[name], _records(ANA), moved, former=former, rng=RNG)
        for name in ("statute", "statute_current")
    }
    assert {name: len(each) for name, each in counts.items()} == {
        "statute": 1,
        "statute_current": 0,
    }
    assert not counts["statute"].breach.any()
    assert not counts["statute"].current.any()
    nobody_elses = former.assign(record=1)
    two = pd.concat([moved, _records(BEN)], ignore_index=True)
    answer = decide(REGIMES["statute"], _records(ANA), two, former=nobody_elses, rng=RNG)
    assert len(answer) == 0


def test_a_list_of_names_is_answered_with_every_candidate() -> None:
    namesake = _ask(BEN, given_name="ANA", surname="GARCIA LOPEZ")
    assert _released("name_list", _ask(ANA, tin=None), file=_records(ANA, namesake)) == [
        (0, 0, False),
        (0, 1, True),
    ]


def test_a_review_stops_answers_about_others_and_a_cap_the_rest() -> None:
    father = _ask(ANA, given_name="ANITA")
    regime = replace(REGIMES["case_by_case"], request=Gate(address="real", most=2))
    stopped = replace(regime, review=Review(fields=("given_name",), catches=1.0))
    asked, file = _records(father, ANA, BEN), _records(ANA, BEN)
    assert _pairs(decide(regime, asked, file, rng=RNG)) <= {(0, 0), (1, 0)}
    assert _pairs(decide(stopped, asked, file, rng=RNG)) == {(1, 0)}
    blind = replace(regime, review=Review(fields=("given_name",), catches=0.0))
    assert _pairs(decide(blind, asked, file, rng=RNG)) == {(0, 0), (1, 0)}


def test_a_model_abstains_below_its_probability_and_takes_what_has_none() -> None:
    linked = _linked((0, 0), (1, 1))
    asked, file = _records(ANA, BEN), _records(ANA, BEN)
    for probability, found in ((0.9, set()), (0.99, {(0, 0), (1, 1)}), (np.nan, {(0, 0), (1, 1)})):
        unsure = replace(linked, probability=np.full(2, probability))
        answer = decide(REGIMES["privacy_preserving"], asked, file, unsure, rng=RNG)
        assert _pairs(answer) == found
