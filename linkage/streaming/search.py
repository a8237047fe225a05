"""Link requests with a register that passes by, by the model: what is learned, kept and decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from linkage.linking.blocking import Candidates, Rule
from linkage.linking.codes import Positions, share_codes
from linkage.linking.comparisons import Comparison, default_comparisons, exact_comparisons
from linkage.linking.evidence import CLASSES, FINENESS, Bits, Evidence, Patterns
from linkage.linking.fitting import Fitted, fit_records
from linkage.linking.rules import PAIRS_AT_LEAST, choose_rules
from linkage.linking.weights import HOUSEHOLD, FellegiSunter
from linkage.records import TEXT
from linkage.streaming.joins import Forms, Join, joins, pairs_of
from linkage.streaming.shares import Added, Columns, Found, Shares, Values, rarity_of
from linkage.streaming.value_hashes import FormHashes, joint_hashes

PAIRS_A_REQUEST: Final = 20
"""Pairs to look for: so many for each request, and `linkage.linking.rules.PAIRS_AT_LEAST`; a third
of what is looked for in files that are held, as little more is found by the rest."""

WORTH_KEEPING: Final = 0.1
"""Least probability of a pair that is kept, with its values as rare as they may well be: by how rare
they are in the end, most of these have far less."""

LEARNED_FROM: Final = 60_000
"""Records of each piece of a sample, evenly spaced, from which the model learns at first."""


@dataclass(frozen=True, eq=False)
class Search:
    """What is needed to look for requests in any piece of a register.

    Parameters
    ----------
    requests : pandas.DataFrame
        Prepared records or tokens, of the fields that both files have, as categories.
    records : int
        Of the whole register, about.
    rules : tuple of tuple of str
    joins : tuple of Join
    comparisons : list of Comparison
    values : Values
    first : FellegiSunter
        Learned from a sample of the register.
    likely, rare : Shares
        How rare values are by that sample: most likely, and as far as it may well be.
    likely_of, rare_of : dict of columns to array
        The same of each request.
    remembered : FormHashes
        What was seen in other pieces.
    """

    requests: pd.DataFrame
    records: int
    rules: tuple[Rule, ...]
    joins: tuple[Join, ...]
    comparisons: list[Comparison]
    values: Values
    first: FellegiSunter
    likely: Shares
    rare: Shares
    likely_of: Mapping[Columns, Bits]
    rare_of: Mapping[Columns, Bits]
    remembered: FormHashes = field(default_factory=FormHashes, repr=False)

    @classmethod
    def prepare(
        cls,
        requests: pd.DataFrame,
        sample: Iterable[pd.DataFrame],
        *,
        records: int,
        tokens: bool = False,
        rules: Sequence[Rule] | None = None,
        rng: np.random.Generator,
    ) -> Search:
        """Choose where to look, and learn from some pieces of the register what to look for.

        Parameters
        ----------
        requests : pandas.DataFrame
            Of the fields that both files have.
        sample : iterable of pandas.DataFrame
            Pieces of the register, evenly spaced; read once.
        records : int
            Of the whole register.
        tokens : bool
            Whether columns are codes, of which only equality tells something.
        rules : sequence of tuple of str, optional
        rng : numpy.random.Generator
        """
        requests = numbered(requests.reset_index(drop=True))
        compare = exact_comparisons if tokens else default_comparisons
        comparisons = compare(list(map(str, requests)))
        remembered = FormHashes()
        asked = Forms(requests, remembered)
        values = Values.of(comparisons, asked.joint, records=records)
        counts, some, rows = [], [], 0
        for whole in sample:
            piece = whole.reindex(columns=requests.columns)
            counts.append(values.count(values.find(Forms(piece).joint)))
            rows += len(piece)
            some.append(piece.iloc[:: -(-len(piece) // LEARNED_FROM)])
        likely, rare = (
            Shares.of_sample(counts, more=records / max(rows, 1), careful=careful)
            for careful in (False, True)
        )
        found = list(values.find(asked.joint))
        likely_of, rare_of = (each.by_record(found) for each in (likely, rare))
        del found
        learned = stacked(some)
        if rules is None:
            choice = choose_rules(
                requests,
                learned,
                budget=PAIRS_AT_LEAST + PAIRS_A_REQUEST * len(requests),
                records=records,
                keys=not tokens,
            )
            rules = choice.rules
        some_of = Forms(learned, remembered)
        made = joins(rules, asked, some_of, records=records)
        pairs = pairs_of(made, some_of)[0]
        fitted = fit_records(
            requests,
            learned,
            comparisons=comparisons,
            rules=rules,
            candidates=Candidates(pairs[:, 0], pairs[:, 1], pd.DataFrame()),
            rng=rng,
        )
        return cls(
            requests,
            records,
            tuple(rules),
            made,
            comparisons,
            values,
            fitted.model,
            likely,
            rare,
            likely_of,
            rare_of,
        )

    def look(self, records: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Find the pairs of a piece of the register that may turn out to be links.

        Returns
        -------
        dict of pandas.DataFrame
            ``pairs`` (request, record: row of the piece, likely: more likely a match than not),
            ``rules`` (pairs of each), ``counts`` (see `Counts.frame`) and ``patterns`` of the pairs
            that are not kept.
        """
        records = records.reindex(columns=self.requests.columns)
        forms = Forms(records, self.remembered)
        pairs, by_rule = pairs_of(self.joins, forms)
        values = list(self.values.find(forms.joint))
        kept, patterns, likely = self._weighed(pairs, records, values)
        found = {"request": pairs[kept, 0], "record": pairs[kept, 1], "likely": likely}
        return {
            "pairs": pd.DataFrame(found),
            "rules": pd.DataFrame(
                {"rule": range(len(by_rule) + 1), "pairs": [*by_rule, len(pairs)]}
            ),
            "counts": self.values.count(values).frame(),
            "patterns": patterns,
        }

    def _weighed(
        self, pairs: NDArray[np.int64], records: pd.DataFrame, values: Sequence[Found]
    ) -> tuple[NDArray[np.intp], pd.DataFrame, NDArray[np.bool_]]:
        """Weigh pairs by what the sample taught; tell which to keep, and what the others are like."""
        asked, i = np.unique(pairs[:, 0], return_inverse=True)
        there, j = np.unique(pairs[:, 1], return_inverse=True)
        left, right = share_codes(taken(self.requests, asked), taken(records, there))
        likely, rare = (
            rarity_of(_some(ours, asked), _some(shares.by_record(values), there))
            for ours, shares in ((self.likely_of, self.likely), (self.rare_of, self.rare))
        )
        evidence = Evidence(left, right, self.comparisons, HOUSEHOLD, rarity_of=rare)
        measured = evidence.measure(i.astype(np.int64), j.astype(np.int64))
        prior = self.first.prior
        log_odds = self.first.score(evidence, measured) + np.log2(prior / (1 - prior))
        keep = log_odds >= np.log2(WORTH_KEEPING / (1 - WORTH_KEEPING))
        kept, rest = np.flatnonzero(keep), np.flatnonzero(~keep)
        dropped = evidence.with_rarity(likely).measure(i[rest], j[rest])
        return kept, _as_frame(evidence.count_patterns(dropped)), log_odds[kept] > 0

    def finish(
        self,
        records: pd.DataFrame,
        pairs: tuple[Positions, Positions],
        findings: Findings,
    ) -> Fitted:
        """Learn from all pieces, and weigh the pairs that were kept.

        Parameters
        ----------
        records : pandas.DataFrame
            Prepared records that were kept, of all pieces.
        pairs : (int array, int array)
            Requests, and positions in ``records``.
        findings : Findings
            Of all pieces.
        """
        counts = findings.counts.counts()
        records = records[list(self.requests.columns)]
        left, right = share_codes(self.requests, records)
        shares = Shares.of(counts)
        rare = [
            shares.by_record(self.values.find(partial(joint_hashes, each)))
            for each in (left, right)
        ]
        evidence = Evidence(left, right, self.comparisons, HOUSEHOLD, rarity_of=rarity_of(*rare))
        measured = evidence.measure(*pairs)
        fewer = min(len(left), self.records)
        model = FellegiSunter(
            self.comparisons,
            self.first.random,
            all_pairs=len(left) * self.records,
            most_matches=fewer,
            start_matches=fewer / 2,
            by_chance=[
                self.values.by_chance(*columns, counts) if len(columns) == 1 else None
                for columns in (each.levels[0].agrees_on for each in self.comparisons)
            ],
        )
        model.fit(_together([evidence.count_patterns(measured), *findings.patterns]))
        order = np.lexsort((pairs[1], pairs[0]))
        candidates = Candidates(pairs[0][order], pairs[1][order], self._table(findings))
        weight = model.score(evidence, measured)[order]
        return Fitted(evidence, candidates, self.rules, model, weight, (len(left), self.records))

    def _table(self, findings: Findings) -> pd.DataFrame:
        names = [" + ".join(rule) for rule in self.rules]
        pairs = findings.by_rule[:-1]
        return pd.DataFrame({"rule": names, "pairs": pairs, "split_blocks": 0, "skipped_pairs": 0})


