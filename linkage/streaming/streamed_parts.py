"""Link a request list with a register of one's own that is written in parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from linkage.exchange import unattacked
from linkage.linking.blocking import Rule
from linkage.measures.harm import Truth
from linkage.own_files import read_persons, read_side, same_people
from linkage.problems import InputError, Problems, listing
from linkage.records import FIELDS, TEXT, Parts, guess_fields, prepare_coded, roles
from linkage.regimes import REGIMES, Regime
from linkage.scenario import Scenario
from linkage.schemes import Scheme
from linkage.streaming.part_passes import RECORDS, ROWS, PartPass
from linkage.streaming.passes import carry_out
from linkage.streaming.run_directory import RunDirectory, directory_for, versions
from linkage.streaming.scheme_search import Gathered, Weighed, prepare_all
from linkage.streaming.shipping import dock
from linkage.streaming.sieve import Sieve
from linkage.streaming.streamed import Streamed

LEAST_SAMPLE: Final = 400_000
ONE_IN: Final = 64
"""Records, about, of which it is learned where to look; of a larger register one in so many."""

PIECES: Final = 16
"""Row groups at least from which these are taken."""


@dataclass(frozen=True, eq=False)
class PassedBy:
    """What is left of a register in parts that has passed by.

    Parameters
    ----------
    records : pandas.DataFrame
        Those that matter, prepared.
    rows : (records,) int array
        Which rows of the register they are.
    persons : pandas.Series
        Who they are about, where a column says so.
    weighed : Weighed
        Links by the model; its positions are those of ``records``.
    roles : pandas.DataFrame
        Which column was taken for which field, as a sample shows; see `linkage.records.roles`.
    """

    records: pd.DataFrame
    rows: NDArray[np.int64]
    persons: pd.Series[Any]
    weighed: Weighed
    roles: pd.DataFrame


def pass_by(
    requests: pd.DataFrame,
    parts: Parts,
    schemes: Mapping[str, Scheme],
    *,
    fields: Mapping[str, str],
    rules: Sequence[Rule] | None = None,
    routes: Iterable[Regime] = (),
    person: str = "",
    asked: Sequence[str] = (),
    seed: int,
    what: str = "register",
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> PassedBy:
    """Let a register pass by and keep what requests can reach.

    Parameters
    ----------
    requests : pandas.DataFrame
        Prepared records.
    parts : Parts
    schemes : mapping of str to Scheme
        With secrets: under which the two files are linked by the model.
    fields : mapping of str to str
        Our field name to column name of the register, as `columns_of` gives them.
    rules : sequence of tuple of str, optional
        Where to look; chosen from a sample when None.
    routes : iterable of Regime
        Whose routes will be followed.
    person, asked : str, sequence of str
        Column that says who is who, and who is asked about.
    seed : int
    what : str
        How errors call the register.
    directory, jobs, progress : see `linkage.link`

    Raises
    ------
    linkage.InputError
        Naming a part that cannot be read, or every problem of its columns; or the directory is that
        of another run.
    """
    sample, shown = _sample_of(parts, fields, requests, what)
    chosen = list(routes)
    about = {
        "seed": seed,
        "requests": _fingerprint(requests, asked),
        "parts": parts.about,
        "fields": dict(fields),
        "person": person,
        "rules": rules,
        "routes": [each.name for each in chosen],
        "schemes": {name: scheme.fingerprint for name, scheme in schemes.items()},
        "versions": versions(),
    }
    with directory_for(directory) as path:
        kept = RunDirectory.open(path, about)
        with dock(kept.path) as place:
            searches = prepare_all(
                schemes,
                requests,
                sample,
                records=len(parts),
                rules=rules,
                seed=seed,
                place=place,
                jobs=jobs,
            )
            del sample
            sieve = Sieve.of(requests, chosen)
            there = place.ship(PartPass(parts, fields, searches, sieve, person, tuple(asked)))
            gathered = Gathered(searches)
            pieces = list(gathered.take(carry_out(there, kept, jobs=jobs, progress=progress)))
    records = pd.concat([piece.pop(RECORDS) for piece in pieces], ignore_index=True)
    rows = pd.concat([piece.pop(ROWS) for piece in pieces], ignore_index=True)
    records = records[[name for name in FIELDS if name in records]].astype(TEXT)
    row = rows["row"].to_numpy(np.int64)
    weighed = Weighed(gathered, records, pd.Index(row), len(parts))
    return PassedBy(records, row, rows["person"].astype(TEXT), weighed, shown)


def streamed_files(
    scenario: Scenario,
    *,
    schemes: Mapping[str, Scheme],
    directory: str | Path | None = None,
    jobs: int = 1,
    progress: bool = False,
) -> Streamed:
    """Let the register of a scenario's own files pass by and keep what the requests can reach.

    Parameters
    ----------
    scenario : Scenario
        With files.
    schemes : mapping of str to Scheme
        With secrets: under which the two files are linked by the model.
    directory, jobs, progress : see `linkage.run`

    Raises
    ------
    linkage.InputError
        See `pass_by`; and every problem of the requests.
    """
    files, problems = scenario.files, Problems()
    assert files is not None
    requests = read_side(files.requests, files.requests_fields, "requests", problems)
    known = bool(files.requests_person and files.register_person)
    person = files.register_person if known else ""
    asked = (
        read_persons(files.requests, files.requests_person, "requests", problems) if known else None
    )
    try:
        parts = Parts.open(files.register, what="register")
        fields = columns_of(parts, files.register_fields or None, person=person, what="register")
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_any()
    assert requests is not None
    passed = pass_by(
        requests,
        parts,
        schemes,
        fields=fields,
        routes=[REGIMES[name] for name in scenario.regimes if not REGIMES[name].by_model],
        person=person,
        asked=[] if asked is None else sorted(set(asked.dropna())),
        seed=scenario.seed,
        directory=directory,
        jobs=jobs,
        progress=progress,
    )
    truth = None
    if asked is not None:
        truth = Truth(*same_people({"requests": asked, "register": passed.persons}))
    return Streamed(unattacked(passed.records, requests, truth), passed.weighed)


def columns_of(
    parts: Parts, fields: Mapping[str, str] | None, *, person: str = "", what: str
) -> dict[str, str]:
    """Tell which column of a register in parts holds which field.

    Parameters
    ----------
    parts : Parts
    fields : mapping of str to str, optional
        Our field name to column name; None guesses from the names.
    person : str
        Column that says who is who, if there is one.
    what : str
        How errors call the register.

    Raises
    ------
    linkage.InputError
        Naming every unknown field and column.
    """
    names = [str(name) for name in parts.schema.names]
    problems = Problems()
    for name, column in (fields or {}).items():
        problems.choice(f"{what}, fields", name, FIELDS)
        problems.choice(f"{what}, column for {name}", column, names)
    if person:
        problems.choice(f"{what}, column of persons", person, names)
    problems.raise_any()
    mapping = guess_fields(names) if fields is None else dict(fields)
    if not mapping:
        raise InputError(
            [f"{what}: no column name is known ({listing(names, 8)}); pass fields={{...}}"]
        )
    return mapping


def _sample_of(
    parts: Parts, mapping: Mapping[str, str], requests: pd.DataFrame, what: str
) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """Prepare pieces of a register, and show what its columns were taken for."""
    rows = max(LEAST_SAMPLE, len(parts) // ONE_IN)
    tables = parts.sample(list(dict.fromkeys(mapping.values())), rows, PIECES)
    together = pa.concat_tables(tables)
    prepared = prepare_coded(together, mapping, what=what)
    if not set(prepared) & set(requests):
        raise InputError(
            [
                f"{what}: no field in common with the requests; it has {listing(prepared, 12)}, they "
                f"have {listing(requests, 12)}; pass fields={{...}}"
            ]
        )
    ends = np.cumsum([table.num_rows for table in tables])
    pieces = [prepared.iloc[end - len(each) : end] for end, each in zip(ends, tables, strict=True)]
    return pieces, roles(together, prepared, mapping)


def _fingerprint(requests: pd.DataFrame, asked: Sequence[str]) -> str:
    """Tell requests from others."""
    digest = hashlib.sha256()
    for name in requests:
        digest.update(str(name).encode() + b"\0")
        digest.update(
            pd.util.hash_pandas_object(requests[name].astype(object)).to_numpy().tobytes()
        )
    digest.update("\0".join(sorted(asked)).encode())
    return digest.hexdigest()[:16]
