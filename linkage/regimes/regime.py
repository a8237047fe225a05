"""What a regime is: a rule for answering requests, read from a TOML file with its sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self

import pandas as pd

from linkage.mapping import Builder
from linkage.problems import InputError, Problems

ADDRESS: Final = ("street_number", "street_name", "zip")
"""What makes an address real, and what must agree where addresses must."""

NAME_CONTROL: Final = "name_control"
"""First letters of the first surname; see `linkage.regimes.answering`."""

COMPARED: Final = ("tin", NAME_CONTROL, "given_name", "surname", "date_of_birth", *ADDRESS)

ADDRESSES: Final = ("any", "zip_like", "real")
AGREEMENTS: Final = ("no", "any_year", "current")
SEVERAL: Final = ("refuse", "all")
DISCLOSED: Final = ("nothing", "yes_no", "address", "return")


@dataclass(frozen=True)
class Gate:
    """What a request must carry to be looked up at all.

    Parameters
    ----------
    fields : tuple of str
        Fields that it must hold.
    address : {"any", "zip_like", "real"}
        What must stand for an address: anything; five digits where the ZIP belongs; or house
        number, street and ZIP.
    refuse_placeholders : bool
        Whether words in place of a street, such as FAILED TO PROVIDE, are turned away.
    most : int
        Requests taken up, the first ones; 0 is all.
    """

    fields: tuple[str, ...] = ()
    address: str = "any"
    refuse_placeholders: bool = False
    most: int = 0

    def __post_init__(self) -> None:
        problems = Problems()
        for name in self.fields:
            problems.choice("request.fields", name, COMPARED)
        problems.choice("request.address", self.address, ADDRESSES)
        problems.whole_number("request.most", self.most, 0)
        problems.raise_any()


@dataclass(frozen=True)
class Route:
    """One way to match a request.

    Parameters
    ----------
    needs : tuple of str
        The request takes this route if it carries all of these.
    agree : tuple of str
        Fields that must agree with the register.
    agree_where_given : tuple of str
        Fields that must agree if the request carries them.
    """

    needs: tuple[str, ...] = ()
    agree: tuple[str, ...] = ()
    agree_where_given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        for part in ("needs", "agree", "agree_where_given"):
            for name in getattr(self, part):
                problems.choice(f"routes.{part}", name, COMPARED)
        if not self.agree:
            problems.append("routes.agree: got nothing, allowed one field or more")
        problems.raise_any()

    @property
    def compares_address(self) -> bool:
        """Whether the street takes part."""
        return "street_name" in (*self.agree, *self.agree_where_given)


@dataclass(frozen=True)
class Model:
    """Matching by the linker, under the scheme in use, in place of routes.

    Parameters
    ----------
    least_probability : float
        A link less likely to be the same person is not answered: the rule abstains. Links of
        schemes that give no probability are taken as they are.
    """

    least_probability: float = 0.5

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share("model.least_probability", self.least_probability)
        problems.raise_any()


@dataclass(frozen=True)
class Review:
    """A person who looks at request and record side by side before an answer goes out.

    Parameters
    ----------
    fields : tuple of str
        Fields in which a disagreement is looked for.
    catches : float
        Share of the answers with one that is stopped.
    """

    fields: tuple[str, ...] = ("given_name", "surname", "date_of_birth")
    catches: float = 0.0

    def __post_init__(self) -> None:
        problems = Problems()
        for name in self.fields:
            problems.choice("review.fields", name, COMPARED)
        problems.share("review.catches", self.catches)
        problems.raise_any()


@dataclass(frozen=True)
class Regime:
    """A rule for answering requests.

    Parameters
    ----------
    name, label, title : str
        As scenarios, tables and people call it.
    source : str
        Where the rule comes from, or that it is a modelling choice.
    request : Gate
        What a request must carry.
    routes : tuple of Route
        In order; each request takes the first whose needs it meets, and no other. Without any, and
        without a model, nothing is matched.
    model : Model, optional
        Match by the linker in place of routes.
    several : {"refuse", "all"}
        What happens to a request that matches several records.
    address_must_agree : {"no", "any_year", "current"}
        Whether the address in the request must be one on file, of whatever year, or the one of the
        last return.
    review : Review, optional
    discloses : {"nothing", "yes_no", "address", "return"}
        What goes out on a match: nothing, a yes, the address, or the return, which holds it.
    to : str
        Who gets it.
    kept : bool
        Whether they keep it.
    requests : int
        How long the published list was, to scale counts by; 0 where none is known.
    sources : mapping of str to str
        Setting to where its value comes from; "prior" or "choice" where nobody has published it.
    """

    name: str
    label: str
    title: str
    source: str
    request: Gate = Gate()
    routes: tuple[Route, ...] = ()
    model: Model | None = None
    several: str = "refuse"
    address_must_agree: str = "no"
    review: Review | None = None
    discloses: str = "address"
    to: str = ""
    kept: bool = True
    requests: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        problems.choice("several", self.several, SEVERAL)
        problems.choice("address_must_agree", self.address_must_agree, AGREEMENTS)
        problems.choice("discloses", self.discloses, DISCLOSED)
        problems.whole_number("requests", self.requests, 0)
        if self.routes and self.model is not None:
            problems.append("model: got a model and routes, allowed one of them")
        problems.raise_any()

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def by_model(self) -> bool:
        """Whether the linker matches, under the scheme in use."""
        return self.model is not None

    @classmethod
    def read(cls, path: Path | Any) -> Self:
        """Read a regime from a TOML file.

        Raises
        ------
        linkage.InputError
            Naming every problem of the file.
        """
        problems = Problems()
        made: Self | None = None
        try:
            made = _BUILDER.build(cls, tomllib.loads(path.read_text("utf-8")), problems)
        except tomllib.TOMLDecodeError as error:
            problems.append(f"not TOML: {error}")
        if made is None or problems:
            raise InputError([f"{path.name}: {problem}" for problem in problems])
        return made


_BUILDER: Final = Builder(
    tables={"request": Gate, "model": Model, "review": Review}, lists={"routes": Route}
)


def _shipped() -> dict[str, Regime]:
    folder = resources.files("linkage").joinpath("regimes", "shipped")
    read = [
        Regime.read(entry)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    ]
    return {regime.name: regime for regime in sorted(read, key=lambda each: each.label)}


REGIMES: Final[dict[str, Regime]] = _shipped()
"""The shipped regimes, from the strictest to the widest, by the name that scenarios use."""


USUAL_REGIMES: Final = ("strict", "as_practised", "statute", "probabilistic")
"""What a scenario compares that names none."""


def regimes() -> pd.DataFrame:
    """List the shipped regimes and the source of every setting.

    Returns
    -------
    pandas.DataFrame
        regime, label, setting, value, source.

    Examples
    --------
    >>> table = regimes()
    >>> table.loc[table["setting"] == "discloses", ["label", "value"]].head(2).to_numpy().tolist()
    [['R0', 'nothing'], ['R1', 'address']]
    """
    rows = []
    for regime in REGIMES.values():
        about = {"regime": regime.name, "label": regime.label}
        rows.append(about | {"setting": "title", "value": regime.title, "source": regime.source})
        for setting, source in regime.sources.items():
            rows.append(
                about | {"setting": setting, "value": _value(regime, setting), "source": source}
            )
    return pd.DataFrame(rows)


def _value(regime: Regime, setting: str) -> str:
    """Look a setting up by its dotted name and write it down."""
    value: Any = regime
    for part in setting.split("."):
        value = getattr(value, part)
    if setting == "routes":
        return "; then ".join(
            " + ".join((*r.agree, *(f"{f}, if given" for f in r.agree_where_given))) for r in value
        )
    return ", ".join(value) if isinstance(value, tuple) else str(value)
