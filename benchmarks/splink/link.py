"""Splink's side of ``linking.py``: run by a Python of its own, which has Splink.

``link.py CASE FOLDER`` links left.parquet and right.parquet of a folder, or the first alone where
there is no second, says when it holds the scored pairs and how much memory that took, and then
writes them into splink.parquet. The model is trained as Splink's tutorials do: u from random pairs,
m by expectation maximisation on two blocks.
"""

from __future__ import annotations

import logging
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RANDOM_PAIRS = 1e6
LEAST_WEIGHT = -20  # bits; pairs below are not kept


@dataclass(frozen=True)
class Plan:
    """What to compare, on which blocks, and how to train."""

    comparisons: list
    blocks: list
    train_on: list
    surely: list  # rules that hardly ever hold for strangers
    surely_finds: float  # share of the matches that these rules find


FEBRL = Plan(
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
        cl.LevenshteinAtThresholds("postcode", [1, 2]),
        cl.ExactMatch("state"),
    ],
    blocks=[
        block_on("given_name", "surname"),
        block_on("surname", "postcode"),
        block_on("given_name", "postcode"),
        block_on("date_of_birth"),
        block_on("surname", "street_number"),
        block_on("address_1"),
    ],
    train_on=[block_on("date_of_birth"), block_on("surname", "given_name")],
    surely=[block_on("date_of_birth", "surname")],
    surely_finds=0.75,
)
LOOSE = [block_on("zip"), block_on("dob"), block_on("first", "last")]
TIGHT = [
    block_on("zip", "last"),
    block_on("dob", "last"),
    block_on("dob", "first"),
    block_on("zip", "first", "substr(dob, 1, 4)"),
    block_on("dob", "zip"),
    block_on("first", "last", "substr(street, 1, 6)"),
]


def faker(blocks: list, dates: type = cl.DamerauLevenshteinAtThresholds) -> Plan:
    """Plan for files of ``faker_world.py``; transposed digits of a date cost time to look for."""
    return Plan(
        comparisons=[
            cl.NameComparison("first"),
            cl.NameComparison("last"),
            dates("dob", [1, 2]),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            cl.LevenshteinAtThresholds("zip", [1, 2]),
        ],
        blocks=blocks,
        train_on=[block_on("dob", "first"), block_on("zip", "last")],
        surely=[block_on("dob", "last")],
        surely_finds=0.8,
    )


COUNTRY = Plan(
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.ExactMatch("sex"),
        cl.LevenshteinAtThresholds("tin", [1, 2]),
        cl.JaroWinklerAtThresholds("street_name", [0.9, 0.8]),
        cl.ExactMatch("street_number"),
        cl.LevenshteinAtThresholds("zip", [1, 2]),
    ],
    blocks=[
        block_on("tin"),
        block_on("surname", "zip"),
        block_on("surname", "date_of_birth"),
        block_on("given_name", "date_of_birth"),
        block_on("date_of_birth", "zip"),
        block_on("given_name", "surname", "street_number"),
    ],
    train_on=[block_on("date_of_birth", "given_name"), block_on("zip", "surname")],
    surely=[block_on("date_of_birth", "surname")],
    surely_finds=0.8,
)

PLANS = {  # by how names of cases begin
    "country": COUNTRY,
    "febrl": FEBRL,
    "million-levenshtein": faker(LOOSE, cl.LevenshteinAtThresholds),
    "million": faker(LOOSE),
    "ten-million": faker(TIGHT),
}


def tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Read the files, birth dates as text; give the names of their tables."""
    names = [name for name in ("left", "right") if (folder / f"{name}.parquet").exists()]
    for name in names:
        file = folder / f"{name}.parquet"
        columns = connection.execute(f"describe select * from '{file}'").fetchall()
        texts = ", ".join(f'cast("{column}" as varchar) as "{column}"' for column, *_ in columns)
        connection.execute(
            f"create table read_{name} as "
            f"select file_row_number as unique_id, {texts} "
            f"from read_parquet('{file}', file_row_number=true)"
        ).fetchall()
    return names


def trained(linker: Linker, plan: Plan) -> Linker:
    training = linker.training
    training.estimate_probability_two_random_records_match(plan.surely, recall=plan.surely_finds)
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for block in plan.train_on:
        training.estimate_parameters_using_expectation_maximisation(block)
    return linker


def main() -> None:
    case, folder = sys.argv[1], Path(sys.argv[2])
    logging.getLogger("splink").setLevel(logging.ERROR)
    plan = next(plan for name, plan in PLANS.items() if case.startswith(name))
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false").fetchall()
    names = tables(connection, folder)
    api = DuckDBAPI(connection)
    files = [
        api.register(connection.table(f"read_{name}"), dataset_display_name=f"{name}_file")
        for name in names
    ]
    settings = SettingsCreator(
        link_type="link_only" if len(names) == 2 else "dedupe_only",
        comparisons=plan.comparisons,
        blocking_rules_to_generate_predictions=plan.blocks,
        retain_matching_columns=False,
    )
    linker = trained(Linker(files, settings, log_level=logging.ERROR), plan)
    scored = linker.inference.predict(threshold_match_weight=LEAST_WEIGHT).physical_name
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
    # Splink may have the files the other way round.
    swapped = "source_dataset_l = 'right_file'" if len(names) == 2 else "unique_id_l > unique_id_r"
    connection.execute(
        f"copy (select if({swapped}, unique_id_r, unique_id_l) as left, "
        f"if({swapped}, unique_id_l, unique_id_r) as right, "
        f"match_weight as weight, match_probability as probability from {scored}) "
        f"to '{folder / 'splink.parquet'}'"
    ).fetchall()


if __name__ == "__main__":
    main()