class Findings:
    """What a search found in pieces of a register, added up one after another.

    Parameters
    ----------
    search : Search

    Attributes
    ----------
    pairs : list of pandas.DataFrame
        That were kept, a frame a piece.
    patterns : list of pandas.DataFrame
        Of pairs that were not kept.
    counts : Added
        Of values.
    by_rule : (rules + 1,) int array
        Pairs of each rule, and in the end of all, each once.
    """

    def __init__(self, search: Search) -> None:
        self.pairs: list[pd.DataFrame] = []
        self.patterns: list[pd.DataFrame] = []
        self.counts = Added(search.values)
        self.by_rule = np.zeros(len(search.rules) + 1, np.int64)

    def add(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Add what `Search.look` found in pieces."""
        self.pairs.append(frames["pairs"])
        self.patterns.append(frames["patterns"])
        self.counts.add(frames["counts"])
        np.add.at(self.by_rule, frames["rules"]["rule"], frames["rules"]["pairs"])


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames of the same columns; categories become those of all."""
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)

    def column(name: str) -> Any:
        parts = [frame[name] for frame in frames]
        if all(isinstance(part.dtype, pd.CategoricalDtype) for part in parts):
            return union_categoricals(parts)
        return pd.concat([part.astype(TEXT) for part in parts], ignore_index=True)

    return pd.DataFrame({name: column(name) for name in map(str, frames[0].columns)})


