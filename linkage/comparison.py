"""Two results side by side: before and after a policy, or one parameter this way and that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from linkage.mapping import leaves
from linkage.measures.intervals import difference
from linkage.reporting.suppression import suppress

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "quality": ("scheme", "measure"),
    "risk": ("scheme", "attack", "target", "knowledge"),
    "harm": ("scheme", "regime", "group", "measure", "unit"),
    "disclosure": ("scheme", "measure"),
}
"""What makes a figure the same figure in two results, table by table."""

ABOUT: Final = (
    *("part", "scheme", "attack", "target", "knowledge"),
    *("regime", "group", "measure", "unit"),
)
SIDES: Final = ("before", "after")
FIGURES: Final = (
    *(f"{side}{end}" for side in SIDES for end in ("", "_low", "_high")),
    *("difference", "difference_low", "difference_high", "note"),
)


class Comparable(Protocol):
    """What a comparison asks of a `linkage.Result`."""

    @property
    def scenario(self) -> Mapping[str, Any]:
        """What was run."""

    @property
    def versions(self) -> Mapping[str, str]:
        """With what."""


@dataclass(frozen=True)
class Comparison:
    """Two results, figure by figure.

    Parameters
    ----------
    before, after : linkage.Result
    """

    before: Comparable
    after: Comparable

    def settings(self) -> pd.DataFrame:
        """List the settings in which the two scenarios differ: setting, before, after."""
        sides = [dict(leaves(side.scenario)) for side in (self.before, self.after)]
        names = [name for name in dict.fromkeys([*sides[0], *sides[1]]) if _differ(name, *sides)]
        rows = [(name, *(_shown(side.get(name)) for side in sides)) for name in names]
        return pd.DataFrame(rows, columns=["setting", *SIDES])

    def table(self, *, internal: bool = True) -> pd.DataFrame:
        """Put every figure that both or one of them has beside the other's.

        Parameters
        ----------
        internal : bool
            Show what rests on fewer than 11 records of own files; the report does not.

        Returns
        -------
        pandas.DataFrame
            part (quality, risk, harm, disclosure), what the figure is about, before, after, each
            with its interval, and the difference, after less before, with its 95 % interval. That
            takes the two results for independent: of one seed and the same people, it is too wide.
        """
        parts = [self._part(name, internal=internal) for name in KEYS]
        filled = [part for part in parts if len(part)]
        columns = [*ABOUT, *FIGURES]
        if not filled:
            return pd.DataFrame(columns=columns)
        return pd.concat(filled, ignore_index=True).reindex(columns=columns)

    def _part(self, name: str, *, internal: bool) -> pd.DataFrame:
        keys = list(KEYS[name])
        sides = []
        for label, result in zip(SIDES, (self.before, self.after), strict=True):
            frame: pd.DataFrame = getattr(result, name)
            if "files" in result.scenario and not internal:
                frame = suppress(frame)
            frame = frame.rename(columns={"rate": "value"}).dropna(subset=keys)
            figures = ["value", "low", "high", "note"]
            names = {
                "value": label,
                **{end: f"{label}_{end}" for end in ("low", "high", "note")},
            }
            sides.append(frame[[*keys, *figures]].rename(columns=names).drop_duplicates(keys))
        both = sides[0].merge(sides[1], on=keys, how="outer", sort=False, indicator=True)
        order = pd.concat([side[keys] for side in sides]).drop_duplicates()
        both = order.merge(both, on=keys, how="left")
        return _with_difference(both.assign(part=name))

    def report(self, directory: str | Path, *, internal: bool = False) -> Path:
        """Write both side by side as a self-contained page, its tables beside it.

        Parameters
        ----------
        directory : str or Path
            An earlier comparison in it is replaced once the new one is whole.
        internal : bool
            Show what rests on fewer than 11 records of own files.

        Returns
        -------
        pathlib.Path
            The HTML page.
        """
        from linkage.reporting.compared import write_comparison

        return write_comparison(self, directory, internal=internal)


def _with_difference(both: pd.DataFrame) -> pd.DataFrame:
    triples = [
        both[[side, f"{side}_low", f"{side}_high"]].to_numpy(np.float64).tolist() for side in SIDES
    ]
    found = [difference(tuple(a), tuple(b)) for a, b in zip(*triples, strict=True)]
    names = ["difference", "difference_low", "difference_high"]
    changes = pd.DataFrame(found, columns=names, index=both.index)
    only = both["_merge"].map({"left_only": "only before", "right_only": "only after", "both": ""})
    notes = both["after_note"].fillna("").where(both["after"].isna(), "")
    notes = notes.where(
        notes != "", both["before_note"].fillna("").where(both["before"].isna(), "")
    )
    return both.assign(**changes, note=only.astype(str).where(only != "", notes))


def _differ(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    described = name in ("name", "title", "question") or name.startswith("source_of")
    return not described and _shown(before.get(name)) != _shown(after.get(name))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value) or "none"
    return str(value)
