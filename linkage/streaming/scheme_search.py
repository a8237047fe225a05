"""Search a register that passes by as schemes encode it, and keep apart what each finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from joblib import Parallel
from joblib.externals.loky.process_executor import TerminatedWorkerError
from numpy.typing import NDArray

from linkage.engine import let_go, task
from linkage.linking.blocking import Rule
from linkage.linking.codes import Positions
from linkage.linking.fitting import Fitted
from linkage.schemes import Plain, Scheme
from linkage.schemes.base import JOIN, present_fields
from linkage.schemes.digests import TokenScheme
from linkage.streaming.passes import PAIRS
from linkage.streaming.search import Findings, Search, numbered
from linkage.streaming.shipping import Dock, Shipped


@dataclass(frozen=True, eq=False)
class SchemeSearch:
    """A search among records as a scheme encodes them.

    Parameters
    ----------
    scheme : Scheme
        With its secret.
    fields : tuple of str
        What both sides encode.
    search : Search
    """

    scheme: Scheme
    fields: tuple[str, ...]
    search: Search

    @classmethod
    def prepare(
        cls,
        scheme: Scheme,
        requests: pd.DataFrame,
        sample: Sequence[pd.DataFrame],
        *,
        records: int,
        rules: Sequence[Rule] | None = None,
        rng: np.random.Generator,
    ) -> SchemeSearch | None:
        """Encode both sides and prepare the search; None where they share nothing it encodes.

        Parameters
        ----------
        scheme : Scheme
        requests : pandas.DataFrame
            Prepared records.
        sample : sequence of pandas.DataFrame
            Prepared records of pieces of the register.
        records, rules, rng : see `Search.prepare`
        """
        columns = {name for piece in sample for name in piece.columns} & set(requests.columns)
        fields = present_fields(scheme.fields, requests[[c for c in requests if c in columns]])
        if not fields:
            return None
        search = Search.prepare(
            scheme.asking().encode_records(requests, fields).tokens,
            (_encoded(scheme, fields, piece) for piece in sample),
            records=records,
            tokens=scheme.linked_by == "tokens",
            rules=rules,
            rng=rng,
        )
        return cls(scheme, fields, search)

    def look(self, records: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Look through a piece of the register, prepared records; see `Search.look`."""
        return self.search.look(_encoded(self.scheme, self.fields, records))

    def finish(
        self,
        records: pd.DataFrame,
        pairs: tuple[Positions, Positions],
        findings: Findings,
        count: int,
    ) -> Fitted:
        """Weigh the pairs that were kept; see `Search.finish`."""
        kept = _encoded(self.scheme, self.fields, records)
        return replace(self.search, records=count).finish(kept, pairs, findings)


def _encoded(scheme: Scheme, fields: tuple[str, ...], records: pd.DataFrame) -> pd.DataFrame:
    """Encode records, of which a piece may lack a field, as categories; plain ones stay as they are."""
    parts = list(dict.fromkeys(part for entry in fields for part in entry.split(JOIN)))
    records = records.reindex(columns=parts)
    if isinstance(scheme, Plain):
        return records
    if isinstance(scheme, TokenScheme):
        return scheme.encode_coded(records, fields)
    return numbered(scheme.encode_records(records, fields).tokens)


PARTS: Final = (PAIRS, "rules", "counts", "patterns")
"""Frames that a search gives of a piece; see `Search.look`."""


def unlinkable(scheme: Scheme) -> str:
    """Say why a scheme's codes are not linked in a register that passes by; empty if they are.

    Examples
    --------
    >>> unlinkable(Plain())
    ''
    """
    if scheme.linked_by == "nothing":
        return scheme.description.linking
    if scheme.linked_by not in ("fields", "tokens"):
        return "only fields and codes of which equal ones are weighed are linked in a register that passes by"
    if not scheme.record_by_record:
        return "its codes follow from all records of a file, and a register that passes by is never held"
    return ""


