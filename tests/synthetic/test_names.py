"""Names come as often as they do in the tables, by origin, sex, birthplace and time of birth."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from faker.providers.person.en_US import Provider as PlainFaker
from sampling import is_near

from synthetic import World, tables
from synthetic.names import FIRST_DECADE, SEXES, Names, names
from synthetic.people import surname_texts
from synthetic.tables import ORIGINS

COUNT = 50_000
F, M = (SEXES.index(sex) for sex in "FM")


def upper(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalpha())


@pytest.fixture(scope="module")
def census() -> Names:
    return names("census")


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    """The table of surnames."""
    return tables.load("surnames").to_pandas().set_index("name")


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """The table of given names."""
    return tables.load("given_names").to_pandas().set_index("name")


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    frame = tables.load("births").to_pandas()
    return frame.assign(name=frame.name.astype(str))


def surnames(source: Names, origin: str, count: int = COUNT) -> pd.Series:
    codes = np.full(count, ORIGINS.index(origin))
    drawn = source.draw_surnames(codes, rng=np.random.default_rng(1))
    none = np.full(count, -1)
    return pd.Series(surname_texts(source, drawn, none, none > 0).to_pylist())


def given(
    source: Names, sex: int, year: float, origin: str = "white", *, abroad: bool = False
) -> pd.Series:
    drawn = source.draw_given_names(
        np.full(COUNT, sex), np.full(COUNT, ORIGINS.index(origin)), np.full(COUNT, abroad),
        np.full(COUNT, year), rng=np.random.default_rng(1),
    )  # fmt: skip
    return pd.Series(source.given.compose(drawn).to_pylist())


@pytest.mark.parametrize("origin", ORIGINS)
def test_surnames_come_as_often_as_in_the_census(
    census: Names, listed: pd.DataFrame, origin: str
) -> None:
    bearers = listed[origin].astype("float64") * listed["count"]
    facts = tables.load("surnames", ["name"]).schema.metadata
    unlisted = (
        int(facts[b"unlisted"]) * json.loads(facts[b"unlisted_origins"])[ORIGINS.index(origin)]
    )
    if origin == "hispanic":  # double surnames, which are made elsewhere
        unlisted -= 0.10 * (bearers.sum() + unlisted)
    drawn = surnames(census, origin)
    # Two halves put together are a listed surname now and then.
    expected = unlisted / (bearers.sum() + unlisted)
    found = 1 - drawn.isin(listed.index).mean()
    assert 0.85 * expected - 0.005 < found < expected + 0.007
    shares = bearers / (bearers.sum() + unlisted)
    for name in bearers.nlargest(20).index:
        assert is_near(drawn == name, shares[name])


def test_unlisted_surnames_are_rare_ones(census: Names, listed: pd.DataFrame) -> None:
    drawn = surnames(census, "white")
    unlisted = drawn[~drawn.isin(listed.index)]
    assert len(unlisted) > 2_500
    assert unlisted.str.fullmatch("[A-Z]+").all()
    assert unlisted.nunique() > 0.9 * len(unlisted)
    assert unlisted.str.len().between(2, 16).all()


@pytest.mark.parametrize(
    ("origin", "commonest"),
    [
        ("white", {"SMITH"}),
        ("black", {"WILLIAMS", "JOHNSON"}),
        ("hispanic", {"GARCIA", "RODRIGUEZ", "HERNANDEZ", "MARTINEZ"}),
        ("api", {"NGUYEN", "PATEL", "KIM"}),
    ],
)
def test_groups_have_names_of_their_own(census: Names, origin: str, commonest: set[str]) -> None:
    assert surnames(census, origin, 20_000).value_counts().index[0] in commonest


@pytest.mark.parametrize(
    ("sex", "decade"), [("F", 1950), ("M", 1950), ("F", 2000), ("M", 1920), ("M", 2010)]
)
def test_given_names_come_as_often_as_they_were_given(
    census: Names, known: pd.DataFrame, births: pd.DataFrame, sex: str, decade: int
) -> None:
    """In the middle of a decade, among people of one origin: by Bayes' rule."""
    count = births[(births.sex == sex) & (births.decade == decade)].set_index("name")["count"]
    count = count[count.index.isin(known.index)]
    for origin in ("white", "hispanic"):
        weight = count * known[origin].reindex(count.index).astype("float64")
        drawn = given(census, SEXES.index(sex), decade + 5, origin)
        for name in weight.nlargest(10).index:
            assert is_near(drawn == name, weight[name] / weight.sum())


