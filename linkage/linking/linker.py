"""Link two files, or one with itself: candidates, comparison, weights, decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from linkage.linking.blocking import Rule
from linkage.linking.codes import Positions
from linkage.linking.comparisons import default_comparisons
from linkage.linking.encoded import fit_encoded
from linkage.linking.fitting import Fitted, fit_records, fit_within
from linkage.linking.links import Links
from linkage.problems import InputError, Problems
from linkage.records import FIELDS, Parts, Source, is_parts, prepare_coded, roles
from linkage.schemes import Encoded, Plain

FieldMap = Mapping[str, str | tuple[str, str]]


def link(
    left: Source | Encoded,
    right: Source | Encoded | None = None,
    *,
    fields: FieldMap | None = None,
    one_to_one: bool = True,
    threshold: float | None = None,
    truth: pd.Series[Any] | pd.MultiIndex | None = None,
    blocking: Sequence[Rule | str] | None = None,
    seed: int = 0,
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> Links:
    """Link the records of two files, or of one, that belong to the same person.

    A right too large to hold may be a folder of Parquet files, or the URL of one. It passes by: rows
    are read some at a time, and only those are kept that records of the left can reach.

    Parameters
    ----------
    left, right : pandas, Polars or Arrow frame, path to CSV or Parquet, or codes
        Codes of both files, as a scheme's `encode` gives them, are linked as the scheme allows.
        For paths, labels are row numbers. Without ``right`` the records of ``left`` are linked
        among themselves (deduplication): each pair once, the earlier record on the left. A folder
        of Parquet files, or a URL that pyarrow or fsspec can reach, can stand on the right;
        labels are then row numbers, counted through all files in order of their names.
    fields : mapping, optional
        Our field name to a column name, or to (left column, right column). None guesses from
        the column names; see `linkage.records.FIELDS` for our names, and `Links.fields` for what
        was guessed.
    one_to_one : bool
        Link each record at most once. A record with two partners alike is not linked at all; see
        `Links.abstained`. Of no effect within one file.
    threshold : float, optional
        Least probability of a link, in [0, 1]. None is the model's own choice: 0.5, more likely
        a match than not.
    truth : pandas.MultiIndex or Series, optional
        Known matches (left label, right label), not necessarily all; then how often matches agree
        is counted from them instead of being learned unsupervised. A Series maps left labels
        to right labels.
    blocking : list of tuples of str, optional
        Pairs that agree on all fields, or keys, of at least one tuple are compared; see
        `linkage.linking.keys.KEYS` for the keys. None chooses from the data.
    seed : int
        Draws the random pairs from which chance agreement is learned.
    directory : str or Path, optional
        Of a right in parts: where finished pieces are kept, so that the same call goes on where it
        stopped. None keeps none.
    jobs, progress : int, bool
        Of a right in parts: how many processes, and whether to show how far they are.

    Returns
    -------
    Links
        A pandas.DataFrame with columns left, right (index labels), weight (bits; of codes of whole
        records their similarity), probability and margin (bits to the best other candidate of
        either record), that can explain itself.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments and both files.

    Examples
    --------
    >>> left = pd.DataFrame({"surname": ["Ng", "Ruiz"], "dob": ["1980-02-03", "1991-07-30"]})
    >>> right = pd.DataFrame({"last": ["RUIZ"], "dob": ["7/30/1991"]}, index=["x"])
    >>> link(left, right, fields={"surname": ("surname", "last"), "date_of_birth": "dob"})[
    ...     ["left", "right"]
    ... ].values.tolist()
    [[1, 'x']]
    """
    problems = Problems()
    if threshold is not None:
        problems.share("threshold", threshold)
    problems.whole_number("seed", seed, 0)
    problems.whole_number("jobs", jobs, 1)
    if isinstance(left, Encoded) or isinstance(right, Encoded):
        problems.raise_any()
        unused = {"fields": fields, "blocking": blocking, "truth": truth, "directory": directory}
        return _link_codes(
            left, right, one_to_one=one_to_one, threshold=threshold, unused=unused, seed=seed
        )
    rules = _rules(blocking, problems)
    if is_parts(left):
        problems.append(
            f"left: got {left}, allowed a frame or one file, as it is held; files in parts can stand "
            "on the right"
        )
        problems.raise_any()
    maps = (_one_side(fields, 0), _one_side(fields, 1))
    if isinstance(right, str | Path) and is_parts(right):
        run = {"seed": seed, "directory": directory, "jobs": jobs, "progress": progress}
        fitted, labels, shown = _fit_parts(left, right, maps, rules, truth, problems, run)
    else:
        if directory is not None:
            problems.append(
                f"directory: got {directory}, allowed for a right in parts; leave it out"
            )
        fitted, labels, shown = _fit_held(left, right, maps, rules, truth, problems, seed)
    decision = fitted.decide(
        one_to_one=one_to_one and right is not None,
        threshold=0.5 if threshold is None else threshold,
    )
    return Links.of(fitted, decision, labels, _roles_of_both(shown))


Labels: TypeAlias = "tuple[pd.Index[Any], pd.Index[Any]]"
Maps = tuple[dict[str, str] | None, dict[str, str] | None]


def _fit_held(
    left: Source,
    right: Source | None,
    maps: Maps,
    rules: list[Rule] | None,
    truth: pd.Series[Any] | pd.MultiIndex | None,
    problems: Problems,
    seed: int,
) -> tuple[Fitted, Labels, list[pd.DataFrame]]:
    """Prepare two files, or one, and learn from them; labels, and what columns were taken for."""
    sources = (left,) if right is None else (left, right)
    names = ("left", "right") if len(sources) > 1 else ("records",)
    with ThreadPoolExecutor(len(sources)) as pool:
        prepared = list(pool.map(_prepared, sources, maps, names))
    for outcome in prepared:
        problems.extend(outcome if isinstance(outcome, list) else [])
    problems.raise_any()
    first, second = prepared[0], prepared[-1]
    assert isinstance(first, pd.DataFrame)
    assert isinstance(second, pd.DataFrame)
    if not default_comparisons([name for name in first.columns if name in second.columns]):
        problems.append("fields: the two files have no field in common; pass fields={...}")
    problems.raise_any()
    labels = (first.index, second.index)
    fit = fit_records if right is not None else fit_within
    fitted = fit(
        first,
        second,
        rules=rules,
        matches=_match_positions(truth, *labels, within=right is None),
        rng=np.random.default_rng(seed),
    )
    shown = [
        roles(source, records, chosen)
        for source, records, chosen in zip(sources, (first, second), maps, strict=False)
    ]
    return fitted, labels, shown


def _fit_parts(
    left: Source,
    right: str | Path,
    maps: Maps,
    rules: list[Rule] | None,
    truth: object,
    problems: Problems,
    run: Mapping[str, Any],
) -> tuple[Fitted, Labels, list[pd.DataFrame]]:
    """Learn from a file and one in parts that passes by; labels, and what columns were taken for."""
    from linkage.streaming.streamed_parts import columns_of, pass_by  # stand on a higher floor

    if truth is not None:
        problems.append("truth: allowed for files that are held; leave it out for a right in parts")
    asked = _prepared(left, maps[0], "left")
    problems.extend(asked if isinstance(asked, list) else [])
    try:
        parts = Parts.open(right, what="right")
        columns = columns_of(parts, maps[1], what="right")
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_any()
    assert isinstance(asked, pd.DataFrame)
    passed = pass_by(
        asked, parts, {Plain.name: Plain()}, fields=columns, rules=rules, what="right", **run
    )
    if Plain.name not in passed.weighed:
        raise InputError(["fields: the two files have no field in common; pass fields={...}"])
    labels = (asked.index, pd.Index(passed.rows))
    shown = [roles(left, asked, maps[0]), passed.roles]
    return passed.weighed.fit(Plain.name), labels, shown


def _rules(blocking: Sequence[Rule | str] | None, problems: Problems) -> list[Rule] | None:
    """Take rules as they are written; None where they are to be chosen."""
    if blocking is None:
        return None
    rules = [(rule,) if isinstance(rule, str) else tuple(rule) for rule in blocking]
    if not all([*map(len, rules), len(rules)]):
        problems.append(
            f"blocking: got {blocking!r}, allowed tuples of fields or keys, at least one of each; "
            "leave it out to have the rules chosen"
        )
    return rules


def _roles_of_both(shown: list[pd.DataFrame]) -> pd.DataFrame:
    """Put what each file's columns were taken for side by side; only shared fields are compared."""
    if len(shown) == 1:
        return shown[0]
    both = shown[0].merge(shown[1], on="field", how="outer", suffixes=("_left", "_right"))
    order = [name for name in FIELDS if name in set(both["field"])]
    return both.set_index("field").loc[order].reset_index()


