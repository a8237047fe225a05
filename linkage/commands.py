"""What each command does: read its options, call the library, print what came of it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.problems import InputError

if TYPE_CHECKING:
    import pandas as pd

    from linkage.result import Result

Options = argparse.Namespace


def list_scenarios(options: Options) -> None:
    """List the shipped scenarios."""
    from linkage.scenario import scenarios

    table = scenarios()
    if options.json:
        _print_json(table.to_dict("records"))
        return
    for row in table.itertuples():
        print(f"{row.name}\n    {row.title}\n    {row.shows}")


def write_scenario(options: Options) -> None:
    """Write a scenario file to start from: a shipped one with its comments, under a name of one's own."""
    from linkage.problems import Problems
    from linkage.scenario import Scenario, shipped, shipped_text

    problems = Problems()
    problems.choice("--like", options.like, shipped())
    if options.file.exists():
        problems.append(f"{options.file}: is there already, allowed a new file; try another name")
    if options.file.suffix != ".toml":
        problems.append(f"{options.file}: got {options.file.suffix or 'no ending'}, allowed .toml")
    problems.raise_any()
    text = re.sub(
        r'(?m)^name = ".*"$', f'name = "{options.file.stem}"', shipped_text(options.like), count=1
    )
    beginning = (
        f"# Made by `linkage init` from {options.like}. Change what you like, then:\n"
        f"#   linkage run {options.file.name}\n"
        "# Settings that are left out take their usual values. Words after # are comments.\n#\n"
    )
    options.file.parent.mkdir(parents=True, exist_ok=True)
    options.file.write_text(beginning + text, encoding="utf-8")
    Scenario.load(options.file)
    print(f"Written: {options.file}\nNext: linkage run {options.file}")


def run(options: Options) -> None:
    """Run a scenario and write its report."""
    from linkage import simulate
    from linkage.engine import engine

    scenario = _scenario(options, {} if options.seed is None else {"seed": options.seed})
    _check_targets(options, scenario.name)
    with engine(options.backend, options.scheduler):
        result = simulate.run(
            scenario, jobs=options.jobs, progress=not options.quiet, directory=options.directory
        )
    _finish(result, options, scenario.name)


def assess(options: Options) -> None:
    """Say how risky it would be to share a file."""
    from linkage import simulate

    name = Path(options.file).name.split(".")[0]
    _check_targets(options, name)
    result = simulate.assess(
        options.file,
        fields=dict(_pairs(options.field, "--field")) or None,
        schemes=options.scheme,
        attacks=options.attack,
        seed=options.seed,
        jobs=options.jobs,
        progress=not options.quiet,
    )
    _finish(result, options, name)


