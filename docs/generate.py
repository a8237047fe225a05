"""Write the pages on every attack, measure and chart from what the code says of them.

``python docs/generate.py`` writes; a test compares what is there with what would be written.
"""

from __future__ import annotations

from pathlib import Path

from linkage.attacks.catalogue import ATTACKS, catalogue
from linkage.reporting import wording
from linkage.reporting.readings import INTERVALS, READINGS

HERE = Path(__file__).parent
GALLERY = HERE.parent / "reports" / "gallery"

HEADINGS = ("What it shows", "How to read it", "What not to conclude", "Source")

ATTACK_READINGS = {
    "dictionary": (
        "The rate is the share of codes whose value was found. With a whole space tried it is near "
        "0 or near 1: either the function is known and cheap, or a key or salt is missing.",
        "A rate of 0 for somebody without the key is owed to the key, not to the hash. Whoever gets "
        "the key gets the other figure.",
    ),
    "auxiliary": (
        "The share of people on the list, who are in the register, whose record is named rightly. "
        "It depends on overlap, errors and age of the list: see the knowledge chart.",
        "The list is drawn from the same simulated people: it is the best an adversary could have. "
        "A real list fits less well.",
    ),
    "frequency": (
        "The share of codes whose value is named rightly by how often they occur. Common values "
        "fall first, so compare with the baseline, which names the commonest value everywhere.",
        "Few right names of all are many right names among the commonest. That it reads little of "
        "names does not show that it reads little of ZIPs.",
    ),
    "pattern_frequency": (
        "As frequency, of filters of one field: read claimed beside correct, and the table of "
        "worlds, as a run succeeds or fails as a whole.",
        "A release on which it failed may fall to more records, or to somebody who counted better.",
    ),
    "pattern_mining": (
        "The share of records named, by patterns of bits that q-grams leave. A run succeeds or "
        "fails as a whole; the table of worlds shows which.",
        "Hardening that stopped it here stopped this attack, at this size.",
    ),
    "atoms": (
        "As pattern mining, for filters whose q-grams are set by double hashing.",
        "That it does not apply to other hashing does not make that hashing withstand mining.",
    ),
    "graph_matching": (
        "The share of people found by who is like whom, without any key. Below some overlap it "
        "claims nothing; above it nearly everybody is found.",
        "No claims at one overlap say nothing of a larger one, or of a better list.",
    ),
    "known_pairs": (
        "The share of the other records read, once some are known. Two targets: naming people of a "
        "list, and spelling names of people on no list.",
        "How many records somebody already knows is an assumption; any joint customer is one.",
    ),
    "inference": (
        "The share of claims about what stands beside a person's codes that are true. Compare with "
        "the baseline, the commonest value, and with the control: what is true of others as well is "
        "not owed to the release.",
        "A high rate near its control is statistics, not disclosure. A wrong claim harms, too.",
    ),
    "collusion": (
        "The share of records whose twin in another recipient's release is found. It names nobody, "
        "but what both recipients know comes together.",
        "0 under different keys holds for equal codes; like codes may still be joined by what they "
        "occur with.",
    ),
    "composition": (
        "The share of people named by keeping, over several releases in classes, only whom all fit.",
        "One k-anonymous release says nothing about the next one.",
    ),
    "probing": (
        "Of the people asked about, how many who are in the file were found to be, and how many "
        "others were accused. The bound is what the noise allows.",
        "Limits and least sizes are kept by the holder; the figure holds while they are kept.",
    ),
    "differencing": (
        "The share of people who joined between two tables of counts that were found, beside the "
        "bound that the noise allows.",
        "Two tables are assumed; more of them add up, and so does epsilon.",
    ),
}

