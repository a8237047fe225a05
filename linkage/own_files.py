"""An exchange of one's own files, and what adversaries could know of those in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.attacks import Space, number_space
from linkage.exchange import Exchange, facts_of, right_answers
from linkage.measures.harm import Truth
from linkage.problems import Problems, listing
from linkage.records import TEXT, is_parts, prepare, read
from linkage.scenario import Files
from linkage.sources import Sources

CONTROL_SHARE: Final = 0.1
"""Share of an own file that is kept out of the release, to measure what attacks achieve on it."""


def from_files(files: Files, seed: int) -> Exchange:
    """Read the holder's file and the requester's, if there is one; all problems at once."""
    problems = Problems()
    if is_parts(files.register):
        problems.append(
            f"files.register: got {files.register}, which is to be read in parts; set streamed = true "
            "and leave attacks out"
        )
        problems.raise_any()
    register = read_side(files.register, files.register_fields, "register", problems)
    requests = (
        read_side(files.requests, files.requests_fields, "requests", problems)
        if files.requests
        else None
    )
    ids = {"register": files.register_person, "requests": files.requests_person}
    paths = {"register": files.register, "requests": files.requests}
    persons = {
        side: read_persons(paths[side], column, side, problems)
        for side, column in ids.items()
        if column
    }
    if register is not None and requests is not None and not set(register) & set(requests):
        problems.append(
            f"files: the two files have no field in common; the register has "
            f"{listing(register, 12)}, the requests have {listing(requests, 12)}"
        )
    problems.raise_any()
    assert register is not None
    exchange = from_register(
        register, rng=np.random.default_rng([seed, 2]), hold_out=requests is None
    )
    if requests is None:
        return exchange
    if len(persons) < 2:
        return replace(exchange, requests=requests)
    people = same_people(persons)
    return replace(exchange, requests=requests, people=people, truth=Truth(*people))


def from_register(register: pd.DataFrame, *, rng: np.random.Generator, hold_out: bool) -> Exchange:
    """Judge the sharing of one file: the adversary's sources are drawn from the file itself.

    Parameters
    ----------
    register : pandas.DataFrame
        Records.
    rng : numpy.random.Generator
    hold_out : bool
        Keep a tenth of the people out of the release, as a control group.
    """
    everyone = register.set_axis(pd.RangeIndex(len(register)))
    out = rng.random(len(everyone)) < (CONTROL_SHARE if hold_out else 0.0)
    released, kept_out = everyone[~out], everyone[out]
    return Exchange(
        register=released,
        requests=everyone.iloc[:0],
        attributes=pd.DataFrame(index=pd.RangeIndex(len(released))),
        sources=Sources(everyone, None),
        numbers=_number_space_of(everyone),
        years=_years_of(everyone),
        answers=right_answers(released, pd.Series(released.index)),
        control=right_answers(kept_out, pd.Series(kept_out.index)),
        persons=facts_of(everyone, pd.DataFrame(index=released.index)),
        people=None,
        truth=None,
    )


def read_side(
    path: str, fields: Mapping[str, str], what: str, problems: Problems
) -> pd.DataFrame | None:
    """Prepare the records of a file; note what is in the way."""
    try:
        return prepare(path, fields or None, what=what)
    except ValueError as error:
        problems.extend(getattr(error, "problems", [str(error)]))
        return None


def read_persons(path: str, column: str, what: str, problems: Problems) -> pd.Series[Any] | None:
    """Read who each record of a file is about."""
    try:
        frame = read(path)
    except ValueError:
        return None  # named already, as a problem of the records
    problems.choice(f"{what}, column of persons", column, frame.columns)
    return frame[column].astype(TEXT) if column in frame else None


def same_people(persons: dict[str, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Number the persons of both files alike; a missing id is nobody."""
    asked, registered = persons["requests"], persons["register"]
    codes = pd.factorize(pd.concat([asked, registered], ignore_index=True))[0]
    return codes[: len(asked)], codes[len(asked) :]


def _number_space_of(records: pd.DataFrame) -> Space:
    """All numbers as long as the file's usual ones."""
    lengths = records["tin"].str.len().dropna() if "tin" in records else pd.Series([9])
    digits = int(np.clip(lengths.mode().iloc[0], 5, 9)) if len(lengths) else 9
    return number_space([(0, 10**digits)], digits)


def _years_of(records: pd.DataFrame) -> range:
    """Birth years from the file's first to its last, mistyped ones left out."""
    if "date_of_birth" not in records:
        return range(1930, 2010)
    years = records["date_of_birth"].str[:4].dropna().astype(int)
    if years.empty:
        return range(1930, 2010)
    low, high = years.quantile(0.005), years.quantile(0.995)
    return range(int(np.clip(low, 1800, 2200)), int(np.clip(high, 1800, 2200)) + 1)
