"""Further releases of one register: to other recipients, at other times, with and without a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks import Knowledge
from linkage.attacks.differencing import cell_labels, person_cells
from linkage.problems import InputError, Problems
from linkage.schemes import DemoKey, DpCounts, Encoded, KAnonymous, Scheme, Token, View, transcrypt
from linkage.schemes.base import present_fields
from linkage.schemes.reduced import noise
from linkage.schemes.reduced.counts import COUNT, Table
from linkage.schemes.reduced.hierarchies import HIERARCHIES
from linkage.sources import ADDRESS, ARRIVED_A_YEAR, MOVED_A_YEAR, RENAMED_A_YEAR

LEFT_A_YEAR: Final = ARRIVED_A_YEAR
"""Share of a register that leaves it within a year: deaths, departures; prior, so that it keeps its
size."""

WAYS: Final = ("same_key", "other_key", "recipient")
"""How another recipient's codes are made: with the same key; with a key of its own; or as the scheme
provides for another recipient."""

NO_NOISE: Final = 50.0
"""An epsilon at which a count has noise once in 10^21 times."""

MOST_PLAIN: Final = 2
"""Levels of a field, such as sex, that is told or left out: nothing for a recipient to choose."""


def why_not(scheme: Scheme, way: str) -> str:
    """Why a scheme cannot encode for another recipient in this way; empty if it can.

    Examples
    --------
    >>> from linkage.schemes import Hmac, Sha256
    >>> why_not(Hmac(), "recipient"), why_not(Sha256(), "other_key")
    ('', 'sha256 has no key')
    """
    if way == "other_key" and scheme.secret_is is None:
        return f"{scheme.name} has no key"
    if way == "recipient" and not hasattr(scheme, "recipient"):
        return f"{scheme.name} makes the same codes for all recipients"
    return ""


def to_another_recipient(
    scheme: Scheme,
    records: pd.DataFrame,
    *,
    way: str = "same_key",
    share: float = 1.0,
    number: int = 1,
    rng: np.random.Generator,
) -> tuple[Encoded, NDArray[np.int64]]:
    """Encode a register, in another order, for one more recipient.

    Parameters
    ----------
    scheme : Scheme
        With its secret.
    records : pandas.DataFrame
        Prepared records.
    way : {"same_key", "other_key", "recipient"}
        See `WAYS`. Tokens of another recipient are transcrypted from those of the first. Of
        k-anonymous records each recipient gets another field as fine as k allows.
    share : float
        Share of the records that this recipient gets too, 0 to 1.
    number : int
        Which further recipient this is, from 1.
    rng : numpy.random.Generator

    Returns
    -------
    encoded : Encoded
    positions : int array
        For scoring only: of each record, where the other release holds it; -1 for not.

    Raises
    ------
    linkage.InputError
        If the scheme has no such way, naming why.

    Examples
    --------
    >>> from linkage.schemes import Sha256
    >>> people = pd.DataFrame({"tin": ["900123456", "900123457", "900123458"]})
    >>> codes, positions = to_another_recipient(Sha256(), people, rng=np.random.default_rng(0))
    >>> bool((codes.tokens["tin"].to_numpy()[positions] == Sha256().encode(people).tokens["tin"]).all())
    True
    """
    problems = Problems()
    problems.choice("way", way, WAYS)
    problems.share("share", share)
    if not problems and (reason := why_not(scheme, way)):
        problems.append(f"way: got {way!r}, but {reason}; try 'same_key'")
    problems.raise_any()
    taken = rng.permutation(len(records))[: round(share * len(records))]
    theirs = records.iloc[taken]
    fields = present_fields(scheme.fields, records)
    scheme = _drawn_anew(scheme, rng)
    if way == "other_key":
        encoded = scheme.with_secret(DemoKey(rng.bytes(32))).encode_records(theirs, fields)
    elif way == "recipient":
        encoded = _for_recipient(scheme, f"recipient {number}", theirs, fields)
    elif isinstance(scheme, KAnonymous):
        encoded = _favouring(scheme, number, theirs, fields)
    else:
        encoded = scheme.encode_records(theirs, fields)
    positions = np.full(len(records), -1, np.int64)
    positions[taken] = np.arange(len(taken))
    return encoded, positions


def further_releases(
    scheme: Scheme,
    records: pd.DataFrame,
    count: int,
    *,
    way: str = "same_key",
    share: float = 1.0,
    attributes: pd.DataFrame | None = None,
    rng: np.random.Generator,
) -> tuple[tuple[View, ...], NDArray[np.int64]]:
    """Release a register to further recipients, for `Knowledge.releases`.

    Parameters
    ----------
    scheme, records, way, share, rng : see `to_another_recipient`
    count : int
        Recipients, 1 or more.
    attributes : pandas.DataFrame, optional
        What leaves beside the codes, by position in the register.

    Returns
    -------
    releases : tuple of View
    positions : int array
        For scoring only: where the first of them holds each record; -1 for not.
    """
    problems = Problems()
    problems.whole_number("count", count, 1)
    problems.raise_any()
    made = [
        to_another_recipient(scheme, records, way=way, share=share, number=number, rng=rng)
        for number in range(1, count + 1)
    ]
    views = (_with_attributes(encoded, positions, attributes) for encoded, positions in made)
    return tuple(views), made[0][1]


def _with_attributes(
    encoded: Encoded, positions: NDArray[np.int64], attributes: pd.DataFrame | None
) -> View:
    """Put attributes beside the codes of the same people."""
    if attributes is None:
        return encoded.view()
    held = np.flatnonzero(positions >= 0)
    order = held[np.argsort(positions[held])]
    return replace(encoded.view(), attributes=attributes.iloc[order].reset_index(drop=True))


def _drawn_anew(scheme: Scheme, rng: np.random.Generator) -> Scheme:
    """Give a scheme that draws salts, noise or a sample another seed, as each release has."""
    seeded = any(each.name == "seed" for each in dataclass_fields(scheme))  # type: ignore[arg-type]
    return replace(scheme, seed=int(rng.integers(2**62))) if seeded else scheme  # type: ignore[type-var]


def _for_recipient(
    scheme: Scheme, recipient: str, records: pd.DataFrame, fields: tuple[str, ...]
) -> Encoded:
    """Encode as the scheme provides for another recipient."""
    if isinstance(scheme, Token) and scheme.secret is not None:
        return transcrypt(scheme.encode_records(records, fields), recipient, scheme.secret)
    return replace(scheme, recipient=recipient).encode_records(records, fields)  # type: ignore[type-var]


def _favouring(
    scheme: KAnonymous, number: int, records: pd.DataFrame, fields: tuple[str, ...]
) -> Encoded:
    """Tell one field as finely as k allows, another for each recipient; the rest as fits then."""
    fixed = dict(scheme.levels)
    free = [name for name in fields if name not in fixed and len(HIERARCHIES[name]) > MOST_PLAIN]
    for level in HIERARCHIES[free[-number % len(free)]] if free else ():
        levels = (*scheme.levels, (free[-number % len(free)], level))
        try:
            return replace(scheme, levels=levels).encode_records(records, fields)
        except InputError:  # too fine for k
            continue
    return scheme.encode_records(records, fields)


def quarters(
    records: pd.DataFrame, count: int, *, rng: np.random.Generator
) -> tuple[pd.DataFrame, ...]:
    """Give a register as it is in each of some quarters, one after another.

    From one quarter to the next people move to another address of the file, change their surname,
    join and leave (a quarter of `linkage.sources.MOVED_A_YEAR`, `RENAMED_A_YEAR`, `ARRIVED_A_YEAR`
    and of `LEFT_A_YEAR`). Those who join later are kept out of the first quarters. The order differs
    each time.

    Parameters
    ----------
    records : pandas.DataFrame
        Prepared records of all who are there at some time, each with a label of its own.
    count : int
        Quarters, 1 or more.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of pandas.DataFrame
        Labels say who is who, for scoring with `same_person` only; a release leaves them out.

    Examples
    --------
    >>> people = pd.DataFrame({"surname": ["NG", "RUIZ", "LEE"], "zip": ["02139", "10001", "60601"]})
    >>> first, second = quarters(people, 2, rng=np.random.default_rng(0))
    >>> len(first) + len(second) <= 6
    True
    """
    problems = Problems()
    problems.whole_number("count", count, 1)
    problems.raise_any()
    size = len(records)
    joins = np.where(
        rng.random(size) < (count - 1) * ARRIVED_A_YEAR / 4, rng.integers(1, max(count, 2), size), 0
    )
    leaves = joins + rng.geometric(LEFT_A_YEAR / 4, size)
    files = []
    for quarter in range(count):
        if quarter:
            records = _exchanged(records, ADDRESS, MOVED_A_YEAR / 4, rng)
            records = _exchanged(records, ("surname",), RENAMED_A_YEAR / 4, rng)
        there = np.flatnonzero((joins <= quarter) & (quarter < leaves))
        files.append(records.iloc[rng.permutation(there)])
    return tuple(files)


def same_person(left: pd.Index[Any], right: pd.Index[Any]) -> NDArray[np.int64]:
    """Find the same people in two releases, for scoring only.

    Parameters
    ----------
    left, right : pandas.Index
        Labels of the records, as `Encoded.labels` holds them; a label is a person.

    Returns
    -------
    int array
        Of each of the left, its position on the right; -1 for none.

    Examples
    --------
    >>> same_person(pd.Index(["a", "b", "c"]), pd.Index(["c", "a"])).tolist()
    [1, -1, 0]
    """
    return np.asarray(right.get_indexer(left), np.int64)


def _exchanged(
    records: pd.DataFrame, names: tuple[str, ...], share: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Give a share of the records what another has in some columns."""
    present = [name for name in names if name in records]
    donors = np.arange(len(records))
    changed = np.flatnonzero(rng.random(len(records)) < share)
    donors[changed] = rng.integers(max(len(records), 1), size=len(changed))
    return records.assign(**{name: records[name].array.take(donors) for name in present})


