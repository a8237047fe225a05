"""Risks of one generalised table, by Anonymeter 1.1.0 in an environment of its own, and by us.

    python benchmarks/anonymeter_compare.py --anonymeter PYTHON
    python benchmarks/anonymeter_compare.py --make-anonymeter

Half of a synthetic register is released, at three settings of ``KAnonymous``; the other half is the
control. Both sides get the same tables: birth date, sex and ZIP, all at the levels of the release.

The figures are not meant to agree. Anonymeter attacks: it draws predicates from the table until 500
of them fit one row of it, and tells how many fit one row of the original; it looks for the nearest
row of the table by one part of the columns and by the other, and tells how often that is the same
row. Its rates have chance in them, and a control. Ours are counted over every record, with the
population known: a record stands alone or it does not. Three more differences are of definition.

- Before it attacks, Anonymeter drops rows that are equal to another (``DataFrame.unique``). A class
  of 11 people is then one row, and a predicate that fits the 11 singles it out. It is made for
  synthetic rows with many columns, where equal rows are rare; in a k-anonymous table all are. So it is
  run twice: on the rows as they are, and with a number for each row of the original and the control,
  which no predicate sees and which keeps equal rows apart.
- Its predicates are distinct, one a class, so that its rate is one of classes. Ours are per record;
  for comparison the share of classes with one record stands beside.
- Its link of two halves is a success if both lead to the same row, though that row may be of
  somebody else. Beside it stand the exact chance of that, ties between rows broken at random, and the
  chance that the row is the person's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import synthetic
from linkage.measures.uniqueness import disclosure
from linkage.records import prepare
from linkage.schemes import KAnonymous

TABLES = {
    "birth date, sex, ZIP": KAnonymous(
        k=1, levels=(("date_of_birth", "day"), ("sex", "sex"), ("zip", "5 digits"))
    ),
    "year, sex, 3 digits": KAnonymous(
        k=1, levels=(("date_of_birth", "year"), ("sex", "sex"), ("zip", "3 digits"))
    ),
    "k = 11, chosen levels": KAnonymous(k=11),
}
HALVES = (["date_of_birth"], ["sex", "zip"])
ATTACKS = 500

PEER = """
import json, logging, sys, warnings
import numpy as np, pandas as pd
from anonymeter.evaluators import LinkabilityEvaluator, SinglingOutEvaluator
warnings.simplefilter("ignore"); logging.disable(logging.WARNING); np.random.seed(7)
folder, attacks, halves = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
def read(name):
    return pd.read_csv(f"{folder}/{name}.csv", dtype=str, keep_default_na=False)
def rates(results):
    control = results.control_rate
    return {"attack": results.attack_rate.value, "error": results.attack_rate.error,
            "control": control.value, "baseline": results.baseline_rate.value}
def numbered(rows):
    return rows.assign(row=range(len(rows)))
ori, syn, control = map(read, ("ori", "syn", "control"))
made = {}
for name, one, other in (("singling out", ori, control),
                         ("singling out, rows numbered", numbered(ori), numbered(control))):
    evaluator = SinglingOutEvaluator(ori=one, syn=syn, control=other, n_attacks=attacks,
        n_cols=syn.shape[1], max_attempts=50_000, seed=7)
    made[name] = rates(evaluator.evaluate(mode="multivariate").results())
evaluator = LinkabilityEvaluator(ori=ori, syn=syn, control=control, aux_cols=halves, n_attacks=attacks)
made["linkability"] = rates(evaluator.evaluate(n_jobs=1).results())
print(json.dumps(made))
"""


class Table:
    """A release and those who are in it or not, all written at its levels."""

    def __init__(self, register: pd.DataFrame, scheme: KAnonymous, *, seed: int) -> None:
        inside = np.zeros(len(register), bool)
        order = np.random.default_rng(seed).permutation(len(register))
        inside[order[: len(register) // 2]] = True
        release = scheme.encode(register[inside])
        everybody = release.scheme.asking().encode(register).tokens.fillna("")
        self.levels = ", ".join(level for _, level in release.scheme.levels)
        self.ori = everybody[inside].reset_index(drop=True)
        self.control = everybody[~inside].reset_index(drop=True)
        told = release.tokens.dropna(how="all").fillna("")
        self.syn = told.reset_index(drop=True)
        kept = release.tokens.notna().any(axis=1).to_numpy()
        self.population = everybody.groupby(list(everybody)).ngroup().to_numpy()
        self.sample = np.where(kept, self.population[inside], -1)

    def linked(self, people: pd.DataFrame) -> tuple[float, float]:
        """Chance that both halves of a person lead to the same row, and that it is their own."""
        sizes = [
            self.syn.groupby(part).size().rename(name)
            for name, part in (("whole", list(self.syn)), ("one", HALVES[0]), ("other", HALVES[1]))
        ]
        found = people
        for size in sizes:
            found = found.join(size, on=size.index.names)
        own = (found["whole"] > 0) / (found["one"] * found["other"])
        return float((own * found["whole"]).fillna(0).mean()), float(own.fillna(0).mean())


def ask_peer(python: str, table: Table) -> dict[str, dict[str, float]]:
    """Let Anonymeter attack the same table, through files."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ori", "syn", "control"):
            getattr(table, name).to_csv(Path(folder) / f"{name}.csv", index=False)
        command = [python, "-c", PEER, folder, str(ATTACKS), json.dumps(HALVES)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    return json.loads(ran.stdout.splitlines()[-1])


def compare(python: str, people: int) -> None:
    """Print what both say of each table."""
    register = prepare(synthetic.World(people=people, seed=7).taxpayers())
    for title, scheme in TABLES.items():
        table = Table(register, scheme, seed=7)
        ours = disclosure(table.sample, table.population)
        print(f"\n{title} ({table.levels}): {len(table.syn):,} rows of {len(register):,} people")
        for name, row in ask_peer(python, table).items():
            residual = (row["attack"] - row["control"]) / (1 - row["control"])
            print(
                f"  Anonymeter, {name:28}{row['attack']:8.3f} +- {row['error']:.3f}"
                f"   control {row['control']:.3f}   baseline {row['baseline']:.3f}"
                f"   residual {max(residual, 0):.3f}"
            )
        for name in (
            *("sample_uniqueness", "population_uniqueness", "prosecutor_average"),
            *("journalist_average", "marketer", "k", "k_map", "suppressed"),
        ):
            print(f"  ours, {name:34}{ours[name].value:8.3f}")
        per_class = ours["sample_uniqueness"].value / ours["prosecutor_average"].value
        print(f"  ours, classes of one record{'':13}{per_class:8.3f}")
        for name, rows in (("released", table.ori), ("control", table.control)):
            same, own = table.linked(rows)
            print(f"  ours, halves lead to one row, {name:10}{same:8.3f}   to their own {own:.4f}")


def make_anonymeter(folder: Path) -> str:
    """Put Anonymeter into an environment of its own, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "anonymeter==1.1.0"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    peer = parser.add_mutually_exclusive_group(required=True)
    peer.add_argument("--anonymeter", metavar="PYTHON", help="a Python that has anonymeter 1.1.0")
    peer.add_argument("--make-anonymeter", action="store_true", help="make one for this run")
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        python = (
            make_anonymeter(Path(name) / "env") if options.make_anonymeter else options.anonymeter
        )
        compare(python, options.people)


if __name__ == "__main__":
    main()
