"""Candidate pairs: records that agree on at least one of several rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.codes import Positions
from linkage.linking.joining import (
    LARGEST,
    AnyCodes,
    Blocks,
    Files,
    Matched,
    Rule,
    possible_keys,
)

__all__ = ["Candidates", "Rule", "candidate_pairs", "completeness", "rule_agreements"]

LARGEST_BLOCK: Final = 250_000
"""Pairs that one value of a rule may make before more agreement is asked for."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Pairs worth comparing.

    Parameters
    ----------
    left, right : (pairs,) int arrays
        Positions in the two files, sorted by left, then right; no pair twice. Within one file,
        left < right.
    table : pandas.DataFrame
        Of each rule: `pairs` it makes, `split_blocks` (values that make more than the largest
        block allowed) and `skipped_pairs`: those that agree on the rule in such a block and that
        the rule does not make. They are misses, not non-matches.
    """

    left: Positions
    right: Positions
    table: pd.DataFrame


def candidate_pairs(
    left: pd.DataFrame,
    right: pd.DataFrame | None,
    rules: Sequence[Rule],
    *,
    largest_block: int = LARGEST_BLOCK,
) -> Candidates:
    """Find all pairs that agree on at least one rule; missing values agree with nothing.

    A value that makes more than `largest_block` pairs (a placeholder, say) is split: a pair must
    then agree on one more column, and of each such column the rarest values make pairs, up to
    `largest_block` together.

    Parameters
    ----------
    left, right : pandas.DataFrame
        With columns of the same names; fastest with categories that both share, as `share_codes`
        gives them. Without a right, or with one frame twice: pairs within it.
    rules : sequence of tuple of str
        A pair agrees on a rule when it agrees on all columns and keys named there.
    largest_block : int

    Returns
    -------
    Candidates

    Raises
    ------
    linkage.InputError
        If a rule names what is neither a column of both nor a key of one.

    Examples
    --------
    >>> left = pd.DataFrame({"zip": ["1", "2"], "surname": ["VASQUEZ", "NG"]})
    >>> right = pd.DataFrame({"zip": ["2", "2"], "surname": ["VELEZ VAZQUEZ", "LI"]})
    >>> found = candidate_pairs(left, right, [("zip",), ("surname_sound",)])
    >>> list(zip(found.left.tolist(), found.right.tolist()))
    [(0, 0), (1, 0), (1, 1)]
    """
    files = Files.of(left, right, rules)
    made = [_pairs_of(files, rule, largest_block) for rule in rules]
    table = pd.DataFrame(
        {
            "rule": [" + ".join(rule) for rule in rules],
            "pairs": [len(pairs) for pairs, _, _ in made],
            "split_blocks": [split for _, split, _ in made],
            "skipped_pairs": [skipped for _, _, skipped in made],
        }
    )
    union = _each_once([pairs for pairs, _, _ in made])
    return Candidates(*files.unpacked(union), table)


def rule_agreements(
    left: pd.DataFrame,
    right: pd.DataFrame | None,
    rules: Sequence[Rule],
    i: Positions,
    j: Positions,
) -> NDArray[np.bool_]:
    """Tell which rules each of some pairs agrees on.

    Returns
    -------
    (pairs, rules) bool array

    Examples
    --------
    >>> file = pd.DataFrame({"zip": ["02139", "02138"], "sex": ["F", "F"]})
    >>> rule_agreements(file, None, [("zip",), ("zip_start", "sex")], [0], [1]).tolist()
    [[False, True]]
    """
    files = Files.of(left, right, rules)
    agree = {name: part.agree(i, j) for name, part in files.parts.items()}
    columns = [np.logical_and.reduce([agree[name] for name in rule]) for rule in rules]
    return np.stack(columns, axis=1) if columns else np.empty((len(i), 0), np.bool_)


def count_pairs(files: Files, rule: Rule, *, largest_block: int = LARGEST_BLOCK) -> int:
    """Count the pairs a rule makes, without making them; one that comes twice counts twice."""
    matched = files.matched(rule)
    sizes = matched.sizes()
    large = sizes > largest_block
    total = int(sizes[~large].sum())
    for part, kept in _split(files, rule, matched, sizes, largest_block):
        total += int(part.sizes()[kept].sum())
    return total


def _pairs_of(files: Files, rule: Rule, largest_block: int) -> tuple[Positions, int, int]:
    """Pairs of one rule, each once and as one number; blocks split; pairs skipped."""
    matched = files.matched(rule)
    sizes = matched.sizes()
    large = sizes > largest_block
    made = files.packed(*matched.pairs(~large))
    parts = [files.parts[name] for name in rule]
    if any(len(part.slots) > 1 for part in parts):
        made = _each_once([made])
    split = [
        files.packed(*part.pairs(kept))
        for part, kept in _split(files, rule, matched, sizes, largest_block)
    ]
    inside = _each_once(split)
    skipped = int(sizes[large].sum()) - len(inside)
    if len(inside):
        made = _each_once([made, inside])
    if possible_keys(parts) > LARGEST:
        i, j = files.unpacked(made)
        same = i == j if files.alone else np.zeros(len(made), np.bool_)
        made = made[np.logical_and.reduce([~same, *(part.agree(i, j) for part in parts)])]
    return made, int(np.count_nonzero(large)), skipped


def _split(
    files: Files, rule: Rule, matched: Matched, sizes: Positions, largest_block: int
) -> Iterator[tuple[Matched, NDArray[np.bool_]]]:
    """Join the records of large blocks on one more column, each in turn; with blocks to keep."""
    large = sizes > largest_block
    if not large.any():
        return
    inside = np.flatnonzero(large[matched.block])
    rows, block = matched.rows[inside], matched.block[inside]
    others, block_of_others = matched.blocks.rows, matched.blocks.of_rows()
    among = np.flatnonzero(large[block_of_others])
    others, block_of_others = others[among], block_of_others[among]
    read = {column for name in rule for column in files.parts[name].names}
    for column in (column for column in files.columns if column not in read):
        part = files.parts[column]
        keys = _with_code(block_of_others, part.right[0][others], part.size)
        known = keys >= 0
        blocks = Blocks.of(others[known], keys[known], len(large) * part.size)
        if files.alone:
            found = blocks.within()
        else:
            found = blocks.match([(0, _with_code(block, part.left[0][rows], part.size))])
            found = replace(found, rows=rows[found.rows])
        yield found, rarest(found.sizes(), blocks.keys // part.size, largest_block)


def rarest(sizes: Positions, block: Positions, largest_block: int) -> NDArray[np.bool_]:
    """Which parts of each block, the smallest first, have no more pairs than allowed together."""
    order = np.lexsort((sizes, block))
    so_far = np.cumsum(sizes[order])
    begins = np.searchsorted(block[order], block[order])
    so_far -= np.append(0, so_far)[begins]
    kept = np.empty(len(sizes), np.bool_)
    kept[order] = so_far <= largest_block
    return kept


def _with_code(block: Positions, codes: AnyCodes, size: int) -> Positions:
    return np.where(codes < 0, -1, block * size + codes)


def _each_once(made: Sequence[Positions]) -> Positions:
    """Sort numbers, which come in ascending runs, and drop those that come again."""
    together = np.concatenate(made) if made else np.empty(0, np.int64)
    together.sort(kind="stable")
    new = np.empty(len(together), np.bool_)
    new[:1] = True
    np.not_equal(together[1:], together[:-1], out=new[1:])
    return together if new.all() else together[new]


def completeness(
    agreements: NDArray[np.bool_], rules: Sequence[Rule], weight: NDArray[np.float64] | None = None
) -> tuple[pd.DataFrame, float, str]:
    """Judge from the matches found how many matches no rule found, by capture and recapture.

    A match that one rule alone found was nearly missed. Of matches found by exactly one rule (f1)
    and by exactly two (f2), Chao's lower bound of those that none found is f1^2 / (2 f2)
    (Chao 1987, Biometrics 43(4), doi:10.2307/2531532).

    Parameters
    ----------
    agreements : (matches, rules) bool array
        See `rule_agreements`.
    rules : sequence of tuple of str
    weight : (matches,) array, optional
        Probability that each is a match; 1 when None.

    Returns
    -------
    table : pandas.DataFrame
        Of each rule: `matches` it found, `alone` (that no other found), and `completeness`, the
        share it found of the matches that any other found; NaN where the others found none.
    missed : float
        Estimated share of all matches that no rule finds, at least; NaN if it cannot be told.
    reason : str
        Why it cannot be told, else empty.

    Examples
    --------
    >>> agreements = np.array([[True, True]] * 8 + [[True, False]] * 4)
    >>> table, missed, _ = completeness(agreements, [("zip",), ("tin",)])
    >>> table["completeness"].tolist(), round(missed, 3)
    ([1.0, 0.6666666666666666], 0.077)
    """
    weight = np.ones(len(agreements)) if weight is None else np.asarray(weight, np.float64)
    times = agreements.sum(axis=1)
    found = weight @ agreements
    alone = (weight * (times == 1)) @ agreements
    by_others = weight[times > 0].sum() - alone
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (found - alone) / by_others
    table = pd.DataFrame(
        {
            "rule": [" + ".join(rule) for rule in rules],
            "matches": found,
            "alone": alone,
            "completeness": np.where(by_others > 0, share, np.nan),
        }
    )
    once, twice = (float(weight[times == number].sum()) for number in (1, 2))
    if len(rules) < 2:
        return table, np.nan, "one rule alone tells nothing of what it misses"
    if twice == 0:
        return table, np.nan, "no match was found by exactly two rules"
    missed = once**2 / (2 * twice)
    return table, missed / (missed + float(weight[times > 0].sum())), ""
