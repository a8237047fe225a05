"""What to simulate: a frozen description, read from TOML, every problem named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self

import pandas as pd

import synthetic
from linkage.adversaries import ADVERSARIES, Adversary, adversaries, note_age
from linkage.mapping import Builder, leaves, to_plain
from linkage.plans import AttackPlan, note_plans, note_repeats
from linkage.problems import InputError, Problems
from linkage.records import FIELDS
from linkage.regimes import REGIMES, USUAL_REGIMES
from linkage.schemes import SCHEMES, USUAL, Scheme, make
from linkage.unknowns import Prior, Published, Unknowns

ATTRIBUTES: Final = ("income", "filing_status", "dependents")
"""What a release may hold beside the codes; incomes to the next 25,000 dollars."""

WORLD_PARTS: Final[dict[str, type]] = {
    "register": synthetic.RegisterSettings,
    "enforcement": synthetic.RequestSettings,
}
"""Tables inside a scenario's world to the settings they hold."""


@dataclass(frozen=True)
class Auxiliary:
    """The list of people that the adversary holds.

    Parameters
    ----------
    overlap : float
        Share of the population on it.
    errors : float
        Share of its given names, and of its birth dates, that are wrong.
    age : float
        Years since it was drawn up: people have moved, married, come of age since.
    """

    overlap: float = 0.8
    errors: float = 0.05
    age: float = 0.0


@dataclass(frozen=True)
class Files:
    """Own files in place of a simulated world.

    Parameters
    ----------
    register : str
        Path to the holder's CSV or Parquet file, from the current directory. Empty for a frame
        in memory, which a scenario cannot name. Of a streamed scenario: a folder of Parquet files,
        one such file, or the URL of either.
    requests : str
        Path to the requester's; empty where only the sharing of the register is judged.
    register_fields, requests_fields : mapping
        Our field name to column name; empty guesses from the names.
    register_person, requests_person : str
        Columns that say who is who, where that is known. For scoring only.
    """

    register: str
    requests: str = ""
    register_fields: Mapping[str, str] = field(default_factory=dict)
    requests_fields: Mapping[str, str] = field(default_factory=dict)
    register_person: str = ""
    requests_person: str = ""


