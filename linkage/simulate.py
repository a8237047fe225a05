"""The whole way: from a scenario to a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from joblib import Parallel
from tqdm.auto import tqdm

from linkage.engine import as_finished, task
from linkage.exchange import Exchange, population_frequencies, simulated
from linkage.inspection import inspect
from linkage.linking import Linked, link_encoded, linked_of
from linkage.linking.fitting import Fitted
from linkage.measures.causes import count_causes
from linkage.measures.groups import count_groups
from linkage.measures.harm import Answers, count_harm
from linkage.measures.quality import count_links
from linkage.own_files import from_files, from_register
from linkage.plans import ATTACKS, USUAL_ATTACKS, USUAL_TARGETS, AttackPlan
from linkage.problems import InputError, Problems
from linkage.records import Source, prepare
from linkage.regimes import REGIMES, decide
from linkage.result import Result
from linkage.scenario import Files, Scenario
from linkage.schemes import USUAL, DemoKey, Encoded, Plain, Scheme
from linkage.schemes.base import present_fields
from linkage.streaming.scheme_search import unlinkable
from linkage.streaming.streamed import Streamed, streamed
from linkage.streaming.streamed_parts import streamed_files
from linkage.tally import Harm, Tally, collect
from linkage.trials import Trial

NOTHING_SHARED: Final = "the two files share none of the fields that it encodes"


def run(
    scenario: Scenario | str,
    *,
    jobs: int = 1,
    progress: bool = False,
    directory: str | Path | None = None,
) -> Result:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario or str
        Or the name of a shipped one, or a path to a TOML file.
    jobs : int
        Processes. The result is the same for any number, but for the timings.
    progress : bool
        Show a progress bar.
    directory : str or Path, optional
        Of a streamed scenario: where finished pieces are kept, so that the same call goes on where
        it stopped. None keeps none.

    Returns
    -------
    Result

    Raises
    ------
    linkage.InputError
        Naming every problem of the scenario and of own files; or the directory holds another run.

    Examples
    --------
    >>> from linkage import Scenario
    >>> small = Scenario(name="small", people=500, requests=50, schemes=("plain",))
    >>> run(small).harm["regime"].unique().tolist()
    ['strict', 'as_practised', 'statute', 'probabilistic']
    """
    scenario = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    problems = Problems()
    problems.whole_number("jobs", jobs, 1)
    problems.raise_any()
    if scenario.files is not None and not scenario.streamed:
        exchange = from_files(scenario.files, scenario.seed)
        return _run_exchange(scenario, exchange, jobs=jobs, progress=progress)
    states = np.random.SeedSequence(scenario.seed).generate_state(scenario.replicates)
    if scenario.streamed:
        seeds = [scenario.seed] if scenario.files is not None else [int(state) for state in states]
        return _run_streamed(scenario, seeds, directory, jobs=jobs, progress=progress)
    tasks = [
        task(_run_world, scenario, world, name, int(seed))
        for world, seed in enumerate(states)
        for name in scenario.schemes
    ]
    try:
        return collect(scenario.to_mapping(), _carry_out(tasks, jobs, progress))
    finally:
        _draw_exchange.cache_clear()


def assess(
    frame: Source,
    *,
    fields: Mapping[str, str] | None = None,
    schemes: list[str] | None = None,
    attacks: list[str] | None = None,
    seed: int,
    jobs: int = 1,
    progress: bool = False,
) -> Result:
    """Find out how risky it would be to share a file.

    A tenth of the people is kept out as a control group; the rest is encoded under each scheme
    and attacked. The adversary's list and name frequencies are drawn from the file itself,
    which is the adversary's best case.

    Parameters
    ----------
    frame : pandas, Polars or Arrow frame, or path to CSV or Parquet
    fields : mapping, optional
        Our field name to column name; None guesses from the names.
    schemes, attacks : list of str, optional
        Names from `linkage.schemes.SCHEMES` and `linkage.plans.ATTACKS`; None runs the usual ones
        (`linkage.schemes.USUAL`, `linkage.plans.USUAL_ATTACKS`).
    seed : int
        Everything random follows from it.
    jobs, progress : see `run`

    Returns
    -------
    Result
        With an empty `harm` and `quality`: there are no requests. It holds figures only, no
        value of the file.

    Raises
    ------
    linkage.InputError
        Naming every problem of the arguments and the file.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"surname": ["NG", "RUIZ"] * 30, "dob": ["1980-02-03"] * 60})
    >>> result = assess(people, schemes=["sha256"], attacks=["frequency"], seed=1)
    >>> result.risk[["scheme", "target", "note"]].values.tolist()
    [['sha256', 'surname', ''], ['sha256', 'zip', 'the release has no such code']]
    """
    problems = Problems()
    chosen = list(USUAL_ATTACKS if attacks is None else attacks)
    for attack in chosen:
        problems.choice("attacks", attack, ATTACKS)
    plans = tuple(
        AttackPlan(attack, target) for attack in chosen for target in USUAL_TARGETS.get(attack, ())
    )
    scenario, records = None, None
    try:
        scenario = Scenario(
            name="own-file",
            title="How risky would it be to share this file?",
            question="What could whoever receives the file undo, for each way of encoding it?",
            seed=seed,
            schemes=tuple(schemes) if schemes is not None else USUAL,
            regimes=(),
            attacks=plans,
        )
    except InputError as error:
        problems.extend(error.problems)
    try:
        records = prepare(frame, fields, what="the file")
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_any()
    assert scenario is not None
    assert records is not None
    path = str(frame) if isinstance(frame, str | Path) else ""
    scenario = replace(scenario, files=Files(path, register_fields=dict(fields or {})))
    rng = np.random.default_rng([seed, 2])
    exchange = from_register(records, rng=rng, hold_out=True)
    return _run_exchange(scenario, exchange, jobs=jobs, progress=progress)