MEASURES = {
    "How well links were found": {
        "precision": (
            "Right links of all links.",
            "Low precision means wrong people are joined.",
            "It says nothing of pairs that were missed, nor that all groups fare alike.",
            f"Usual. {INTERVALS}",
        ),
        "recall": (
            "Right links of all pairs that belong together.",
            "A pair lost before it was compared counts as missed.",
            "High recall alone may be bought with wrong links.",
            f"Usual. {INTERVALS}",
        ),
        "f_star": (
            "Right links of all pairs that were linked or should have been.",
            "One number for both; it is below precision and below recall.",
            "It weighs a wrong link and a missed pair alike; people harmed by the one may not.",
            "Hand, Christen and Kirielle 2021, doi:10.1007/s10994-021-05964-1.",
        ),
        "pairs_completeness, pairs_quality, reduction_ratio": (
            "What blocking did: the share of true pairs it kept, the share of kept pairs that are "
            "true, the share of all pairs it spared.",
            "Completeness is the ceiling of recall.",
            "A high reduction ratio is no quality: in large files it is always near 1.",
            "Christen 2012, Data Matching, doi:10.1007/978-3-642-31164-2.",
        ),
    },
    "What attacks achieved": {
        "rate, reach": (
            "Right guesses of all targets.",
            "Compare with baseline and control beside it before saying what the release gave away.",
            "It is the success of this attack, with this knowledge and budget; not a probability "
            "that somebody will be re-identified.",
            f"Giomi and others 2023, doi:10.56553/popets-2023-0055. {INTERVALS}",
        ),
        "precision": (
            "Right guesses of all that were claimed.",
            "An adversary that abstains may be right about few people and always.",
            "High precision of few claims is not harmless to those few.",
            f"Usual. {INTERVALS}",
        ),
        "baseline": (
            "The same adversary guessing without the release.",
            "What is reached without it is not owed to it.",
            "A high baseline does not excuse a release; it says that the target is easy.",
            "Giomi and others 2023, doi:10.56553/popets-2023-0055.",
        ),
        "control, residual": (
            "The same guesses held against people who are not in the release; and the part of the "
            "success that this does not explain, (rate - control) / (1 - control).",
            "Success on the control is knowledge about people in general.",
            "A residual of 0 says that this attack learned nothing of members that it did not of "
            "others, not that nobody could.",
            "Giomi and others 2023, doi:10.56553/popets-2023-0055.",
        ),
        "advantage, bound": (
            "Rate - control, and the most that a scheme's proven guarantee allows.",
            "An advantage above its bound would mean that the guarantee is not kept.",
            "A gap below the bound does not show that the bound is loose.",
            "Kairouz, Oh and Viswanath 2015, arXiv:1311.0776.",
        ),
        "suspicion_max, suspicion_mean, suspicion_marketer": (
            "How sure the adversary could be, of n candidates left out of N: (1/n - 1/N) / (1 - "
            "1/N); the largest, the mean, and the share of targets with one candidate left.",
            "Even without a right guess, few candidates left is knowledge.",
            "They take the attack at its word; reach and precision say whether it is right.",
            "Vatsalan and others 2014, doi:10.29012/jpc.v6i1.636.",
        ),
        "information_gain": (
            "The share of the uncertainty about the value that the release takes away.",
            "0: as many candidates as before; 1: a single one.",
            "The same gain may be harmless for a birth year and grave for an address.",
            "Vatsalan and others 2014, doi:10.29012/jpc.v6i1.636.",
        ),
        "core_seconds": (
            "How long the attack took on this machine, in seconds of one core.",
            "With the number of tries it gives the time for a billion, and a price.",
            "Special hardware is faster by orders; the table of costs has published rates.",
            "Measured.",
        ),
    },
    "How far records stand out": {
        "k, k_map": (
            "Records in the smallest class of those alike: in the release, and in the population.",
            "k = 1 means that somebody is unlike everybody else in what was released.",
            "A large k does not hide what all in a class have in common.",
            "Sweeney 2002, doi:10.1142/S0218488502001648; El Emam 2013, doi:10.1201/b14764.",
        ),
        "prosecutor, journalist, marketer": (
            "Chance of naming a record by its class: knowing that the person is in the release, not "
            "knowing it, or matching everybody.",
            "_highest is of the smallest class, _average over records, _at_risk the share of "
            "records above 9 %.",
            "They know of no attack, key or list. 9 % is a reference line with a source.",
            "El Emam 2013, doi:10.1201/b14764; EMA/90915/2016.",
        ),
        "sample_uniqueness, population_uniqueness, people_alone": (
            "Share of records, and of people, that are like nobody else in what was released.",
            "The population is known in a simulation; on an own file only the sample is.",
            "Alone in the file is not alone in the population.",
            "El Emam 2013, doi:10.1201/b14764.",
        ),
        "zayatz, pitman, pitman_finite": (
            "How many people are alone, as estimated from the file only.",
            "Beside the true number in a simulation: how far the estimators may be trusted.",
            "An estimate that is right here may be wrong on your file.",
            "Zayatz 1991; Pitman 1995, doi:10.1007/BF01213386; Dankar and others 2012, doi:10.1186/1472-6947-12-66.",
        ),
    },
    "What re-identified records give away": {
        "learned": (
            "Of the claims that a record is somebody's: how often what stands beside it is true of "
            "that person.",
            "Compare with the baseline, the commonest value of all.",
            "It holds for those who were named; of the others it says nothing.",
            f"Own. {INTERVALS}",
        ),
        "members of the household on nobody's list": (
            "People who live with those named rightly, and whom no list had.",
            "Per 1,000 people named.",
            "It counts who becomes reachable, not who is reached.",
            "Own.",
        ),
    },
    "Whether probabilities are kept": {
        "reliability": (
            "Of pairs said to match with some probability, the share that does.",
            "On the diagonal probabilities are kept.",
            "Kept on these files does not mean kept on others.",
            "Guo and others 2017, arXiv:1706.04599.",
        ),
        "expected calibration error": (
            "Mean distance between what was said and what was so, over ten bins.",
            "0 is best.",
            "Errors of opposite sign within a bin cancel out; few pairs make it larger by chance.",
            "Naeini and others 2015, doi:10.1609/aaai.v29i1.9602.",
        ),
    },
}

