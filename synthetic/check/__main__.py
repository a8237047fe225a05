"""The command line: ``python -m synthetic.check``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from synthetic.check import PEOPLE, realism, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table.

    Parameters
    ----------
    arguments : sequence of str, optional
        None takes those of the process.

    Returns
    -------
    int
        Exit code: 0, or with ``--strict`` 1 if a figure does not fit.
    """
    options = _parser().parse_args(arguments)
    try:
        frame = realism(options.people, options.seed, progress=sys.stderr.isatty())
    except ValueError as error:
        print(f"synthetic.check: {error}", file=sys.stderr)
        return 2
    print(text(frame))
    count = frame["fits"].value_counts().reindex(["yes", "bound", "no"], fill_value=0)
    print(
        f"\nWorld(people={options.people:,}, seed={options.seed}): {count['yes']} figures fit, "
        f"{count['bound']} keep within a bound, {count['no']} do not fit"
    )
    if options.csv:
        frame.to_csv(options.csv, index=False)
    return int(options.strict and count["no"] > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m synthetic.check",
        description="Print what a synthetic world has beside what the country has.",
        epilog="exit codes: 0 done, 1 with --strict if a figure does not fit, 2 unusable input",
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"default: {PEOPLE:,}")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write the table to it, reasons included"
    )
    parser.add_argument("--strict", action="store_true", help="fail if a figure does not fit")
    return parser


if __name__ == "__main__":
    sys.exit(main())
