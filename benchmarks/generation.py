"""Rows of a register made from nothing: ours against Faker and Gecko, one core, alternating.

Each maker is a process of its own, and they take turns. Memory is that of processes that
stream registers of different sizes and keep none of it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

ROUNDS = 7
PEOPLE = 200_000  # drawn in a round of ours
FAKER_ROWS = 2_000
STREAMED = (10_000, 1_000_000, 4_000_000)
ONE_THREAD = dict.fromkeys(
    ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
GECKO = Path(__file__).parent / "gecko"
Work = Callable[[int], tuple[int, float]]  # the number of the round: rows made, how fast


# What runs in a process of its own.


def ours(*, drawn_before: bool, partition_people: int = 50_000) -> Work:
    """Registers of partitions as Arrow batches; drawing the people counts too, or does not."""
    from synthetic import World
    from synthetic.population import draw_population
    from synthetic.register import register

    world = World(people=5_000_000, seed=1, partition_people=partition_people)
    partitions = PEOPLE // partition_people

    def work(number: int) -> tuple[int, float]:
        indices = range(number * partitions, (number + 1) * partitions)
        populations: Iterable = (draw_population(world, index) for index in indices)
        if drawn_before:
            populations = list(populations)
        start = time.perf_counter()
        rows = sum(register(population).num_rows for population in populations)
        return rows, time.perf_counter() - start

    return work


def faker() -> Work:
    """The same columns, a row at a time, as Faker is mostly used."""
    import pandas as pd
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(1)

    def row() -> dict[str, object]:
        female = fake.pybool()
        return {
            "given_name": fake.first_name_female() if female else fake.first_name_male(),
            "middle_initial": fake.random_uppercase_letter(),
            "surname": fake.last_name(),
            "date_of_birth": fake.date_of_birth(minimum_age=18, maximum_age=90).isoformat(),
            "sex": "F" if female else "M",
            "tin": fake.ssn().replace("-", ""),
            "tin_type": "SSN",
            "street_number": fake.building_number(),
            "street_name": fake.street_name(),
            "unit": fake.secondary_address() if fake.pybool(25) else None,
            "city": fake.city(),
            "state": fake.state_abbr(include_territories=False),
            "zip": fake.postcode(),
            "filing_status": fake.random_element(("single", "married_joint", "head_of_household")),
            "income": fake.random_int(0, 200_000),
            "refund": fake.random_int(0, 6_000),
            "dependents": fake.random_int(0, 4),
            "tax_year": 2024,
        }

    def work(number: int) -> tuple[int, float]:
        start = time.perf_counter()
        frame = pd.DataFrame([row() for _ in range(FAKER_ROWS)])
        return len(frame), time.perf_counter() - start

    return work


WHOLE = "ours, a world and its register"
MAKERS: dict[str, Callable[[], Work]] = {
    WHOLE: partial(ours, drawn_before=False),
    "the same in partitions of 10,000": partial(ours, drawn_before=False, partition_people=10_000),
    "ours, the register of a world drawn before": partial(ours, drawn_before=True),
    "Faker": faker,
}


def serve(name: str) -> None:
    """Make rows for every line on standard input; say how many, and the seconds."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    work = MAKERS[name]()
    for number, _ in enumerate(sys.stdin):
        print(*work(number), flush=True)


def stream(people: int) -> None:
    """Stream a register and drop it; print rows, seconds and the peak of memory in MB."""
    import resource

    import pyarrow as pa

    from synthetic import World

    pa.set_cpu_count(1)
    start = time.perf_counter()
    rows = sum(batch.num_rows for batch in World(people=people, seed=1).taxpayer_batches())
    seconds = time.perf_counter() - start
    # Linux counts in kilobytes. The parent is small, so what it passes on does not matter.
    print(rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def write_tables(folder: Path) -> None:
    """Write frequency tables, counted in a register of ours, for Gecko to draw from."""
    from synthetic import World

    register = World(people=200_000, seed=2).taxpayers()
    together = (["given_name", "sex"], ["zip", "city", "state"])
    alone = (
        *("middle_initial", "surname", "tin_type", "street_name", "unit"),
        *("filing_status", "dependents", "tax_year"),
    )
    for columns in (*together, *([name] for name in alone)):
        counts = register.groupby(columns, dropna=False).size().reset_index(name="count")
        counts.to_csv(folder / f"{'-'.join(columns)}.csv", index=False)


# What asks them.


class Maker:
    """A process that makes rows when it is asked to."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )

    def round(self) -> float:
        """Rows a second of one more round."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        rows, seconds = self.process.stdout.readline().split()
        return int(rows) / float(seconds)

    def stop(self) -> None:
        """Let it end."""
        self.process.communicate()


def ourselves(*arguments: str) -> list[str]:
    return [sys.executable, __file__, *arguments]


def compare(gecko: str | None, folder: Path) -> None:
    """Print rows a second of each maker and how many times as fast ours is."""
    commands = {name: ourselves("--serve", name) for name in MAKERS}
    if gecko:
        subprocess.run(ourselves("--tables", str(folder)), check=True)
        script = [gecko, str(GECKO / "generate.py"), str(folder)]
        commands["Gecko, generate"] = [*script, "none"]
        commands["Gecko, generate and mutate"] = [*script, "errors"]
    makers = {name: Maker(command) for name, command in commands.items()}
    for maker in makers.values():
        maker.round()  # compiles and loads
    speeds: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        for name, maker in makers.items():
            speeds[name].append(maker.round())
    for maker in makers.values():
        maker.stop()
    median = {name: statistics.median(values) for name, values in speeds.items()}
    whole = median[WHOLE]
    print(f"rows of a register, one core, medians of {ROUNDS} alternating rounds")
    print(f"{'':46}{'rows/s':>11}{'least':>11}{'most':>11}{'world / it':>12}")
    for name, values in speeds.items():
        figures = f"{median[name]:11,.0f}{min(values):11,.0f}{max(values):11,.0f}"
        print(f"{name:46}{figures}{whole / median[name]:12.1f}")


def memory() -> None:
    """Print the peak memory of streaming registers of several sizes."""
    print("\na register streamed and dropped, a process each, loading the tables included")
    print(f"{'people':>12}{'rows':>12}{'rows/s':>12}{'peak MB':>10}")
    for people in STREAMED:
        done = subprocess.run(
            ourselves("--stream", str(people)),
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        rows, seconds, peak = done.stdout.split()
        speed = int(rows) / float(seconds)
        print(f"{people:12,}{int(rows):12,}{speed:12,.0f}{float(peak):10,.0f}")


def make_gecko(folder: Path) -> str:
    """Put Gecko into an environment of its own, for its old pins, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(GECKO / "requirements.txt")], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    peer = parser.add_mutually_exclusive_group()
    peer.add_argument("--gecko", metavar="PYTHON", help="a Python that has gecko-syndata 0.6.4")
    peer.add_argument("--make-gecko", action="store_true", help="make one for this run, with pip")
    for name in ("--serve", "--tables", "--stream"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    elif options.tables:
        write_tables(Path(options.tables))
    elif options.stream:
        stream(int(options.stream))
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            gecko = make_gecko(folder / "env") if options.make_gecko else options.gecko
            compare(gecko, folder)
        memory()


if __name__ == "__main__":
    main()
