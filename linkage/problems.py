"""Bad input: every problem found, named in one error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np


class InputError(ValueError):
    """Input that cannot be used, with every problem found in it.

    Attributes
    ----------
    problems : tuple of str
        One sentence a problem: what was got, what is allowed, what to try.

    Examples
    --------
    >>> print(InputError(["people: got -5, allowed 1 or more"]))
    1 problem:
      - people: got -5, allowed 1 or more
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        title = f"{count} problem{'s' if count != 1 else ''}:"
        super().__init__("\n".join([title, *(f"  - {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class Problems(list[str]):
    """Collects problems while input is checked, and raises them together.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.choice("scheme", "sha265", ["plain", "sha256"])
    >>> problems.share("overlap", 1.5)
    >>> print("; ".join(problems))
    scheme: got 'sha265', allowed 'plain', 'sha256'; nearest: 'sha256'; overlap: got 1.5, allowed 0 to 1
    """

    def choice(self, what: str, got: object, allowed: Iterable[str]) -> None:
        """Note a value outside a fixed set, with the nearest allowed one."""
        names = list(allowed)
        if got in names:
            return
        near = difflib.get_close_matches(str(got), names, n=1, cutoff=0.5)
        nearest = f"; nearest: {near[0]!r}" if near else ""
        self.append(f"{what}: got {got!r}, allowed {', '.join(map(repr, names))}{nearest}")

    def share(self, what: str, got: object) -> None:
        """Note a value that is not a number between 0 and 1."""
        if not is_number(got) or not 0 <= got <= 1:  # type: ignore[operator]
            self.append(f"{what}: got {got!r}, allowed 0 to 1")

    def whole_number(self, what: str, got: object, least: int, most: int | None = None) -> None:
        """Note a value that is not a whole number in its range."""
        whole = isinstance(got, int | np.integer) and not isinstance(got, bool)
        if whole and got >= least and (most is None or got <= most):  # type: ignore[operator]
            return
        allowed = f"{least:,} or more" if most is None else f"{least:,} to {most:,}"
        self.append(f"{what}: got {got!r}, allowed a whole number, {allowed}")

    def raise_any(self) -> None:
        """Raise everything noted so far, if anything was.

        Raises
        ------
        InputError
            If at least one problem was noted.
        """
        if self:
            raise InputError(self)


def is_number(value: object) -> bool:
    """Whether a value is a number (True and False are not)."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def listing(values: Iterable[object], most: int = 5) -> str:
    """Show the first few of many values, and how many more there are.

    Examples
    --------
    >>> listing(range(8), most=3)
    '0, 1, 2 and 5 more'
    """
    shown = [str(value) for value in values]
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")