def taken(records: pd.DataFrame, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Take some rows as categorical columns of no more values than they have.

    Examples
    --------
    >>> few = taken(pd.DataFrame({"zip": ["02139", "10001", None]}), np.array([1, 2]))
    >>> few["zip"].cat.categories.tolist(), few["zip"].cat.codes.tolist()
    (['10001'], [0, -1])
    """

    def column(whole: pd.Series[Any]) -> pd.Categorical:
        if not isinstance(whole.dtype, pd.CategoricalDtype):
            codes, values = pd.factorize(whole.take(rows))
        else:
            codes, used = pd.factorize(whole.cat.codes.to_numpy()[rows])
            known = used >= 0
            codes = np.where(known, np.cumsum(known) - 1, -1)[codes]
            values = whole.cat.categories[used[known]]
        return pd.Categorical.from_codes(codes, categories=pd.Index(values, dtype=object))

    return pd.DataFrame({name: column(records[name]) for name in records})


def numbered(records: pd.DataFrame) -> pd.DataFrame:
    """Write columns as categories, whose values stay as they are kept: in few pieces of memory.

    Examples
    --------
    >>> numbered(pd.DataFrame({"zip": ["02139", "02139", None]}))["zip"].cat.codes.tolist()
    [0, 0, -1]
    """

    def column(whole: pd.Series[Any]) -> Any:
        if isinstance(whole.dtype, pd.CategoricalDtype):
            return whole
        codes, values = pd.factorize(whole.astype(TEXT))
        return pd.Categorical.from_codes(codes, categories=pd.Index(values))

    return pd.DataFrame({name: column(records[name]) for name in records}, index=records.index)


def _some(bits: Mapping[Columns, Bits], rows: NDArray[np.intp]) -> dict[Columns, Bits]:
    return {columns: each[rows] for columns, each in bits.items()}


_BITS: Final = ("rarity", "kinship")


def _as_frame(patterns: Patterns) -> pd.DataFrame:
    levels = pd.DataFrame(patterns.levels, columns=list(map(str, range(patterns.levels.shape[1]))))
    return levels.assign(counts=patterns.counts, rarity=patterns.rarity, kinship=patterns.kinship)


def _together(parts: Sequence[Patterns | pd.DataFrame]) -> Patterns:
    """Add patterns up: one for each vector and class of rarity."""
    frames = [_as_frame(part) if isinstance(part, Patterns) else part for part in parts]
    table = pd.concat(frames, ignore_index=True)
    levels = [name for name in table if name not in ("counts", *_BITS)]
    table["class"] = np.minimum(table["rarity"] / FINENESS, CLASSES - 1).astype(np.int64)
    for name in _BITS:
        table[name] *= table["counts"]
    added = table.groupby([*levels, "class"], as_index=False).sum()
    counts = added["counts"].to_numpy(np.float64)
    rarity, kinship = (added[name].to_numpy(np.float64) / counts for name in _BITS)
    return Patterns(added[levels].to_numpy(np.int8), counts, rarity, kinship)