def test_between_two_decades_names_are_of_either(census: Names) -> None:
    early, between, late = (given(census, F, year) for year in (1945, 1950, 1955))
    for name in ("LINDA", "DEBRA"):
        halfway = ((early == name).mean() + (late == name).mean()) / 2
        assert is_near(between == name, halfway)


def test_before_the_first_and_after_the_last_decade_names_stay(census: Names) -> None:
    for edge, beyond in ((FIRST_DECADE + 5, 1850), (2015, 2090)):
        shares = [given(census, M, year).value_counts(normalize=True) for year in (edge, beyond)]
        for name in shares[0].index[:5]:
            assert shares[1][name] == pytest.approx(shares[0][name], rel=0.15)


def test_names_of_those_born_abroad_are_not_those_given_here(census: Names) -> None:
    here, abroad = (given(census, M, 1985, "hispanic", abroad=there) for there in (False, True))
    for name in ("JOSE", "JUAN", "JESUS"):
        assert (abroad == name).mean() > 1.3 * (here == name).mean()
    assert (abroad == "BRANDON").mean() < (here == "BRANDON").mean() / 3


@pytest.mark.parametrize("source", ["census", "faker"])
def test_nicknames_are_usual_ones_with_the_same_initial_if_there_are(source: str) -> None:
    found = names(source)
    texts = found.given.compose(np.arange(len(found.given))).to_pylist()
    short = {texts[code]: texts[other] for code, other in enumerate(found.nickname.tolist())}
    pairs = tables.load("nicknames").to_pandas()
    pairs = pairs[pairs.name.isin(texts) & pairs.nickname.isin(texts)]
    for name, usual in pairs.groupby("name").nickname:
        like = [other for other in usual if other[0] == name[0]]
        assert short[name] in (like or set(usual))
    named = set(pairs.name)
    assert len(named) > 100
    assert all(other == name for name, other in short.items() if name not in named)


def test_nicknames_are_the_commonest_ones(census: Names) -> None:
    texts = census.given.compose(np.arange(len(census.given))).to_pylist()
    for name, short in {"MICHAEL": "MIKE", "THOMAS": "TOM", "FRANCISCO": "FRANK"}.items():
        assert texts[census.nickname[texts.index(name)]] == short


def test_initials_are_those_of_given_names(census: Names, known: pd.DataFrame) -> None:
    weight = known["count"] * known.female
    expected = weight.groupby(known.index.str[0]).sum() / weight.sum()
    drawn = census.middle_initials.draw(np.full(COUNT, F), rng=np.random.default_rng(1))
    for letter in expected.nlargest(8).index:
        assert is_near(drawn == ord(letter) - ord("A"), expected[letter])


def test_names_are_plain_upper_case(persons: pd.DataFrame) -> None:
    assert persons.given_name.str.fullmatch("[A-Z]{2,}").all()
    assert persons.surname.str.fullmatch("[A-Z]{2,}([ -][A-Z]{2,})?").all()
    assert persons.middle_initial.dropna().str.fullmatch("[A-Z]").all()


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    return World(people=20_000, seed=2, names="faker", double_surname_share=0.0,
                 foreign_born_double_surname_share=0.0).persons()  # fmt: skip


def test_plain_faker_has_fakers_names_only(plain: pd.DataFrame) -> None:
    women, men = (
        {upper(name) for name in table}
        for table in (PlainFaker.first_names_female, PlainFaker.first_names_male)
    )
    last = {upper(name) for name in PlainFaker.last_names}
    assert set(plain.given_name[plain.sex == "F"]) <= women
    assert set(plain.given_name[plain.sex == "M"]) <= men
    parts = plain.surname.str.split("-").explode()  # of wives who joined the two
    assert set(parts) <= last


def test_plain_faker_names_everybody_alike(plain: pd.DataFrame) -> None:
    """Whatever their origin or time of birth."""
    heads = plain[plain.relation == "head"]
    weights = pd.Series(dict(PlainFaker.last_names))
    smith = weights["Smith"] / weights.sum()
    old = heads.date_of_birth < "1970"
    for some in (heads, heads[heads.origin == "hispanic"], heads[heads.origin != "hispanic"]):
        assert is_near(some.surname == "SMITH", smith)
    women = heads[heads.sex == "F"]
    female = pd.Series(dict(PlainFaker.first_names_female))
    for name in ("Jennifer", "Linda"):
        for some in (women[old[women.index]], women[~old[women.index]]):
            assert is_near(some.given_name == name.upper(), female[name] / female.sum())
