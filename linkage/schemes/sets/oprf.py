"""Oblivious pseudorandom function: tokens under the key of a server that never sees the values.

The function is 2HashDH (Jarecki, Kiayias & Krawczyk 2014, doi:10.1007/978-3-662-45608-8_13) as
RFC 9497 builds it on P-256, with two differences. Points are x-coordinates, see
`linkage.schemes.sets.curve`: those of blinded and evaluated points are the RFC's, but a token hashes the
32 bytes of a point where the RFC hashes 33, its sign before them, so tokens are not the RFC's
outputs. And one number blinds the values of a call where the RFC draws one for each, so that what
the server sees is random only under the decisional Diffie-Hellman assumption, which
`linkage.schemes.sets.protocol` rests on too.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.problems import Problems, is_number
from linkage.records import TEXT
from linkage.schemes.base import Description, Encoded, Scheme, joined
from linkage.schemes.keys import Key
from linkage.schemes.sets import curve
from linkage.schemes.sets.intersection import ELEMENTS

CONTEXT: Final = b"OPRFV1-\x00-P256-SHA256"
"""Suite P256-SHA256 in the mode OPRF (RFC 9497, 3.1 and 4.3)."""

USUAL_LIMIT: Final = 10_000
USUAL_WINDOW: Final = 3600.0
"""Values a client may ask for, and within how many seconds. A prior of ours."""

HASH_DOMAIN: Final = b"HashToGroup-" + CONTEXT


def derive_scalar(seed: bytes, info: bytes = b"") -> int:
    """Derive a server's secret number from a seed (RFC 9497, DeriveKeyPair, 3.2.1).

    Examples
    --------
    >>> f"{derive_scalar(bytes([0xA3] * 32), b'test key'):x}"[:16]
    '159749d750713afe'
    """
    message = seed + len(info).to_bytes(2) + info
    scalar = counter = 0
    while not scalar:
        domain = b"DeriveKeyPair" + CONTEXT
        numbered = message + bytes([counter])
        (scalar,) = curve.hash_to_field(numbered, domain, 1, curve.ORDER)
        counter += 1
    return scalar


def finalise(value: bytes, point: bytes) -> str:
    """Hash a value and its point to a token, 64 hexadecimal digits (RFC 9497, Finalize, 3.3.1)."""
    parts = [part for item in (value, point) for part in (len(item).to_bytes(2), item)]
    return hashlib.sha256(b"".join(parts) + b"Finalize").hexdigest()


class RateLimitExceeded(RuntimeError):  # noqa: N818  (its usual name)
    """A server refused: too much was asked.

    Attributes
    ----------
    left : int
        How many values the client may still ask for now.
    again : float or None
        Seconds until so many are allowed; None if they never are.
    """

    def __init__(self, message: str, left: int, again: float | None) -> None:
        super().__init__(message)
        self.left = left
        self.again = again

    def __reduce__(self) -> tuple[type[RateLimitExceeded], tuple[str, int, float | None]]:
        return type(self), (str(self), self.left, self.again)


class OprfServer:
    """Who holds the key: multiplies blinded points, so many a client and time.

    Parameters
    ----------
    key : Key or bytes
        16 bytes or more.
    limit : int, optional
        Values a client may ask for within `per_seconds`, 1 or more; None is no limit. It makes
        trying all values of a field slow, not impossible.
    per_seconds : float, optional
        Length of a window that moves along, above 0; None never gives back what was asked for, so
        that the limit is a budget.
    clock : callable
        Gives seconds.

    Raises
    ------
    linkage.InputError
        For a weak key, or a limit that is none.

    Examples
    --------
    >>> server = OprfServer(bytes(32), limit=2, per_seconds=60)
    >>> tokens = OprfClient("registry").tokens(["ANA", "EVA"], server)
    >>> OprfClient("registry").tokens(["LUZ"], server)
    Traceback (most recent call last):
    linkage.schemes.sets.oprf.RateLimitExceeded: 'registry' asked for 1 value, allowed now 0 ...
    """

    def __init__(
        self,
        key: Key | bytes,
        limit: int | None = USUAL_LIMIT,
        per_seconds: float | None = USUAL_WINDOW,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        problems = Problems()
        if limit is not None:
            problems.whole_number("limit", limit, 1)
        if per_seconds is not None and not (is_number(per_seconds) and per_seconds > 0):
            problems.append(f"per_seconds: got {per_seconds!r}, allowed above 0, or None")
        scheme = Oprf(key=key)
        if scheme.secret is None:
            problems.append("oprf key: got None, allowed Key or bytes; try Key.random()")
        problems.raise_any()
        self._scalar = scheme.scalar
        self._limit = limit
        self._window = per_seconds
        self._clock = clock
        self._asked: dict[str, deque[tuple[float, int]]] = defaultdict(deque)

    def evaluate(self, blinded: Sequence[bytes], client: str) -> list[bytes]:
        """Multiply blinded points by the key.

        Parameters
        ----------
        blinded : sequence of bytes
            x-coordinates, 32 bytes each.
        client : str
            Who asks; the limit is of each client, whose name something else must have proven.

        Raises
        ------
        RateLimitExceeded
            Naming how many values are left and when to come again; nothing is counted then.
        ValueError
            If a point is none of the curve.
        """
        if self._limit is not None:
            self._admit(len(blinded), client, self._limit)
        return curve.multiply(blinded, self._scalar)

    def left(self, client: str) -> int | None:
        """Tell how many values a client may ask for now; None is no limit."""
        if self._limit is None:
            return None
        asked, now = self._asked[client], self._clock()
        while self._window is not None and asked and asked[0][0] <= now - self._window:
            asked.popleft()
        return self._limit - sum(count for _, count in asked)

    def _admit(self, count: int, client: str, limit: int) -> None:
        """Count what is asked for, or refuse."""
        left = self.left(client) or 0
        if count <= left:
            self._asked[client].append((self._clock(), count))
            return
        again = self._again(count - left, client)
        if again is not None:
            when = f"come again in {_counted(math.ceil(again), 'second')}"
        elif count > limit:
            when = f"ask for {limit:,} or fewer at once"
        else:
            when = "the budget is used up for good" if not left else f"ask for {left:,} or fewer"
        raise RateLimitExceeded(
            f"{client!r} asked for {_counted(count, 'value')}, allowed now {left:,} "
            f"({self._rule(limit)}); {when}",
            left,
            again,
        )

    def _again(self, missing: int, client: str) -> float | None:
        """Seconds until so many more are given back."""
        for moment, count in self._asked[client]:
            missing -= count
            if missing <= 0 and self._window is not None:
                return moment + self._window - self._clock()
        return None

    def _rule(self, limit: int) -> str:
        window = "in all" if self._window is None else f"in {self._window:,g} seconds"
        return f"limit {limit:,} {window}"


@dataclass(frozen=True)
class OprfClient:
    """Who has the values: blinds them, asks, unblinds and hashes.

    Parameters
    ----------
    name : str
        As the server knows it.

    Examples
    --------
    >>> tokens = OprfClient("registry").tokens(["ANA", None, "ANA"], OprfServer(bytes(32)))
    >>> bool(tokens[0] == tokens[2]), tokens.isna().tolist()
    (True, [False, True, False])
    """

    name: str = "client"

    def tokens(self, values: Sequence[Any] | pd.Series[Any], server: OprfServer) -> pd.Series[Any]:
        """Get the tokens of values; each distinct one is asked for once.

        The server sees blinded points, and how many.

        Parameters
        ----------
        values : sequence or Series
            Text; missing values get missing tokens.
        server : OprfServer

        Returns
        -------
        pandas.Series
            64 hexadecimal digits each, by position.

        Raises
        ------
        RateLimitExceeded
            If the server refuses.
        """
        codes, distinct = pd.factorize(pd.Series(values, dtype=TEXT))
        inputs = [value.encode() for value in distinct]
        blind = curve.random_scalar()
        blinded = curve.multiply(curve.hash_to_points(inputs, HASH_DOMAIN), blind)
        points = curve.multiply(server.evaluate(blinded, self.name), curve.inverse(blind))
        return _spread(codes, list(map(finalise, inputs, points)))


@dataclass(frozen=True)
class Oprf(Scheme):
    """OPRF tokens: the same as clients get, computed directly by whoever has the key.

    The input of the function is column and value, as `element` gives it, so one key serves all
    columns, and the server cannot tell which column it is asked for.

    Many distinct values take about 40 times as long as their HMACs; on two cores, two thirds of it
    is hashing to the curve, which runs on one.

    Parameters
    ----------
    key : Key or bytes
        16 bytes or more; the server's.
    limit : int
        Values that a requester may ask the server for within `per_seconds`; 0 is no limit.
    per_seconds : float
        Length of that window; 0 gives nothing back, so that the limit is a budget.

    Examples
    --------
    >>> people = pd.DataFrame({"tin": ["900123456", None]})
    >>> tokens = Oprf(key=bytes(32)).encode(people).tokens["tin"]
    >>> asked = OprfClient().tokens([element("tin", "900123456")], OprfServer(bytes(32)))
    >>> bool(tokens[0] == asked[0]), tokens.isna().tolist()
    (True, [False, True])
    """

    key: Key | bytes | None = field(default=None, repr=False)
    limit: int = USUAL_LIMIT
    per_seconds: float = USUAL_WINDOW

    name = "oprf"
    only_for_linking: ClassVar[tuple[str, ...]] = ("limit", "per_seconds")
    trying = "each try takes the server's key, or its consent"
    secret_is = "key"
    fields = ELEMENTS
    description = Description(
        leaves="one token a value, of taxpayer number and of name and birth date; to the server, "
        "blinded points",
        other_side="how values are cleaned before, and a server that answers it",
        keys="one key; the server alone has it, and holder and requester ask it for each value",
        linking="columns compared for equality, match weights by Fellegi-Sunter",
        leaks="which records share a value and how often; to whoever may ask the server, the token "
        "of any value it makes up, as fast as the limit lets it; with the key, a function that it "
        "can compute; to the server, who asks for how many distinct values and when",
        source="RFC 9497; doi:10.1007/978-3-662-45608-8_13",
    )

    def _check(self, problems: Problems) -> None:
        problems.whole_number("oprf limit", self.limit, 0)
        if not is_number(self.per_seconds) or not 0 <= self.per_seconds < math.inf:
            problems.append(
                f"oprf per_seconds: got {self.per_seconds!r}, allowed numbers from 0, for a budget"
            )
        super()._check(problems)

    @property
    def scalar(self) -> int:
        """The secret number of the server; an outsider can only try a key of zeros."""
        return derive_scalar(self.secret.derive("oprf") if self.secret else bytes(32))

    def encode_records(self, records: pd.DataFrame, fields: tuple[str, ...]) -> Encoded:
        """Encode prepared records, each distinct value of a column once."""
        scalar = self.scalar
        columns: dict[str, pd.Series[Any]] = {}
        for entry in fields:
            codes, values = pd.factorize(joined(records, entry))
            inputs = [element(entry, str(value)).encode() for value in values]
            points = curve.multiply(curve.hash_to_points(inputs, HASH_DOMAIN), scalar)
            columns[entry] = _spread(codes, list(map(finalise, inputs, points)))
        tokens = pd.DataFrame(columns, index=range(len(records)))
        return Encoded(self, records.index, tokens, fields=fields)


def element(column: str, value: str) -> str:
    """Give the input of the function for a column's value.

    Examples
    --------
    >>> element("given_name+surname", "ANA|NG")
    'given_name+surname=ANA|NG'
    """
    return f"{column}={value}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"


def _spread(codes: NDArray[np.intp], tokens: list[str]) -> pd.Series[Any]:
    """Give each value its token; code -1, missing, takes the missing one at the end."""
    return pd.Series([*tokens, None], dtype=TEXT).take(codes).reset_index(drop=True)
