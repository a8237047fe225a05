"""The command line: list, run, assess, calibrate, report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linkage import __version__
from linkage.problems import InputError

EXAMPLES = """examples:
  linkage list
  linkage run address-sharing --out reports/local/address-sharing
  linkage run address-sharing --set people=5000 --set auxiliary.overlap=0.5 --seed 3
  linkage run my-scenario.toml --jobs 2
  linkage assess people.csv --field surname=last_name --field date_of_birth=dob --out risk
  linkage calibrate irs-ice-2025 --out reports/local/irs-ice-2025-fitted
  linkage report reports/local/address-sharing --out again

exit codes: 0 done, 2 unusable input (every problem is named), 130 interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None takes those of the process.

    Returns
    -------
    int
        Exit code: 0 done, 2 unusable input, 130 interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        options.action(options)
    except (InputError, FileExistsError) as error:
        print(f"linkage: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = "finished worlds are kept" if options.action is _calibrate else "nothing was written"
        goes_on = "goes on" if options.action is _calibrate else "starts again"
        print(f"\nlinkage: interrupted; {kept}. The same command {goes_on}.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linkage",
        description="Who is matched, who is exposed, what an attacker can undo.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"linkage {__version__}")
    verbs = parser.add_subparsers(required=True, metavar="list | run | assess | calibrate | report")

    verb = verbs.add_parser("list", help="list the shipped scenarios")
    verb.set_defaults(action=_list)

    verb = verbs.add_parser("run", help="run a scenario and write its report")
    verb.add_argument("scenario", help="a shipped name or a .toml file")
    _add_set_option(verb)
    verb.add_argument("--seed", type=int, help="short for --set seed=...")
    _add_work_options(verb)
    verb.set_defaults(action=_run)

    verb = verbs.add_parser("assess", help="how risky would it be to share this file?")
    verb.add_argument("file", help="CSV or Parquet")
    verb.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=COLUMN",
        help="which column holds which of our fields; may be repeated; default: guessed",
    )
    verb.add_argument("--scheme", action="append", help="may be repeated; default: all")
    verb.add_argument("--attack", action="append", help="may be repeated; default: all")
    verb.add_argument("--seed", type=int, default=0, help="default: 0")
    _add_work_options(verb)
    verb.set_defaults(action=_assess)

    verb = verbs.add_parser(
        "calibrate", help="fit what is unknown of a request list to published figures"
    )
    verb.add_argument("scenario", help="a shipped name or a .toml file, with a [calibration]")
    _add_set_option(verb)
    verb.add_argument(
        "--out", type=Path, help="where figures and charts go; default: reports/local/NAME-fitted"
    )
    verb.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: all cores"
    )
    verb.add_argument("--quiet", action="store_true", help="no progress bar")
    verb.set_defaults(action=_calibrate)

    verb = verbs.add_parser("report", help="write the report of a saved result again")
    verb.add_argument(
        "result", help="directory of a saved result, or of a report on simulated people"
    )
    _add_report_options(verb)
    verb.set_defaults(action=_report)
    return parser


def _add_set_option(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting; a dot reaches inside; may be repeated",
    )


def _add_work_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--save", type=Path, help="also save all figures here, for `linkage report`")
    verb.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: all cores"
    )
    verb.add_argument("--quiet", action="store_true", help="no progress bar")
    _add_report_options(verb)


def _add_report_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, help="where the report goes; default: reports/local/NAME")
    verb.add_argument(
        "--internal", action="store_true", help="show counts under 11 of own files; not for release"
    )


def _list(options: argparse.Namespace) -> None:
    from linkage.scenario import scenarios

    for row in scenarios().itertuples():
        print(f"{row.name}\n    {row.title}\n    {row.shows}")


def _run(options: argparse.Namespace) -> None:
    from linkage.scenario import Scenario
    from linkage.simulate import run

    changes = {name: _value(text) for name, text in _pairs(options.set, "--set")}
    if options.seed is not None:
        changes["seed"] = options.seed
    scenario = Scenario.load(options.scenario).replace(**changes)
    _check_targets(options, scenario.name)
    result = run(scenario, jobs=options.jobs, progress=not options.quiet)
    _save(result, options)
    _write(result, options, scenario.name)


def _assess(options: argparse.Namespace) -> None:
    from linkage.simulate import assess

    name = Path(options.file).name.split(".")[0]
    _check_targets(options, name)
    result = assess(
        options.file,
        fields=dict(_pairs(options.field, "--field")) or None,
        schemes=options.scheme,
        attacks=options.attack,
        seed=options.seed,
        jobs=options.jobs,
        progress=not options.quiet,
    )
    _save(result, options)
    _write(result, options, name)


def _calibrate(options: argparse.Namespace) -> None:
    from linkage.calibration import calibrate
    from linkage.scenario import Scenario

    changes = {name: _value(text) for name, text in _pairs(options.set, "--set")}
    scenario = Scenario.load(options.scenario).replace(**changes)
    target = options.out or Path("reports", "local", f"{scenario.name}-fitted")
    fitted = calibrate(
        scenario, directory=target / "worlds", jobs=options.jobs, progress=not options.quiet
    )
    fitted.save(target / "figures")
    page = fitted.report(target / "report")
    print(f"Report: {page}\n\n{fitted}")


def _report(options: argparse.Namespace) -> None:
    from linkage.result import Result

    _write(Result.load(options.result), options, Path(options.result).resolve().name)


def _pairs(texts: Sequence[str], option: str) -> list[tuple[str, str]]:
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise InputError(f"{option}: got {text!r}, allowed NAME=VALUE" for text in wrong)
    return [(name, value) for name, _, value in (text.partition("=") for text in texts)]


def _value(text: str) -> Any:
    """Read a setting as TOML does; what is no TOML value is text."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _target(options: argparse.Namespace, name: str) -> Path:
    return options.out or Path("reports", "local", name)


def _check_targets(options: argparse.Namespace, name: str) -> None:
    """Refuse directories that could not be written to before the work, not after it."""
    from linkage.reporting.report import REPORT
    from linkage.result import RESULT

    REPORT.check(_target(options, name))
    if options.save:
        RESULT.check(options.save)


def _save(result: Any, options: argparse.Namespace) -> None:
    if options.save:
        print(f"Saved: {result.save(options.save)}")


def _write(result: Any, options: argparse.Namespace, name: str) -> None:
    from linkage.reporting.suppression import suppress

    page = result.report(_target(options, name), internal=options.internal)
    print(f"Report: {page}\n")
    summary = result.summary()
    if "files" in result.scenario and not options.internal:
        summary = suppress(summary)
    for row in summary.to_dict("records"):
        print(f"  {_figure(row):>44}  {row['figure']}")


def _figure(row: dict[str, Any]) -> str:
    """Write a figure with its interval."""
    from linkage.reporting.formatting import with_interval

    figure = with_interval(
        row["value"], row["low"], row["high"], unit=row["unit"], note=row["note"]
    )
    return figure if row["unit"].startswith("share") else f"{figure} {row['unit']}"


if __name__ == "__main__":
    sys.exit(main())
