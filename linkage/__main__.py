"""The command line: list, init, run, assess, link, calibrate, report, compare, recommend."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from linkage import __version__, commands
from linkage.problems import InputError

EXAMPLES = """examples:
  linkage list
  linkage init my-scenario.toml --like address-sharing
  linkage run my-scenario.toml --jobs 2
  linkage run address-sharing --set people=5000 --set auxiliary.overlap=0.5 --seed 3
  linkage assess people.csv --field surname=last_name --field date_of_birth=dob --out risk
  linkage link requests.csv register.parquet --field surname=last_name:name --out links.csv
  linkage calibrate irs-ice-2025 --out reports/local/irs-ice-2025-fitted
  linkage report reports/local/address-sharing --out again
  linkage compare reports/local/before reports/local/after --out both
  linkage recommend reports/local/address-sharing --min-recall 0.9 --max-risk 0.1
  linkage completion bash >> ~/.bashrc

exit codes: 0 done, 1 the disk was full or the cluster lost, 2 unusable input (every problem is
named), 130 interrupted
"""

Action = Callable[[argparse.Namespace], None]
Begin = Callable[[str, Action, str, str], argparse.ArgumentParser]
"""Begins a command: its name, what it does, that in words, an example."""

GOES_ON = (commands.calibrate,)
"""Commands that keep what is finished when they are interrupted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None takes those of the process.

    Returns
    -------
    int
        Exit code: 0 done, 1 disk or cluster failed, 2 unusable input, 130 interrupted.
    """
    options = parser().parse_args(arguments)
    try:
        options.action(options)
    except (InputError, FileExistsError) as error:
        print(f"linkage: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nlinkage: interrupted; {_what_then(options)}", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"\nlinkage: {error}; {_what_then(options)}", file=sys.stderr)
        return 1
    return 0


def _what_then(options: argparse.Namespace) -> str:
    if options.action in GOES_ON or getattr(options, "directory", None):
        return "what is finished is kept. The same command goes on."
    return "nothing was written. The same command starts again."


def parser() -> argparse.ArgumentParser:
    """Describe commands and options."""
    whole = argparse.ArgumentParser(
        prog="linkage",
        description="Who is matched, who is exposed, what an attacker can undo.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"linkage {__version__}")
    verbs = whole.add_subparsers(required=True, metavar="COMMAND", title="commands")

    begin = partial(_verb, verbs)
    _scenario_commands(begin)
    _file_commands(begin)
    _result_commands(begin)
    made = begin(
        *("completion", commands.completion, "print a script that completes commands in a shell"),
        "linkage completion bash >> ~/.bashrc",
    )
    made.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    made.set_defaults(parser=whole)
    return whole


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    action: Action,
    about: str,
    example: str,
) -> argparse.ArgumentParser:
    made = verbs.add_parser(
        name,
        help=about,
        description=f"{about[:1].upper()}{about[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(action=action)
    return made


def _scenario_commands(verb: Begin) -> None:
    made = verb("list", commands.list_scenarios, "list the shipped scenarios", "linkage list")
    _add_json_option(made)

    made = verb(
        *("init", commands.write_scenario, "write a commented scenario file to start from"),
        "linkage init my-scenario.toml --like irs-ice-2025",
    )
    made.add_argument("file", type=Path, help="a new .toml file")
    made.add_argument("--like", default="address-sharing", help="default: address-sharing")

    made = verb(
        *("run", commands.run, "run a scenario and write its report"),
        "linkage run address-sharing --set people=5000 --jobs 2",
    )
    made.add_argument("scenario", help="a shipped name or a .toml file")
    _add_set_option(made)
    made.add_argument("--seed", type=int, help="short for --set seed=...")
    _add_place_options(made, "a streamed scenario")
    _add_work_options(made)

    made = verb(
        *("calibrate", commands.calibrate, "fit what is unknown to published figures"),
        "linkage calibrate irs-ice-2025",
    )
    made.add_argument("scenario", help="a shipped name or a .toml file, with a [calibration]")
    _add_set_option(made)
    made.add_argument(
        "--out", type=Path, help="where figures and page go; default: reports/local/NAME-fitted"
    )
    _add_job_options(made)
    _add_json_option(made)


def _file_commands(verb: Begin) -> None:
    made = verb(
        *("assess", commands.assess, "say how risky it would be to share a file"),
        "linkage assess people.csv --field surname=last_name --scheme hmac --out risk",
    )
    made.add_argument("file", help="CSV or Parquet")
    _add_field_option(made, "NAME=COLUMN")
    made.add_argument("--scheme", action="append", help="may be repeated; default: the usual ones")
    made.add_argument("--attack", action="append", help="may be repeated; default: the usual ones")
    made.add_argument("--seed", type=int, default=0, help="default: 0")
    _add_work_options(made)

    made = verb(
        *("link", commands.link, "link two files, or find who is in one twice"),
        "linkage link requests.csv register.csv --field surname=last_name:name --out links.csv",
    )
    made.add_argument("left", help="CSV or Parquet")
    made.add_argument(
        "right",
        nargs="?",
        help="CSV or Parquet, or a folder or URL of Parquet files too large to hold; left out: within "
        "the one file",
    )
    _add_field_option(made, "NAME=COLUMN or NAME=LEFT:RIGHT")
    made.add_argument("--threshold", type=float, help="least probability of a link; default: 0.5")
    made.add_argument("--many", action="store_true", help="let a record have several partners")
    made.add_argument("--seed", type=int, default=0, help="default: 0")
    made.add_argument("--out", type=Path, help="CSV of the links; default: links.csv")
    made.add_argument("--overwrite", action="store_true", help="replace that file")
    _add_place_options(made, "a folder or URL")
    _add_job_options(made)
    _add_json_option(made)


def _result_commands(verb: Begin) -> None:
    made = verb(
        *("report", commands.report, "write the report of a saved result again"),
        "linkage report reports/local/address-sharing --out again",
    )
    made.add_argument(
        "result", help="directory of a saved result, or of a report on simulated people"
    )
    _add_report_options(made)

    made = verb(
        *("compare", commands.compare, "write two results side by side"),
        "linkage compare reports/local/before reports/local/after --out both",
    )
    made.add_argument("before", help="as for report")
    made.add_argument("after", help="as for report")
    _add_report_options(made)

    made = verb(
        *("recommend", commands.recommend, "list the schemes of a result that satisfy two limits"),
        "linkage recommend reports/local/address-sharing --min-recall 0.9 --max-risk 0.1",
    )
    made.add_argument("result", help="as for report")
    made.add_argument("--min-recall", type=float, default=0.0, help="default: 0")
    made.add_argument("--max-risk", type=float, default=1.0, help="default: 1")
    made.add_argument("--knowledge", help="the adversary that counts; default: the worst")
    _add_internal_option(made)
    _add_json_option(made)


def _add_set_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting; a dot reaches inside; may be repeated",
    )


def _add_field_option(verb: argparse.ArgumentParser, form: str) -> None:
    verb.add_argument(
        "--field",
        action="append",
        default=[],
        metavar=form,
        help="which column holds which of our fields; may be repeated; default: guessed",
    )


def _add_job_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: all cores"
    )
    verb.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_place_options(verb: argparse.ArgumentParser, of: str) -> None:
    verb.add_argument(
        "--directory",
        type=Path,
        help=f"keep finished pieces of {of} here, to go on after an interruption",
    )
    verb.add_argument(
        "--backend",
        default="loky",
        help="loky (processes here, the default), dask, ray or spark; figures are the same",
    )
    verb.add_argument("--scheduler", help="where the cluster is, as tcp://host:8786")


def _add_work_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--save", type=Path, help="also save all figures here, for `linkage report`")
    _add_job_options(verb)
    _add_report_options(verb)


def _add_report_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, help="where the report goes; default: reports/local/NAME")
    _add_internal_option(verb)
    _add_json_option(verb)


def _add_internal_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--internal", action="store_true", help="show counts under 11 of own files; not for release"
    )


def _add_json_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="print JSON, for other programs")


if __name__ == "__main__":
    sys.exit(main())