def membership_games(
    scheme: Table, records: pd.DataFrame, count: int, *, rng: np.random.Generator
) -> Iterator[tuple[View, Knowledge, bool]]:
    """Play the game that differential privacy is defined by, with two tables.

    For each game a person is drawn from the register. The earlier table counts everybody else; the
    later one counts everybody else too, and in half of the games the person. Noise is drawn for
    each table.

    Parameters
    ----------
    scheme : Counts or DpCounts
    records : pandas.DataFrame
        Prepared records.
    count : int
        Games, 1 or more.
    rng : numpy.random.Generator

    Yields
    ------
    view : View
        The later table.
    knowledge : Knowledge
        The person, as a list of one, and the earlier table.
    joined : bool
        For scoring only: whether the person is in the later table.

    Examples
    --------
    >>> from linkage.schemes import Counts
    >>> people = pd.DataFrame({"sex": ["F"] * 20})
    >>> games = membership_games(Counts(by=(("sex", "sex"),)), people, 2, rng=np.random.default_rng(0))
    >>> [(view.tokens["count"].tolist(), joined) for view, _, joined in games]
    [([20], True), ([19], False)]
    """
    tables = _Tables.of(scheme, records)
    joins = rng.permutation(np.arange(count) % 2 == 0)
    for person, joined in zip(rng.integers(len(records), size=count), joins, strict=True):
        before, after = tables.without(person, rng), tables.without(person, rng, joined=joined)
        listed = records.iloc[[person]]
        yield after, Knowledge(auxiliary=listed, releases=(before,)), bool(joined)


