"""What a sieve lets through: every record that a route would match."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.problems import InputError
from linkage.records import prepare
from linkage.regimes import REGIMES, Regime, decide
from linkage.regimes.regime import Route
from linkage.streaming.sieve import Sieve
from linkage.streaming.text_hashes import NOTHING, combined, text_hashes

text = st.text("ABC'- 1", max_size=6)
person = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from(["ANA", "ANA MARIA", "JO", None]),
        "surname": st.sampled_from(["NG", "O'NEIL", "ONEIL", "NG JR", None]),
        "date_of_birth": st.sampled_from(["1980-02-03", "1991-07-30", None]),
        "tin": st.sampled_from(["900123456", "900999999", None]),
        "street_number": st.sampled_from(["12", None]),
        "street_name": st.sampled_from(["ELM ST", None]),
        "zip": st.sampled_from(["02139", "94110", None]),
    }
)


def _file(people: list[dict[str, str | None]]) -> pd.DataFrame:
    full = dict.fromkeys(people[0], "X") | {"tin": "1" * 9, "zip": "1" * 5}
    full["date_of_birth"] = "1900-01-01"  # so that no column is empty
    return pd.DataFrame([full, *people]).astype("string[pyarrow]")


@given(st.lists(person, min_size=1, max_size=6), st.lists(person, min_size=1, max_size=6))
def test_no_record_is_lost_that_a_route_matches(asked, registered) -> None:
    requests, register = _file(asked), _file(registered)
    clean, records = prepare(requests), prepare(register)
    for name in ("as_practised", "name_list", "statute"):
        regime = REGIMES[name]
        sieve = Sieve.of(clean, [regime])
        columns = {each: pa.array(register[each], type=pa.large_string()) for each in register}
        kept = sieve.kept(columns, len(register))
        answered = decide(regime, clean, records, rng=np.random.default_rng(0))
        assert kept[answered.register].all()
        assert kept[0]  # who is asked about is found


@given(st.lists(st.one_of(st.none(), text), max_size=8), st.integers(0, 3))
def test_hashes_are_equal_where_letters_and_digits_are(texts, most) -> None:
    hashes = text_hashes(pa.array(texts, pa.string()), most)
    words = [t or "" if not most else re.split("[- ]", (t or "").strip("- '"))[0] for t in texts]
    read = ["".join(c for c in word if c.isalnum())[: most or None] for word in words]
    for i, one in enumerate(read):
        assert (hashes[i] == NOTHING) == (one == "")
        for j, other in enumerate(read):
            assert (hashes[i] == hashes[j]) == (one == other)


def test_hashes_of_a_slice_are_those_of_its_rows() -> None:
    whole = pa.array(["A", None, "BC", "D"])
    assert text_hashes(whole.slice(1, 2)).tolist() == text_hashes(whole).tolist()[1:3]
    assert len(text_hashes(pa.array([], pa.string()))) == 0


def test_the_order_of_columns_matters() -> None:
    one, other = text_hashes(pa.array(["ANA"])), text_hashes(pa.array(["NG"]))
    assert combined([one, other]) != combined([other, one])


def test_a_route_by_streets_alone_is_refused() -> None:
    route = Route(agree=("street_name",))
    regime = Regime(
        name="street", label="", title="", source="", routes=(route,), discloses="address"
    )
    with pytest.raises(InputError, match="street_name"):
        Sieve.of(pd.DataFrame({"street_name": ["ELM ST"]}), [regime])
