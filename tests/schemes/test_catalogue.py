"""The catalogue says what each scheme does, for all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkage.schemes
import synthetic
from linkage.problems import InputError
from linkage.records import prepare, prepare_coded
from linkage.schemes import SCHEMES, Scheme, catalogue, make
from linkage.schemes.base import present_fields
from linkage.schemes.digests import TokenScheme
from linkage.schemes.page import page


def concrete(kind: type[Scheme]) -> set[type[Scheme]]:
    below = {sub for child in kind.__subclasses__() for sub in concrete(child)}
    return below | ({kind} if "name" in vars(kind) else set())


def test_every_scheme_there_is_stands_in_the_catalogue():
    assert concrete(Scheme) == set(SCHEMES.values())
    assert catalogue().index.tolist() == list(SCHEMES)
    assert {"plain", "sha256", "salted_sha256", "hmac", "clk"} <= set(SCHEMES)


def test_every_cell_says_something():
    table = catalogue()
    assert table.columns.tolist() == [
        "leaves",
        "other_side",
        "keys",
        "linking",
        "leaks",
        "source",
        "fields",
    ]
    assert table.notna().all(axis=None)
    assert table.map(lambda text: isinstance(text, str) and len(text) > 2).all(axis=None)
    for name, scheme in SCHEMES.items():
        keyless = str(table.loc[name, "keys"]).startswith("none")
        assert keyless == (scheme.secret_is is None) or name.startswith("psi"), name


@pytest.mark.parametrize("kind", SCHEMES.values(), ids=SCHEMES)
def test_every_scheme_is_exported_named_and_frozen(kind):
    assert SCHEMES[kind.name] is kind
    assert kind.__name__ in linkage.schemes.__all__
    assert getattr(linkage.schemes, kind.__name__) is kind
    with pytest.raises(AttributeError):
        kind().name_of_nothing = 1


PEOPLE = pd.DataFrame(
    {
        "given_name": ["ANA", "李"],
        "surname": ["NG", "王"],
        "date_of_birth": ["1980-02-03", "1991-07-30"],
        "sex": ["F", "M"],
        "zip": ["02139", "10001"],
        "tin": ["900123456", "900123457"],
    }
)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return prepare(synthetic.World(people=1_500, seed=1).taxpayers())


def made(kind: type[Scheme]) -> Scheme:
    """A scheme with a secret, or a seed, where it needs one; cheap where it could be dear."""
    parameters = {kind.secret_is: bytes(32)} if kind.secret_is else {}
    if hasattr(kind, "seed"):
        parameters["seed"] = 1
    if kind.name == "slow_hash":
        parameters["memory"] = 16
    return kind(**parameters)


@pytest.mark.parametrize("kind", SCHEMES.values(), ids=SCHEMES)
def test_a_release_is_of_one_form_that_linking_and_view_agree_on(kind):
    scheme = made(kind)
    view = scheme.encode(PEOPLE).view()
    forms = [view.tokens.shape[1] > 0, view.bits is not None, view.symbols is not None]
    assert sum(forms) == kind.seen
    assert forms[1] == (kind.linked_by in ("dice", "field_dice"))
    assert forms[2] == (kind.linked_by == "jaccard")
    assert len(view) == len(PEOPLE) or kind.rows_are == "cells"
    assert kind.readable == (kind.name == "plain")
    assert (kind.rows_are == "cells") <= (kind.linked_by == "nothing")


@pytest.mark.parametrize("kind", SCHEMES.values(), ids=SCHEMES)
def test_the_same_records_give_the_same_codes_unless_chance_is_the_point(kind):
    scheme = made(kind)
    one, two = scheme.encode(PEOPLE), scheme.encode(PEOPLE)
    pd.testing.assert_frame_equal(one.tokens, two.tokens)
    for form in ("bits", "symbols"):
        np.testing.assert_array_equal(getattr(one, form), getattr(two, form))
    assert one.fingerprint == two.fingerprint


@pytest.mark.parametrize("kind", SCHEMES.values(), ids=SCHEMES)
def test_codes_of_a_part_of_a_file_are_those_of_the_whole_unless_the_scheme_says_so(kind, many):
    if kind.linked_by == "nothing":
        return
    part = slice(200, 500)
    whole, alone = (made(kind).encode(each) for each in (many, many.iloc[part]))
    tokens = whole.tokens.iloc[part].reset_index(drop=True)
    same = [tokens.astype(object).equals(alone.tokens.reset_index(drop=True).astype(object))]
    for form in ("bits", "symbols"):
        codes = getattr(whole, form)
        same.append(codes is None or np.array_equal(codes[part], getattr(alone, form)))
    assert all(same) == kind.record_by_record


BY_COLUMN = {name: kind for name, kind in SCHEMES.items() if issubclass(kind, TokenScheme)}


@pytest.mark.parametrize("kind", BY_COLUMN.values(), ids=BY_COLUMN)
def test_categories_are_encoded_as_their_values_are(kind, many):
    scheme, records = made(kind), prepare_coded(many)
    fields = present_fields(scheme.fields, records)
    coded = scheme.encode_coded(records, fields)
    assert all(isinstance(kind, pd.CategoricalDtype) for kind in coded.dtypes)
    wanted = scheme.encode_records(prepare(many), fields).tokens
    pd.testing.assert_frame_equal(coded.astype(wanted.dtypes), wanted)


@pytest.mark.parametrize("kind", SCHEMES.values(), ids=SCHEMES)
def test_other_letters_than_latin_are_encoded_not_dropped(kind):
    codes = made(kind).encode(PEOPLE)
    if codes.bits is not None:
        assert (np.bitwise_count(codes.bits).sum(axis=1) > 0).all()
    elif codes.symbols is not None:
        assert (codes.symbols > 0).any(axis=1).all()
    elif kind.rows_are == "records" and kind.name != "k_anonymous":
        names = [name for name in codes.tokens if "surname" in str(name) or "slk" in str(name)]
        assert codes.tokens[names].notna().all(axis=None)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_made_from_plain_values_and_refuses_what_it_does_not_know(name):
    assert isinstance(make(name), SCHEMES[name])
    with pytest.raises(InputError, match="parameter"):
        make(name, nonsense=1)
    for secret in ("key", "salt"):
        with pytest.raises(InputError, match="read by everybody"):
            make(name, **{secret: "0123456789abcdef"})


def test_the_page_of_schemes_is_as_the_schemes_say():
    written = (Path(__file__).parents[2] / "docs/schemes.md").read_text("utf-8")
    assert written == page(), "run python -m linkage.schemes.page"