def link(options: Options) -> None:
    """Link two files, or the records of one, and write the links as CSV."""
    from linkage.engine import engine
    from linkage.linking import link as link_files

    target = options.out or Path("links.csv")
    if target.exists() and not options.overwrite:
        raise FileExistsError(f"{target} is there already; try another --out, or --overwrite")
    fields: dict[str, Any] = {}
    for name, columns in _pairs(options.field, "--field"):
        left, both, right = columns.partition(":")
        fields[name] = (left, right) if both else left
    with engine(options.backend, options.scheduler):
        links = link_files(
            options.left,
            options.right,
            fields=fields or None,
            one_to_one=not options.many,
            threshold=options.threshold,
            seed=options.seed,
            directory=options.directory,
            jobs=options.jobs,
            progress=not options.quiet,
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    links.to_csv(beside, index=False)
    beside.replace(target)
    summary = links.summary()
    if options.json:
        _print_json({"links": str(target), "summary": _rows(summary)})
        return
    print(f"Links: {target} (left and right are row numbers, the first row is 0)\n")
    for row in summary.to_dict("records"):
        print(f"  {row['value']:>14,.6g}  {row['measure']}")


def calibrate(options: Options) -> None:
    """Fit what is unknown of a request list to published figures."""
    from linkage import calibration

    scenario = _scenario(options)
    target = options.out or Path("reports", "local", f"{scenario.name}-fitted")
    fitted = calibration.calibrate(
        scenario, directory=target / "worlds", jobs=options.jobs, progress=not options.quiet
    )
    fitted.save(target / "figures")
    page = fitted.report(target / "report")
    if options.json:
        _print_json(
            {
                "report": str(page),
                "answer": fitted.answer().to_dict(),
                "check": _rows(fitted.check()),
            }
        )
        return
    print(f"Report: {page}\n\n{fitted}")


def report(options: Options) -> None:
    """Write the report of a saved result again."""
    from linkage.result import Result

    _write(Result.load(options.result), options, Path(options.result).resolve().name)


def compare(options: Options) -> None:
    """Write two results side by side."""
    from linkage.reporting.charts.changes import clearest_first
    from linkage.reporting.compared import COMPARISON
    from linkage.result import Result

    target = options.out or Path("reports", "local", "comparison")
    COMPARISON.check(target)
    both = Result.load(options.before).compare(Result.load(options.after))
    page = both.report(target, internal=options.internal)
    table = both.table(internal=options.internal)
    if options.json:
        content = {"settings": _rows(both.settings()), "figures": _rows(table)}
        _print_json({"report": str(page), **content})
        return
    print(f"Report: {page}\n\nSettings that differ:")
    for setting, before, after in both.settings().itertuples(index=False):
        print(f"  {setting}: {before} -> {after}")
    known = table.dropna(subset=["difference_low", "difference_high"])
    beyond = (known["difference_low"] > 0) | (known["difference_high"] < 0)
    print(f"\nFigures that differ by more than chance explains: {beyond.sum()} of {len(known)}")
    for _, row in clearest_first(known[beyond])[:10].iterrows():
        about = row.drop(["part", "note"]).iloc[:8].dropna().astype(str)
        print(f"  {row['before']:.4g} -> {row['after']:.4g}  {', '.join(about)}")


def recommend(options: Options) -> None:
    """List the schemes of a result that satisfy two limits."""
    from linkage.choosing import recommend as satisfying
    from linkage.reporting import wording
    from linkage.reporting.formatting import with_interval
    from linkage.reporting.suppression import suppress
    from linkage.result import Result

    result = Result.load(options.result)
    if "files" in result.scenario and not options.internal:
        result = replace(result, risk=suppress(result.risk), quality=suppress(result.quality))
    table = satisfying(
        result,
        min_recall=options.min_recall,
        max_risk=options.max_risk,
        knowledge=options.knowledge,
    )
    if options.json:
        _print_json(_rows(table))
        return
    if table.empty:
        print("No scheme of this result satisfies both.")
    for row in table.to_dict("records"):
        found = with_interval(row["recall"], row["recall_low"], row["recall_high"], unit="share")
        named = with_interval(row["risk"], row["risk_low"], row["risk_high"], unit="share")
        print(f"{wording.scheme(row['scheme'])}")
        print(f"    links {found} of the pairs; {row['knowledge']} names {named} of the records")
        print(f"    gives up: {row['gives_up']}")
    print("\nThis holds for the attacks of this run; it is a list, not a verdict.")


def completion(options: Options) -> None:
    """Print a script that completes commands and options in a shell."""
    import shtab

    print(shtab.complete(options.parser, shell=options.shell))


def _scenario(options: Options, changes: Mapping[str, Any] | None = None) -> Any:
    from linkage.scenario import Scenario

    settings = {name: _value(text) for name, text in _pairs(options.set, "--set")}
    return Scenario.load(options.scenario).replace(**settings, **(changes or {}))


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


def _target(options: Options, name: str) -> Path:
    return options.out or Path("reports", "local", name)


def _check_targets(options: Options, name: str) -> None:
    """Refuse directories that could not be written to before the work, not after it."""
    from linkage.reporting.report import REPORT
    from linkage.result import RESULT

    REPORT.check(_target(options, name))
    if options.save:
        RESULT.check(options.save)


def _finish(result: Result, options: Options, name: str) -> None:
    saved = result.save(options.save) if options.save else None
    if saved and not options.json:
        print(f"Saved: {saved}")
    _write(result, options, name)


def _write(result: Result, options: Options, name: str) -> None:
    from linkage.reporting.suppression import suppress

    page = result.report(_target(options, name), internal=options.internal)
    summary = result.summary()
    if "files" in result.scenario and not options.internal:
        summary = suppress(summary)
    if options.json:
        _print_json({"report": str(page), "summary": _rows(summary)})
        return
    print(f"Report: {page}\n")
    for row in summary.to_dict("records"):
        print(f"  {_figure(row):>44}  {row['figure']}")


def _figure(row: dict[Any, Any]) -> str:
    """Write a figure with its interval."""
    from linkage.reporting.formatting import with_interval

    figure = with_interval(
        row["value"], row["low"], row["high"], unit=row["unit"], note=row["note"]
    )
    return figure if row["unit"].startswith("share") else f"{figure} {row['unit']}"


def _rows(table: pd.DataFrame) -> Any:
    return json.loads(table.to_json(orient="records"))


def _print_json(content: Any) -> None:
    json.dump(content, sys.stdout, indent=1, ensure_ascii=False)
    print()