def joining_games(
    scheme: Table, records: pd.DataFrame, count: int, *, rng: np.random.Generator
) -> Iterator[tuple[View, Knowledge, str]]:
    """Play the game of which cell somebody joined, about whom nothing else is known.

    Parameters
    ----------
    scheme, records, count, rng : see `membership_games`

    Yields
    ------
    view : View
        The later table, with the person.
    knowledge : Knowledge
        The person's label without any value, and the earlier table.
    cell : str
        For scoring only: the person's cell, as `linkage.attacks.differencing.cell_labels` writes it.
    """
    tables = _Tables.of(scheme, records)
    for person in rng.integers(len(records), size=count):
        before, after = tables.without(person, rng), tables.without(person, rng, joined=True)
        listed = records.iloc[[person], :0]
        cell = str(tables.labels[tables.cells[person]])
        yield after, Knowledge(auxiliary=listed, releases=(before,)), cell


@dataclass(frozen=True)
class _Tables:
    """Tables of a register without one of its people, each from the counts of everybody.

    Parameters
    ----------
    scheme : Counts or DpCounts
    exact : pandas.DataFrame
        The table of everybody with nothing suppressed and no noise.
    labels : array of str
        Of its cells.
    cells : int array
        Place of each person's cell.
    """

    scheme: Table
    exact: pd.DataFrame
    labels: NDArray[Any]
    cells: NDArray[np.int64]

    @classmethod
    def of(cls, scheme: Table, records: pd.DataFrame) -> _Tables:
        fields = present_fields(scheme.fields, records)
        if isinstance(scheme, DpCounts):
            whole: Table = replace(scheme, epsilon=NO_NOISE, clamp=False, seed=0)
        else:
            whole = replace(scheme, smallest=1)  # type: ignore[call-arg]
        view = whole.encode_records(records, fields).view()
        labels = cell_labels(view.tokens)
        cells = pd.Index(labels).get_indexer(pd.Index(person_cells(view, records)))
        return cls(scheme, view.tokens, labels.to_numpy(), cells.astype(np.int64))

    def without(
        self, person: int, rng: np.random.Generator, *, joined: np.bool_ | bool = False
    ) -> View:
        """Tell the table of all others, or, if the person joined them, of everybody."""
        counts = self.exact[COUNT].to_numpy(np.int64, copy=True)
        counts[self.cells[person]] -= not joined
        if isinstance(self.scheme, DpCounts):
            counts += noise.draw(len(counts), self.scheme.epsilon, rng=rng)
            told = pd.array(np.maximum(counts, 0) if self.scheme.clamp else counts, "Int64")
            table = self.exact.assign(**{COUNT: told})
        else:
            told = pd.array(counts, "Int64")
            told[counts < self.scheme.smallest] = pd.NA  # type: ignore[attr-defined]
            table = self.exact.assign(**{COUNT: told})[counts > 0].reset_index(drop=True)
        return self.scheme.released(table).view()