def _run_exchange(scenario: Scenario, exchange: Exchange, *, jobs: int, progress: bool) -> Result:
    """Run own files: one world, of which nothing but figures is kept."""
    tasks = [
        task(_run_scheme, scenario, name, exchange, scenario.seed) for name in scenario.schemes
    ]
    return _without_world(collect(scenario.to_mapping(), _carry_out(tasks, jobs, progress)))


def _without_world(result: Result) -> Result:
    """Leave out of a result's scenario what own files do not use."""
    unneeded = ("people", "requests", "world", "replicates")
    about = {name: value for name, value in result.scenario.items() if name not in unneeded}
    return replace(result, scenario=about)


def _run_streamed(
    scenario: Scenario,
    seeds: list[int],
    directory: str | Path | None,
    *,
    jobs: int,
    progress: bool,
) -> Result:
    """Answer the requests of one large world after another, or of own files."""
    tallies = []
    for number, seed in enumerate(seeds):
        place = None if directory is None else Path(directory) / f"world-{number:04d}"
        schemes = {name: _with_secret(scenario, name, seed) for name in scenario.schemes}
        linkable = {name: each for name, each in schemes.items() if not unlinkable(each)}
        run: dict[str, Any] = {
            "schemes": linkable,
            "directory": place,
            "jobs": jobs,
            "progress": progress,
        }
        if scenario.files is None:
            world = streamed(scenario, seed, **run)
        else:
            world = streamed_files(scenario, **run)
        tallies += [
            _tally_streamed(scenario, name, world, seed) for name in scenario.schemes or ("plain",)
        ]
        del world  # before there is another
    result = collect(scenario.to_mapping(), tallies)
    return result if scenario.files is None else _without_world(result)


def _tally_streamed(scenario: Scenario, name: str, world: Streamed, seed: int) -> Tally:
    """Answer under one scheme what is left of a world whose register has passed by."""
    exchange, tally = world.exchange, Tally(name)
    if name == (scenario.schemes or (name,))[0]:
        for regime in [each for each in scenario.regimes if not REGIMES[each].by_model]:
            tally.harm[(regime, "plain")] = _answer(regime, exchange, seed)
    scheme = _with_secret(scenario, name, seed)
    if name not in world.weighed:
        tally.unlinkable = unlinkable(scheme) or NOTHING_SHARED
        return tally
    fitted = world.weighed.fit(name)
    linked = linked_of(fitted)
    tally.links, tally.weights = len(linked.left), linked.weights
    if exchange.people is not None:
        pairs = (linked.candidates_left, linked.candidates_right)
        tally.quality = count_links((linked.left, linked.right), pairs, *exchange.people)
        tally.quality |= _as_compared(fitted, world.weighed.compared(name))
    if isinstance(scheme, Plain):
        tally.inspection = inspect(linked, exchange.people, real=scenario.files is not None)
    for regime in [each for each in scenario.regimes if REGIMES[each].by_model]:
        tally.harm[(regime, name)] = _answer(regime, exchange, seed, linked)
    return tally


def _as_compared(fitted: Fitted, compared: int) -> dict[str, int]:
    """Count the pairs that were compared, not only those that are left."""
    assert fitted.all_records is not None
    pairs = fitted.all_records[0] * fitted.all_records[1]
    return {"candidates": compared, "pairs": pairs, "pairs_left_out": pairs - compared}