def look_by_all(
    searches: Mapping[str, Shipped[SchemeSearch]],
    records: pd.DataFrame,
    ids: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> dict[str, pd.DataFrame]:
    """Look through a piece under each scheme; name what is found by scheme, and records by ids.

    Parameters
    ----------
    searches : mapping of str to Shipped
    records : pandas.DataFrame
        Prepared.
    ids : (records,) int array
    kept : (records,) bool array
        In which records that are in a pair are marked.
    """
    told: dict[str, pd.DataFrame] = {}
    for name, search in searches.items():
        frames = search.work.look(records)
        rows = frames[PAIRS]["record"].to_numpy()
        kept[rows] = True
        named = {**frames, PAIRS: frames[PAIRS].assign(record=ids[rows])}
        told |= {f"{name}.{part}": frame for part, frame in named.items()}
    return told


def prepare_all(
    schemes: Mapping[str, Scheme],
    requests: pd.DataFrame,
    sample: Sequence[pd.DataFrame],
    *,
    records: int,
    rules: Sequence[Rule] | None = None,
    seed: int,
    place: Dock,
    jobs: int,
) -> dict[str, Shipped[SchemeSearch]]:
    """Prepare a search under each scheme that encodes something both files have.

    Parameters
    ----------
    schemes : mapping of str to Scheme
    requests, sample, records, rules : see `SchemeSearch.prepare`
    seed : int
    place : Dock
        From which searches are shipped.
    jobs : int
        Processes; a scheme is prepared in one.
    """
    if not schemes:
        return {}
    given = place.ship((requests, sample))
    del requests, sample
    about = (records, rules, seed, place)
    tasks = [task(_prepare, scheme, given, *about) for scheme in schemes.values()]
    try:
        made = Parallel(n_jobs=min(jobs, len(tasks)))(tasks)
    except TerminatedWorkerError:  # perhaps for want of memory
        made = Parallel(n_jobs=1)(tasks)
    let_go()
    return {name: search for name, search in zip(schemes, made, strict=True) if search is not None}


def _prepare(
    scheme: Scheme,
    given: Shipped[tuple[pd.DataFrame, Sequence[pd.DataFrame]]],
    records: int,
    rules: Sequence[Rule] | None,
    seed: int,
    place: Dock,
) -> Shipped[SchemeSearch] | None:
    rng = np.random.default_rng([seed, 4])
    search = SchemeSearch.prepare(scheme, *given.work, records=records, rules=rules, rng=rng)
    return None if search is None else place.ship(search)


class Gathered:
    """What `look_by_all` found in pieces, added up one after another.

    Parameters
    ----------
    searches : mapping of str to Shipped

    Attributes
    ----------
    by_scheme : dict of str to (SchemeSearch, Findings)
    """

    def __init__(self, searches: Mapping[str, Shipped[SchemeSearch]]) -> None:
        self.by_scheme = {
            name: (search.work, Findings(search.work.search)) for name, search in searches.items()
        }

    def take(self, pieces: Iterable[dict[str, pd.DataFrame]]) -> Iterator[dict[str, pd.DataFrame]]:
        """Take out of each piece what was found under a scheme, and pass on the rest."""
        for piece in pieces:
            for name, (_, findings) in self.by_scheme.items():
                named = {part: f"{name}.{part}" for part in PARTS}
                findings.add({part: piece.pop(frame) for part, frame in named.items()})
            yield piece


class Weighed:
    """What was found under each scheme when all of a register has passed by.

    Parameters
    ----------
    gathered : Gathered
        Of all pieces.
    records, ids : pandas.DataFrame, pandas.Index
        Prepared records that were kept, of all pieces, and the ids that pairs call them.
    count : int
        Records of the whole register.
    """

    def __init__(
        self, gathered: Gathered, records: pd.DataFrame, ids: pd.Index[Any], count: int
    ) -> None:
        self._gathered, self._count = gathered, count
        self._records, self._ids = records.reset_index(drop=True), ids

    def __contains__(self, scheme: str) -> bool:
        return scheme in self._gathered.by_scheme

    def compared(self, scheme: str) -> int:
        """Count the pairs that were compared."""
        return int(self._gathered.by_scheme[scheme][1].by_rule[-1])

    def fit(self, scheme: str) -> Fitted:
        """Weigh the pairs that were kept once more; they are many, so that nothing holds them here."""
        search, findings = self._gathered.by_scheme[scheme]
        pairs = pd.concat(findings.pairs, ignore_index=True)
        places = self._ids.get_indexer(pd.Index(pairs["record"])).astype(np.int64)
        which = pairs["request"].to_numpy(np.int64), places
        paired = np.zeros(len(self._records), np.bool_)
        paired[places] = True
        records = self._records[paired].reindex(self._records.index)
        return search.finish(records, which, findings, self._count)