HARM_READINGS = {
    "released": ("How many requests are answered at all.", "More answers is not better or worse."),
    "right_person": ("The purpose of the exchange.", "Right here is no judgement on the purpose."),
    "wrong_person": (
        "Per request it grows with the answers; per release it is the share of answers that are "
        "wrong.",
        "A small share of very many answers is many people.",
    ),
    "stale_address": (
        "Somebody else may live there now.",
        "An address may be stale and still be the last one known.",
    ),
    "bystanders": ("People, not answers: a house may hold many.", "Nobody went there in a model."),
    "citizen_bystanders": (
        "A part of the bystanders.",
        "Status is drawn by published shares; it says nothing of a real person.",
    ),
    "child_bystanders": ("A part of the bystanders.", "As for bystanders."),
    "new_address": (
        "What the requester did not have before.",
        "An address confirmed is knowledge, too.",
    ),
    "rule_breach": (
        "By the statute as this project models it: the request must carry a real address that is "
        "on file.",
        "It is a model's reading of the law, not a finding of law.",
    ),
    "insufficient_address": (
        "The narrower of the two definitions in the record: no real address at all.",
        "As for rule_breach.",
    ),
    "unconfirmed_address": (
        "The wider definition: the rule never looked at the address.",
        "Unconfirmed does not mean wrong.",
    ),
    "confirmed": ("Under rules that say yes or no.", "A yes tells where somebody lives."),
    "confirmed_wrongly": (
        "A yes about somebody else.",
        "As for wrong_person.",
    ),
    "returns_exposed": (
        "Under rules that hand over the return.",
        "What stands in a return is not modelled beyond income, status and relatives.",
    ),
    "relatives_exposed": (
        "Spouses and dependents named on returns that went out.",
        "A family with two returns counts twice.",
    ),
    "missed": (
        "The price of a strict rule, for the requester.",
        "Missed here means not answered though on file; whether that is bad is not for a model.",
    ),
}


def _section(name: str, lines: tuple[str, ...], *, picture: str = "") -> str:
    rows = "\n".join(
        f"| {heading} | {line} |" for heading, line in zip(HEADINGS, lines, strict=True)
    )
    return f"### {name}\n\n{picture}| | |\n|---|---|\n{rows}\n"


def _begun(title: str, lead: str) -> str:
    return f"# {title}\n\n{lead} This page is written by `python docs/generate.py`.\n"


def attacks_page() -> str:
    """Every attack under the same headings."""
    about = catalogue()
    parts = [
        _begun("Every attack", "What each attack shows; [attacks](attacks.md) has the overview.")
    ]
    for name in ATTACKS:
        read, caution = ATTACK_READINGS[name]
        row = about.loc[name]
        needs = f" Needs {row['needs']}." if row["needs"] else ""
        shows = f"It {row['method'].rstrip('.')}.{needs}"
        parts.append(_section(f"`{name}`", (shows, read, caution, f"{row['source']}.")))
    return "\n".join(parts)


def measures_page() -> str:
    """Every measure under the same headings."""
    lead = (
        "What each figure counts; [what the numbers mean](metrics.md) has formulas and intervals."
    )
    parts = [_begun("Every measure", lead)]
    for kind, measures in MEASURES.items():
        parts.append(f"## {kind}\n")
        parts += [_section(f"`{name}`", lines) for name, lines in measures.items()]
    parts.append("## What releases did to people\n")
    for name, (_, meaning) in wording.HARMS.items():
        read, caution = HARM_READINGS[name]
        shows = f"Counts: {meaning}."
        source = f"[Regimes and the 2025 case](regimes.md). {INTERVALS}"
        parts.append(_section(f"`{name}`", (shows, read, caution, source)))
    return "\n".join(parts)


def charts_page() -> str:
    """Every chart under the same headings, with a picture where the gallery has one."""
    lead = (
        "Each chart is a function of `linkage.reporting.charts`: tidy frame in, Matplotlib figure "
        "out. The report draws those that a result has figures for."
    )
    parts = [_begun("Every chart", lead)]
    for name, reading in READINGS.items():
        lines = (reading.shows, reading.read, reading.caution, reading.source)
        parts.append(_section(f"`{name}`: {reading.title}", lines, picture=_picture(name)))
    return "\n".join(parts)


def _picture(name: str) -> str:
    found = sorted(GALLERY.glob(f"*/charts/{name}.png"))
    if not found:
        return ""
    return f"![{READINGS[name].title}]({'../' + found[0].relative_to(HERE.parent).as_posix()})\n\n"


PAGES = {
    "each-attack.md": attacks_page,
    "each-measure.md": measures_page,
    "each-chart.md": charts_page,
}


if __name__ == "__main__":
    for file, page in PAGES.items():
        (HERE / file).write_text(page(), "utf-8")