def _as_of_world(scenario: Scenario, world: int) -> Scenario:
    """Leave out the attacks that are not run in this world."""
    plans = tuple(plan for plan in scenario.attacks if plan.worlds == 0 or world < plan.worlds)
    return replace(scenario, attacks=plans)


def _carry_out(tasks: list[Any], jobs: int, progress: bool) -> list[Tally]:
    finished = Parallel(n_jobs=min(jobs, len(tasks) or 1), **as_finished(ordered=True))(tasks)
    return list(tqdm(finished, total=len(tasks), unit="scheme", disable=not progress))


def _run_world(scenario: Scenario, world: int, scheme: str, seed: int) -> Tally:
    exchange = _draw_exchange(scenario, seed)
    return _run_scheme(_as_of_world(scenario, world), scheme, exchange, seed)


@lru_cache(maxsize=1)
def _draw_exchange(scenario: Scenario, seed: int) -> Exchange:
    """Draw a world once for all schemes that a process runs in it, one after another."""
    return simulated(scenario, seed, population_frequencies(scenario))


def _run_scheme(scenario: Scenario, name: str, exchange: Exchange, seed: int) -> Tally:
    """Encode, link, decide and attack under one scheme."""
    tally = Tally(name)
    if len(exchange.requests) and name == scenario.schemes[0]:
        for regime in [name for name in scenario.regimes if not REGIMES[name].by_model]:
            tally.harm[(regime, "plain")] = _answer(regime, exchange, seed)
    scheme = _with_secret(scenario, name, seed)
    fields = present_fields(scheme.fields, exchange.register)
    if not fields:
        tally.unusable = "the file has none of the fields that it encodes"
        return tally
    released = scheme.encode_records(exchange.register, fields)
    if len(exchange.requests):
        real = scenario.files is not None
        linked = _link(scheme, released, exchange, tally, seed, real=real)
        for regime in [each for each in scenario.regimes if REGIMES[each].by_model]:
            if linked is not None:
                tally.harm[(regime, name)] = _answer(regime, exchange, seed, linked)
    Trial(scenario, scheme, released, exchange, seed).run(tally)
    return tally


def _with_secret(scenario: Scenario, name: str, seed: int) -> Scheme:
    scheme = scenario.make_scheme(name).with_secret(DemoKey.from_seed(seed, name))
    if getattr(scheme, "seed", 0) is None:  # noise that a real release draws from the system
        scheme = replace(scheme, seed=seed)  # type: ignore[type-var]
    return scheme


def _link(
    scheme: Scheme, released: Encoded, exchange: Exchange, tally: Tally, seed: int, *, real: bool
) -> Linked | None:
    """Link on the fields that both files have; None where the scheme encodes none of them."""
    fields = present_fields(scheme.fields, exchange.register)
    shared = present_fields(fields, exchange.requests)
    if not shared:
        tally.unlinkable = NOTHING_SHARED
        return None
    if scheme.linked_by == "nothing":
        tally.unlinkable = scheme.description.linking
        return None
    asked = released.scheme.asking().encode_records(exchange.requests, shared)
    if shared != fields:
        released = released.scheme.encode_records(exchange.register, shared)
    linked = link_encoded(asked, released, rng=np.random.default_rng([seed, 4]))
    pairs = (linked.left, linked.right)
    candidates = (linked.candidates_left, linked.candidates_right)
    tally.links = len(linked.left)
    if exchange.people is not None:
        tally.quality = count_links(pairs, candidates, *exchange.people)
    tally.weights = linked.weights
    if isinstance(scheme, Plain):
        tally.inspection = inspect(linked, exchange.people, real=real)
    return linked


def _answer(name: str, exchange: Exchange, seed: int, linked: Linked | None = None) -> Harm:
    """Answer the requests under a regime and count the harm, by group and cause too.

    Regimes with routes read plain fields; those with a model take a scheme's links.
    """
    regime = REGIMES[name]
    releases = decide(
        regime,
        exchange.requests,
        exchange.register,
        linked,
        former=exchange.former,
        rng=np.random.default_rng([seed, 9]),
    )
    flags = {
        "rule_breach": releases.breach,
        "insufficient_address": ~releases.real,
        "unconfirmed_address": ~releases.compared,
        "new_address": ~releases.current,
    }
    answers = Answers(
        releases.request, releases.register, flags, len(exchange.requests), regime.discloses
    )
    return Harm(
        count_harm(answers, exchange.truth),
        count_groups(answers, exchange.truth),
        count_causes(answers, exchange.truth),
    )