def _prepared(source: Source, fields: dict[str, str] | None, what: str) -> pd.DataFrame | list[str]:
    """Give the records of a source, or the problems in the way."""
    try:
        return prepare_coded(source, fields, what=what)
    except ValueError as error:
        return list(getattr(error, "problems", [str(error)]))


def _one_side(fields: FieldMap | None, side: int) -> dict[str, str] | None:
    if fields is None:
        return None
    return {name: col if isinstance(col, str) else col[side] for name, col in fields.items()}


def _match_positions(
    truth: pd.Series[Any] | pd.MultiIndex | None,
    left: pd.Index[Any],
    right: pd.Index[Any],
    *,
    within: bool,
) -> tuple[Positions, Positions] | None:
    """Positions of known matches whose two labels are there; the earlier first within a file."""
    if truth is None:
        return None
    if isinstance(truth, pd.Series):
        truth = pd.MultiIndex.from_arrays([truth.index, truth.to_numpy()])
    first, second = (
        side.get_indexer(truth.get_level_values(level)).astype(np.int64)
        for level, side in enumerate((left, right))
    )
    known = (first >= 0) & (second >= 0)
    first, second = first[known], second[known]
    return (np.minimum(first, second), np.maximum(first, second)) if within else (first, second)


def _link_codes(
    left: object,
    right: object,
    *,
    one_to_one: bool,
    threshold: float | None,
    unused: Mapping[str, object],
    seed: int,
) -> Links:
    """Link codes as `link` does; what belongs to files of fields is refused."""
    problems = Problems()
    for side, given in (("left", left), ("right", right)):
        if not isinstance(given, Encoded):
            problems.append(
                f"{side}: got {type(given).__name__}, allowed codes, as on the other side; encode both "
                "files with one scheme, parameters and secret"
            )
    for name, value in unused.items():
        if value is not None:
            problems.append(
                f"{name}: got {value!r}, allowed for files of fields only; leave it out"
            )
    problems.raise_any()
    assert isinstance(left, Encoded)
    assert isinstance(right, Encoded)
    fitted = fit_encoded(left, right, rng=np.random.default_rng(seed))
    decision = fitted.decide(
        one_to_one=one_to_one, threshold=0.5 if threshold is None else threshold
    )
    return Links.of(fitted, decision, (left.labels, right.labels))
