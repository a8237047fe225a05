"""Candidate pairs: records that agree on at least one of several sets of fields."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from recordlinkage.base import BaseIndexAlgorithm

from linkage.linking.codes import combined_codes

Rules = tuple[tuple[str, ...], ...]

DEFAULT_RULES: Final[Rules] = (
    ("tin",),
    ("date_of_birth",),
    ("given_name", "surname"),
    ("surname", "zip"),
    ("given_name", "zip"),
    ("surname", "street_number"),
    ("street_name", "street_number"),
)
"""Each rule survives an error that breaks the others; none rests on one short field alone."""


COARSE: Final = 10
"""Candidates a record from which a column of codes is too coarse to block on alone."""


def usable_rules(columns: pd.Index[str], rules: Rules = DEFAULT_RULES) -> Rules:
    """Keep the rules whose fields are all there; without any, every field is a rule.

    Examples
    --------
    >>> usable_rules(pd.Index(["surname", "zip", "sex"]))
    (('surname', 'zip'),)
    """
    kept = tuple(rule for rule in rules if set(rule) <= set(columns))
    return kept or tuple((column,) for column in columns)


def token_rules(left: pd.DataFrame, right: pd.DataFrame) -> Rules:
    """Choose blocking rules for columns of codes: identifying ones alone, coarse ones together.

    A coarse column is one on which a record agrees with more than ten others on average; alone
    it makes many candidates and never a link.

    Examples
    --------
    >>> file = pd.DataFrame({"tin": range(40), "sex": ["F", "M"] * 20, "zip": ["1"] * 40})
    >>> token_rules(file, file)
    (('tin',), ('sex', 'zip'))
    """
    alone: list[str] = []
    coarse: list[str] = []
    for column in left.columns:
        codes = combined_codes(left[[column]], right[[column]])
        size = int(max(part.max(initial=-1) for part in codes)) + 1
        counts = [np.bincount(part[part >= 0], minlength=size) for part in codes]
        expected = float(counts[0] @ counts[1]) / max(len(left), 1)
        (alone if expected <= COARSE else coarse).append(str(column))
    return (*((column,) for column in alone), *([tuple(coarse)] if coarse else []))


def position_pairs(
    left: NDArray[np.int64], right: NDArray[np.int64], labels: pd.Index[Any], others: pd.Index[Any]
) -> pd.MultiIndex:
    """Write pairs of positions as recordlinkage wants pairs, without looking any label up."""
    levels: list[Any] = [labels, others]
    codes: list[Any] = [left, right]
    return pd.MultiIndex(levels=levels, codes=codes, verify_integrity=False)


class AnyAgreement(BaseIndexAlgorithm):  # type: ignore[misc]
    """Index algorithm for recordlinkage: the union of several blocking rules, no pair twice.

    Parameters
    ----------
    rules : tuple of tuple of str
        A pair is a candidate when it agrees on every field of at least one rule.
        Missing values agree with nothing.
    largest_block : int
        A value shared by so many that it makes more pairs than this (a placeholder, say)
        makes none; `skipped_pairs` counts them. They are misses, not non-matches.

    Examples
    --------
    >>> import recordlinkage
    >>> left = pd.DataFrame({"zip": ["1", "2"], "surname": ["A", "B"]})
    >>> right = pd.DataFrame({"zip": ["2", "2"], "surname": ["A", "C"]})
    >>> index = recordlinkage.Index([AnyAgreement((("zip",), ("surname",)))])
    >>> index.index(left, right).tolist()
    [(0, 0), (1, 0), (1, 1)]
    """

    def __init__(self, rules: Rules, *, largest_block: int = 250_000) -> None:
        super().__init__()
        self.rules = rules
        self.largest_block = largest_block
        self.skipped_pairs = 0

    def _link_index(self, left: pd.DataFrame, right: pd.DataFrame) -> pd.MultiIndex:
        self.skipped_pairs = 0
        keys = [self._agreeing(left[list(rule)], right[list(rule)]) for rule in self.rules]
        positions = np.unique(np.concatenate(keys))
        return position_pairs(*np.divmod(positions, len(right)), left.index, right.index)

    def _agreeing(self, left: pd.DataFrame, right: pd.DataFrame) -> NDArray[np.int64]:
        """Pairs that agree on all columns, as left position x len(right) + right position."""
        codes_left, codes_right = combined_codes(left, right)
        size = int(max(codes_left.max(), codes_right.max())) + 1
        if size == 0:
            return np.empty(0, np.int64)
        count_left = np.bincount(codes_left[codes_left >= 0], minlength=size)
        count_right = np.bincount(codes_right[codes_right >= 0], minlength=size)
        pairs = count_left * count_right
        too_large = pairs > self.largest_block
        self.skipped_pairs += int(pairs[too_large].sum())

        by_code = np.argsort(codes_right, kind="stable")[np.count_nonzero(codes_right < 0) :]
        start = np.cumsum(count_right) - count_right
        rows = np.flatnonzero(codes_left >= 0)
        rows = rows[~too_large[codes_left[rows]]]
        repeats = count_right[codes_left[rows]]
        row_start = np.cumsum(repeats) - repeats
        within = np.arange(int(repeats.sum())) - np.repeat(row_start, repeats)
        partner = by_code[np.repeat(start[codes_left[rows]], repeats) + within]
        return np.repeat(rows, repeats) * len(right) + partner