@dataclass(frozen=True)
class Scenario:
    """What to simulate.

    Parameters
    ----------
    name, title, question : str
        For people.
    people, requests : int
        Residents of a world, and requests about them. Not used with own files.
    seed : int
        Everything random follows from it; 0 or more.
    replicates : int
        Independent worlds.
    streamed : bool
        Let the register pass by in partitions and keep what the requests can reach: for worlds and
        files too large to hold. No attacks are run, and only fields and codes of which equal ones
        are weighed are linked.
    schemes, regimes, knowledge : tuple of str
        What to run: see `linkage.schemes.SCHEMES`, `linkage.regimes.REGIMES`,
        `linkage.adversaries.ADVERSARIES`.
    variants : mapping
        Schemes with parameters of one's own, by the name that ``schemes`` calls them: ``scheme``
        says which (the same name if left out), the others are its parameters, without a key.
    adversaries : mapping
        Adversaries of one's own, by the name that ``knowledge`` calls them, with the settings of
        `linkage.adversaries.Adversary`.
    grid : mapping
        Setting of an adversary to a list of values; every combination is one more adversary.
    attacks : tuple of AttackPlan
    attributes : tuple of str
        What leaves beside each record's codes as it is written; see `ATTRIBUTES`.
    auxiliary : Auxiliary
    world : mapping
        Further settings of `synthetic.World`; inside, ``register`` and ``enforcement`` hold
        those of the register and of the requests.
    files : Files, optional
        Own files in place of a world.
    calibration : Unknowns, optional
        What nobody has published and what somebody has, for `linkage.calibrate`.
    source_of : mapping of str to str
        Setting, with dots, to where its value comes from; see `sources`.

    Raises
    ------
    linkage.InputError
        Naming every problem.

    Examples
    --------
    >>> s = Scenario.load("address-sharing").replace(people=5000, **{"auxiliary.overlap": 0.5})
    >>> s.people, s.auxiliary.overlap
    (5000, 0.5)
    """

    name: str
    title: str = ""
    question: str = ""
    people: int = 20_000
    requests: int = 2_000
    seed: int = 0
    replicates: int = 1
    streamed: bool = False
    schemes: tuple[str, ...] = USUAL
    regimes: tuple[str, ...] = USUAL_REGIMES
    knowledge: tuple[str, ...] = ("outsider", "key_holder")
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    adversaries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    grid: Mapping[str, Any] = field(default_factory=dict)
    attacks: tuple[AttackPlan, ...] = ()
    attributes: tuple[str, ...] = ()
    auxiliary: Auxiliary = Auxiliary()
    world: Mapping[str, Any] = field(default_factory=dict)
    files: Files | None = None
    calibration: Unknowns | None = None
    source_of: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.name, self.people, self.requests, self.seed))

    def __post_init__(self) -> None:
        problems = Problems()
        self._check_numbers(problems)
        self._check_choices(problems)
        for name in self.variants:
            self._make_variant(name, problems)
        adversaries(self.knowledge, self.adversaries, self.grid, problems)
        note_plans(self.attacks, problems)
        if self.files is None:
            self._check_world(problems)
        if self.streamed:
            self._check_streamed(problems)
        problems.raise_any()

    def _check_streamed(self, problems: Problems) -> None:
        if self.attacks:
            names = ", ".join(plan.attack for plan in self.attacks)
            problems.append(
                f"streamed: got attacks {names}, allowed are none, as they need the whole register; "
                "leave them out, or streamed"
            )
        if self.files is not None and not self.files.requests:
            problems.append("files.requests: got '', allowed a path, as streamed files are linked")

    def _check_world(self, problems: Problems) -> None:
        settings = self._world_settings()
        people = self.people if isinstance(self.people, int) and self.people > 0 else 1
        parts: list[tuple[type, Mapping[str, Any], str, dict[str, int]]] = []
        for name, inner in WORLD_PARTS.items():
            given = settings.pop(name, {})
            if not isinstance(given, Mapping):
                problems.append(f"world.{name}: got {given!r}, allowed a table of settings")
                given = {}
            parts.append((inner, given, f"world.{name}", {}))
        parts.append((synthetic.World, settings, "world", {"people": people, "seed": 0}))
        for kind, given, where, needed in parts:
            known = [entry.name for entry in fields(kind) if entry.name not in needed]
            for name in given:
                problems.choice(f"setting {where}", name, known)
            try:
                kind(**{name: value for name, value in given.items() if name in known}, **needed)
            except (TypeError, ValueError) as error:
                problems.extend(f"{where}.{line.strip()}" for line in str(error).splitlines()[1:])

    def _check_numbers(self, problems: Problems) -> None:
        if not re.fullmatch(r"\w[\w.-]*", self.name):
            problems.append(
                f"name: got {self.name!r}, allowed letters, digits, '-', '_' and '.'; "
                "it names the report's directory"
            )
        problems.whole_number("people", self.people, 1)
        problems.whole_number("requests", self.requests, 1)
        problems.whole_number("seed", self.seed, 0)
        problems.whole_number("replicates", self.replicates, 1)
        problems.share("auxiliary.overlap", self.auxiliary.overlap)
        problems.share("auxiliary.errors", self.auxiliary.errors)
        note_age(problems, "auxiliary.age", self.auxiliary.age)

    def _check_choices(self, problems: Problems) -> None:
        allowed: dict[str, Iterable[str]] = {
            "schemes": [*SCHEMES, *self.variants],
            "regimes": REGIMES,
            "knowledge": [*ADVERSARIES, *self.adversaries],
            "attributes": ATTRIBUTES,
        }
        for what, names in allowed.items():
            for got in dict.fromkeys(getattr(self, what)):
                problems.choice(what, got, names)
                note_repeats(what, repr(got), getattr(self, what).count(got), problems)
        if self.files is not None:
            for side in ("register_fields", "requests_fields"):
                for name in getattr(self.files, side):
                    problems.choice(f"files.{side}", name, FIELDS)

    def _world_settings(self) -> dict[str, Any]:
        """Settings of the world; a date that went through JSON is a date again."""
        settings = dict(self.world)
        day = settings.get("reference_date")
        if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            settings["reference_date"] = date.fromisoformat(day)
        return settings

    def make_world(self, seed: int) -> synthetic.World:
        """Make the scenario's world, with a seed of its own."""
        settings = self._world_settings()
        parts = {name: kind(**settings.pop(name, {})) for name, kind in WORLD_PARTS.items()}
        return synthetic.World(people=self.people, seed=seed, **parts, **settings)

    def known_adversaries(self) -> dict[str, Adversary]:
        """Give the adversaries, by the label that tables call them."""
        return adversaries(self.knowledge, self.adversaries, self.grid, Problems())

    def make_scheme(self, name: str) -> Scheme:
        """Make one of the scenario's schemes, without a secret."""
        if name not in self.variants:
            return make(name)
        problems = Problems()
        scheme = self._make_variant(name, problems)
        if scheme is None:
            raise InputError(problems)
        return scheme

    def _make_variant(self, name: str, problems: Problems) -> Scheme | None:
        settings: object = self.variants[name]
        if not isinstance(settings, Mapping):
            problems.append(f"variants.{name}: got {settings!r}, allowed a table of parameters")
            return None
        if not re.fullmatch(r"\w[\w.-]*", name):
            problems.append(f"variants: got {name!r}, allowed letters, digits, '-', '_' and '.'")
        parameters = dict(settings)
        kind = parameters.pop("scheme", name)
        try:
            return make(kind, **parameters)
        except InputError as error:
            problems.extend(f"variants.{name}: {each}" for each in error.problems)
        return None

    @classmethod
    def load(cls, source: str | Path) -> Self:
        """Load a shipped scenario by name, or a TOML file by path.

        Raises
        ------
        linkage.InputError
            Naming every problem of the file, and the nearest shipped name for an unknown one.
        """
        text = str(source)
        if text in shipped():
            content = shipped_text(text)
        elif Path(source).is_file():
            try:
                content = Path(source).read_text("utf-8")
            except UnicodeDecodeError as error:
                raise InputError([f"{text}: not UTF-8 text, as TOML must be"]) from error
        else:
            problems = Problems()
            problems.choice("scenario", text, shipped())
            problems[0] += ", or the path of a .toml file"
            raise InputError(problems)
        try:
            return cls.from_mapping(tomllib.loads(content))
        except tomllib.TOMLDecodeError as error:
            raise InputError([f"{text}: not TOML: {error}"]) from error
        except InputError as error:
            raise InputError([f"{text}: {problem}" for problem in error.problems]) from error

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any]) -> Self:
        """Make a scenario from the mapping that a TOML file holds."""
        problems = Problems()
        made: Self | None = _BUILDER.build(cls, content, problems)
        if made is None or problems:
            raise InputError(problems)
        return made

    def to_mapping(self) -> dict[str, Any]:
        """Give the mapping that a TOML file of this scenario holds."""
        return {name: value for name, value in to_plain(self).items() if value is not None}

    def sources(self) -> pd.DataFrame:
        """List every setting with where its value comes from, as the file itself says.

        Returns
        -------
        pandas.DataFrame
            setting, value, source; the source is empty where the file says nothing. What is said of
            a table holds for all in it that has no source of its own.

        Examples
        --------
        >>> table = Scenario.load("address-sharing").sources().set_index("setting")
        >>> table.loc["world.mover_share", "source"]
        'moved within a year, CPS 2021'
        """
        content = self.to_mapping()
        for name in ("name", "title", "question", "source_of", "streamed"):
            content.pop(name, None)
        rows = [
            (setting, value, _source(setting, self.source_of))
            for setting, value in leaves(content)
            if value != [] and not setting.endswith(".source")
        ]
        return pd.DataFrame(rows, columns=["setting", "value", "source"])

    def replace(self, **changes: Any) -> Self:
        """Make a copy with some settings changed.

        Parameters
        ----------
        **changes
            Settings by name; a dot reaches inside, as in ``{"auxiliary.overlap": 0.5}``.

        Raises
        ------
        linkage.InputError
            Naming every unknown or bad setting.
        """
        content = self.to_mapping()
        problems = Problems()
        for name, value in changes.items():
            *path, last = name.split(".")
            inside: Any = content
            for part in path:
                inside = inside.setdefault(part, {}) if isinstance(inside, dict) else None
            if isinstance(inside, dict):
                inside[last] = to_plain(value)
            else:
                problems.append(f"setting {name}: {'.'.join(path)} holds no settings by name")
        problems.raise_any()
        return self.from_mapping(content)


def _source(setting: str, told: Mapping[str, str]) -> str:
    """Source of a setting, or of the table that it stands in."""
    parts = setting.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((str(told[name]) for name in names if name in told), "")


def shipped() -> list[str]:
    """List the names of the shipped scenarios."""
    folder = resources.files("linkage").joinpath("scenarios")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))


def shipped_text(name: str) -> str:
    """Give the file of a shipped scenario, comments and all."""
    return resources.files("linkage").joinpath("scenarios", f"{name}.toml").read_text("utf-8")


def scenarios() -> pd.DataFrame:
    """List the shipped scenarios.

    Returns
    -------
    pandas.DataFrame
        name, title, what it shows.

    Examples
    --------
    >>> "address-sharing" in set(scenarios()["name"])
    True
    """
    loaded = [Scenario.load(name) for name in shipped()]
    return pd.DataFrame(
        [{"name": each.name, "title": each.title, "shows": each.question} for each in loaded]
    )


_BUILDER: Final = Builder(
    tables={"auxiliary": Auxiliary, "files": Files, "calibration": Unknowns},
    lists={"attacks": AttackPlan},
    named={"priors": Prior, "published": Published},
)
