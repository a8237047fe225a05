"""Who attacks: what a scenario lets an adversary hold, by name or as a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any, Final

from linkage.problems import InputError, Problems

FREQUENCIES: Final = ("population", "list", "none")
"""Where an adversary knows from how common values are."""

MOST_CELLS: Final = 100
"""Cells of a grid; each runs the attacks once more."""


@dataclass(frozen=True)
class Adversary:
    """What somebody holds who attacks a release.

    Parameters
    ----------
    key : bool
        Whether the salt or key is held; a requester that encodes its own list has it.
    function : bool
        Whether the published method is known.
    frequencies : {"population", "list", "none"}
        How common values are: as in an unrelated population of the same kind, as on the
        adversary's own list, or not known.
    overlap, errors, age : float, optional
        Of the list of people, see `linkage.scenario.Auxiliary`; None takes the scenario's.
    known_pairs : float
        Share of the records whose person is known already.
    queries : int
        Runs of a protocol that it may ask for; only a requester can.
    releases : int
        Further releases that it has, of other recipients or other times.
    """

    key: bool = False
    function: bool = True
    frequencies: str = "population"
    overlap: float | None = None
    errors: float | None = None
    age: float | None = None
    known_pairs: float = 0.0
    queries: int = 0
    releases: int = 0

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("key", "function"):
            if not isinstance(getattr(self, name), bool):
                problems.append(f"{name}: got {getattr(self, name)!r}, allowed true or false")
        problems.choice("frequencies", self.frequencies, FREQUENCIES)
        for name in ("overlap", "errors"):
            if getattr(self, name) is not None:
                problems.share(name, getattr(self, name))
        if self.age is not None:
            note_age(problems, "age", self.age)
        problems.share("known_pairs", self.known_pairs)
        problems.whole_number("queries", self.queries, 0)
        problems.whole_number("releases", self.releases, 0)
        problems.raise_any()


def note_age(problems: Problems, what: str, got: object) -> None:
    """Note an age that is no number of years."""
    number = isinstance(got, int | float) and not isinstance(got, bool)
    if not number or not 0 <= got <= 100:  # type: ignore[operator]
        problems.append(f"{what}: got {got!r}, allowed years from 0 to 100")


ADVERSARIES: Final[dict[str, Adversary]] = {
    "outsider": Adversary(),
    "key_holder": Adversary(key=True, queries=1_000_000),
    "colluding": Adversary(releases=1),
    "well_informed": Adversary(frequencies="list", releases=1),
}
"""Adversaries by the names that every scenario may use.

outsider
    Sees the release and knows the published method; holds no salt or key and may ask nothing.
key_holder
    Also holds the salt or key and may use the protocol, as a requester does that encodes its list.
colluding
    An outsider that also has what another recipient got.
well_informed
    The same, and it counts how common values are on its own list of these very people.
"""


def adversaries(
    named: tuple[str, ...],
    own: Mapping[str, Mapping[str, Any]],
    grid: Mapping[str, Any],
    problems: Problems,
) -> dict[str, Adversary]:
    """Make a scenario's adversaries, noting every problem.

    Parameters
    ----------
    named : tuple of str
        Names of `ADVERSARIES` or of ``own``.
    own : mapping
        Name to settings of an `Adversary`.
    grid : mapping
        Setting to a list of values; every combination is one more adversary.
    problems : Problems

    Returns
    -------
    dict
        Label to adversary, those named first.

    Examples
    --------
    >>> list(adversaries(("outsider",), {}, {"overlap": [0.5, 1.0], "key": [True]}, Problems()))
    ['outsider', 'overlap 0.5, key', 'overlap 1.0, key']
    """
    known = dict(ADVERSARIES)
    for name, settings in own.items():
        made = _make(f"adversaries.{name}", settings, problems)
        if made is not None:
            known[name] = made
    chosen = {label(name): known[name] for name in named if name in known}
    for settings in _cells(grid, problems):
        made = _make("grid", settings, problems)
        if made is not None:
            chosen[describe(settings)] = made
    return chosen


def label(name: str) -> str:
    """Write an adversary's name as tables do."""
    return name.replace("_", " ")


def describe(settings: Mapping[str, Any]) -> str:
    """Write down what an adversary of a grid holds.

    Examples
    --------
    >>> describe({"overlap": 0.5, "key": True, "function": False})
    'overlap 0.5, key, no function'
    """
    words = {True: "{}", False: "no {}"}
    return ", ".join(
        words[value].format(label(name)) if isinstance(value, bool) else f"{label(name)} {value}"
        for name, value in settings.items()
    )


def _make(where: str, settings: object, problems: Problems) -> Adversary | None:
    if not isinstance(settings, Mapping):
        problems.append(f"{where}: got {settings!r}, allowed a table of settings")
        return None
    known = [entry.name for entry in fields(Adversary)]
    for name in settings:
        problems.choice(f"{where}, setting", name, known)
    try:
        return replace(Adversary(), **{n: v for n, v in settings.items() if n in known})
    except InputError as error:
        for problem in error.problems:
            if f"{where}.{problem}" not in problems:  # the cells of a grid share their values
                problems.append(f"{where}.{problem}")
    return None


def _cells(grid: Mapping[str, Any], problems: Problems) -> list[dict[str, Any]]:
    """Every combination of a grid's values; one that holds nothing is no cell."""
    values = {}
    for name, given in grid.items():
        if not isinstance(given, list | tuple) or not given:
            problems.append(f"grid.{name}: got {given!r}, allowed a list of values")
        else:
            values[name] = list(given)
    cells = [dict(zip(values, cell, strict=True)) for cell in product(*values.values())]
    if len(cells) > MOST_CELLS:
        problems.append(f"grid: got {len(cells)} combinations, allowed {MOST_CELLS}; try fewer")
        return []
    return cells if values else []
