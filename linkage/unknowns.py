"""What is to be fitted to what: priors, published figures, and how many worlds are run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkage.problems import Problems, is_number

UNKNOWN: Final = (
    *("in_register", "non_filer", "borrowed", "number_given", "relative_number", "wrong_number"),
    *("former_address", "placeholder", "office", "blank"),
)
"""What may be unknown of a request list, all shares.

Of the requests: those about somebody in the register, and about a resident who is not. Of those in
the register: who files under another's number. Of the requests: that hold a number; of these, a
relative's, or a wrong one. Of the requests: with a former address, a placeholder, an office's
address, none.
"""

FIGURES: Final = ("yield", "number_route", "insufficient", "new_address")
"""What may be published: answers a request; of the answers, those by number, those to requests
without a real address, and those whose address was not the one in the request."""

SHARED: Final = (
    ("in_register", "non_filer"),
    ("relative_number", "wrong_number"),
    ("former_address", "placeholder", "office", "blank"),
)
"""Shares of one whole: together 1 at most."""


@dataclass(frozen=True)
class Prior:
    """What is thought of an unknown share before any figure is seen: uniform, or a beta.

    Parameters
    ----------
    low, high : float
        Limits.
    mean : float, optional
        Mean of a beta distribution within the limits, of the weight of ``weight`` observations.
        None is uniform.
    weight : float
    source : str
        Where it comes from.
    """

    low: float
    high: float
    mean: float | None = None
    weight: float = 10.0
    source: str = "prior"

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share("prior low", self.low)
        problems.share("prior high", self.high)
        if is_number(self.low) and is_number(self.high) and self.low >= self.high:
            problems.append(f"prior: got low {self.low} and high {self.high}; low must be less")
        if self.mean is not None and not self.low < self.mean < self.high:
            problems.append(
                f"prior mean: got {self.mean!r}, allowed between {self.low} and {self.high}"
            )
        problems.raise_any()

    def quantile(self, level: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the value below which a share ``level`` of the belief lies.

        Examples
        --------
        >>> Prior(0.2, 0.6).quantile(np.array([0.0, 0.5])).tolist()
        [0.2, 0.4]
        """
        if self.mean is not None:
            from scipy.special import betaincinv

            mean = (self.mean - self.low) / (self.high - self.low)
            level = betaincinv(mean * self.weight, (1 - mean) * self.weight, level)
        return np.asarray(self.low + (self.high - self.low) * level)


@dataclass(frozen=True)
class Published:
    """A figure that a model must give again.

    Parameters
    ----------
    low, high : float
        Within its rounding.
    source : str
    """

    low: float
    high: float
    source: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        problems.share("published low", self.low)
        problems.share("published high", self.high)
        if is_number(self.low) and is_number(self.high) and self.low > self.high:
            problems.append(f"published: got low {self.low} above high {self.high}")
        problems.raise_any()


@dataclass(frozen=True)
class Unknowns:
    """What a calibration fits to what, and how much is simulated for it.

    Parameters
    ----------
    regime : str
        Under which the published answers went out.
    requests, released : int
        As published: how long the list was, and how many answers went out.
    priors : mapping of str to Prior
        By `UNKNOWN`; what is not named keeps the scenario's own value.
    published : mapping of str to Published
        By `FIGURES`.
    worlds, people, asked : int
        Simulated worlds, residents of each, requests of each.
    particles : int
        Draws from the posterior.
    """

    regime: str
    requests: int
    released: int
    priors: Mapping[str, Prior] = field(default_factory=dict)
    published: Mapping[str, Published] = field(default_factory=dict)
    worlds: int = 20
    people: int = 100_000
    asked: int = 2_000
    particles: int = 2_000

    def __hash__(self) -> int:
        return hash((self.regime, self.requests, self.released, self.worlds, self.people))

    def __post_init__(self) -> None:
        problems = Problems()
        for what, allowed in (("priors", UNKNOWN), ("published", FIGURES)):
            if not getattr(self, what):
                problems.append(
                    f"calibration.{what}: got nothing, allowed one or more of {', '.join(allowed)}"
                )
            for name in getattr(self, what):
                problems.choice(f"calibration.{what}", name, allowed)
        for name in ("requests", "worlds", "people", "asked"):
            problems.whole_number(f"calibration.{name}", getattr(self, name), 1)
        problems.whole_number("calibration.particles", self.particles, 50)
        problems.whole_number("calibration.released", self.released, 1, self.requests)
        problems.raise_any()
