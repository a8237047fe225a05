"""What each chart shows, how to read it, and what not to conclude: for the report and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INTERVALS: Final = "Intervals: Wilson 1927, doi:10.1080/01621459.1927.10502953."


@dataclass(frozen=True)
class Reading:
    """What goes with a chart.

    Parameters
    ----------
    title : str
        Heading over the chart.
    shows, read, caution : str
        What it shows, how to read it, what not to conclude.
    source : str
        Where the method comes from.
    """

    title: str
    shows: str
    read: str
    caution: str
    source: str


READINGS: Final[dict[str, Reading]] = {
    "matrix_chart": Reading(
        "Every scheme under every attack",
        "How much each attack gets out of each scheme, all at once, a panel for each adversary.",
        "Each row is a scheme, each column an attack and what it tries to learn. The darker the "
        "cell, the larger the share of its targets that the attack names correctly; the number is "
        "that share in percent. A 0 is an attack that ran and named nobody correctly. Hatched: the "
        "attack does not apply, because the release holds nothing that it works on. A small ring: "
        "the attack was not run, because the adversary lacked something or the run left it out. An "
        "orange corner: half of the share or more is also reached without the release, by guessing "
        "or on people who are not in it, so less of it is owed to the release.",
        "“Not run” is an open question: it does not say what would happen. A low share is a low "
        "share for these attacks, with this much effort and this knowledge; somebody with more may "
        "get further. Where the adversary's list comes from the same simulated world as the "
        "register, it is the best list that an adversary could have: real lists fit less well. "
        "Cells of different columns count different things, so compare down a column first.",
        "Attack, baseline and control: Giomi and others 2023, doi:10.56553/popets-2023-0055.",
    ),
    "risk_chart": Reading(
        "Every attack on every scheme",
        "The share of its targets that each attack names correctly, scheme by scheme.",
        "Each dot is one attack on one scheme: the further right, the more records it "
        "re-identifies. The whisker is the 95 % interval; where you cannot see it, it is narrower "
        "than the dot. Compare the dot with the tick (guessing without the release) and the ring "
        "(the same attack on people who are not in it).",
        "A row without a dot means that this attack does not apply, not that the scheme resists "
        "every attack. Attacks that were not run are not on the chart.",
        f"Attack, baseline and control: Giomi and others 2023, doi:10.56553/popets-2023-0055. {INTERVALS}",
    ),
    "knowledge_chart": Reading(
        "What knowing more is worth",
        "The same attacks, run by adversaries who know more or less.",
        "Each line is a scheme. To the right the adversary knows more, such as more of the people "
        "in the register (overlap). A steep line means that the risk depends on what others "
        "already know.",
        "The settings are assumptions to try out, not an estimate of what anybody holds. Between "
        "two points nothing was measured. Attacks whose success does not change are left out.",
        f"Own. {INTERVALS}",
    ),
    "bounds_chart": Reading(
        "What the guarantee allows, and what attacks achieved",
        "Some schemes come with a proof that no attack does better than a certain bound.",
        "The dot is what the attack achieved here; the upright mark is the most that the guarantee "
        "allows any attack.",
        "A dot far from its mark does not show that the guarantee is loose: a stronger attack may "
        "come closer. The whisker is the interval of the rate; that the control has one of its own "
        "is left out. The proof holds for what it assumes, such as how often the table is asked for.",
        "Kairouz, Oh and Viswanath 2015, arXiv:1311.0776.",
    ),
    "disclosure_chart": Reading(
        "Risk by class, and uniqueness",
        "How far records stand out: three adversaries, three readings of the same classes.",
        "Left: the chance of naming an average record right, if the adversary knows that the person "
        "is in the file (prosecutor), does not know it (journalist), or matches everybody "
        "(marketer). Right: the share of people who are like nobody else in the population, as it "
        "truly is and as estimators (Zayatz, Pitman) guess it from the file alone.",
        "The line at 9 % is a reference from a policy on clinical reports, not a verdict. These "
        "figures count what is alike in the release; they do not know of keys, lists or attacks. "
        "Estimates of uniqueness differ from the truth, sometimes by much: that is why both are "
        "shown.",
        "El Emam 2013, doi:10.1201/b14764; the line: EMA Policy 0070, EMA/90915/2016.",
    ),
    "tradeoff_chart": Reading(
        "Utility against risk",
        "A point a scheme: how well it links, and how much the strongest attack of the run undoes.",
        "To the right: more of the true links are found with fewer wrong ones. Upwards: the "
        "strongest attack of this run re-identifies more. Points on one spot are drawn inside each "
        "other. The stepped line joins the schemes that no other beats on both (Pareto front).",
        "The grey line at 9 % is a reference from a policy on clinical reports, not a verdict on "
        "any scheme. A stronger attack than those run here would move a point up, never down.",
        "F*: Hand, Christen and Kirielle 2021, doi:10.1007/s10994-021-05964-1; the line: EMA/90915/2016.",
    ),
    "harm_chart": Reading(
        "What each regime does to people",
        "Answers, right and wrong, breaches, bystanders and misses, regime by regime.",
        "Each panel counts one thing that a release does to people. Compare the regimes within a "
        "panel. A dot at 0 means that it did not happen in this run; its whisker shows how often it "
        "still could.",
        "Panels have different scales, so do not compare lengths across panels. These are results "
        "of the assumptions listed with them, not a count of what happened to anybody in 2025.",
        f"The regimes and their law: docs/regimes.md. {INTERVALS}",
    ),
    "groups_chart": Reading(
        "Who bears it",
        "By origin, whose naming customs go with it, by status, by tenure and by kind of household.",
        "Each dot is how often records of a group answer a request about somebody else. Groups "
        "overlap: everybody is in one group of each kind.",
        "A group with few records has a wide whisker. That two dots differ says nothing while their "
        "whiskers overlap widely. The people are simulated: what differs between groups here "
        "follows from names, homes and papers as the world draws them.",
        f"Own. {INTERVALS}",
    ),
    "causes_chart": Reading(
        "Why the wrong person",
        "A number that was borrowed, a name that is shared, an address that said nothing.",
        "Each dot is a share of the answers about the wrong person, by what brought the two "
        "together. Each answer has one cause: the first that fits, from the top.",
        "Few wrong answers make wide whiskers. How common borrowed and mistyped numbers are is an "
        "assumption, listed with the others.",
        f"Own. {INTERVALS}",
    ),
    "quality_chart": Reading(
        "How well each scheme links",
        "Precision, recall and F* of the links made under each scheme.",
        "Precision falls when wrong people are linked. Recall falls when true pairs are missed. A "
        "pair lost before it was compared counts as missed.",
        "High precision over all links does not mean that every kind of person is linked equally "
        "well.",
        "F*: Hand, Christen and Kirielle 2021, doi:10.1007/s10994-021-05964-1.",
    ),
    "weights_chart": Reading(
        "What each agreement says",
        "How much evidence each kind of agreement is, in bits.",
        "Each bar is what one kind of agreement adds to the evidence. Long bars to the right point "
        "to the same person; bars to the left point to different people. The weights of a pair are "
        "added up.",
        "A weight is estimated for these files. It need not hold for others, and fields are taken "
        "to err independently.",
        "Fellegi and Sunter 1969, doi:10.1080/01621459.1969.10501049.",
    ),
    "thresholds_chart": Reading(
        "What another threshold would link",
        "Links, precision and recall for every threshold on the probability of a link.",
        "To the right links must be surer: fewer are made (first panel), more of them are right, "
        "and more matches are missed (second panel). Full lines are what the model expects of itself, broken lines "
        "what is true, with its interval. The program links from 50 % unless told otherwise.",
        "Where the lines lie apart, the model is too sure or not sure enough, and on a file without "
        "known truth nobody would see it. A match lost before it was compared is in no line but the "
        "true recall.",
        f"Own. {INTERVALS}",
    ),
    "reliability_chart": Reading(
        "Whether the probabilities are kept",
        "Of the pairs said to match with some probability, how many do.",
        "On the line probabilities are kept: of the pairs said to match with 80 %, 80 % do. Below "
        "it the model is too sure. On the right: how many pairs each dot stands for.",
        "Dots of few pairs have wide whiskers and say little. Kept here does not mean kept on other "
        "files.",
        "Guo and others 2017, arXiv:1706.04599.",
    ),
    "waterfall_chart": Reading(
        "How one link comes about",
        "The evidence for one pair of records, field by field.",
        "It begins with the odds that two records drawn blindly are one person, far to the left. "
        "Each field adds its weight: to the right for, to the left against. Rare values say more "
        "than common ones. The last bar is the sum, the figure at its side the probability.",
        "It is one pair, chosen because its fields do not all agree; it does not stand for the "
        "others. The records are of simulated people.",
        "Fellegi and Sunter 1969, doi:10.1080/01621459.1969.10501049.",
    ),
    "posterior_chart": Reading(
        "What the published figures say of what is unknown",
        "Each unknown share, as it was thought of before the published figures and after.",
        "Where the blue whisker is shorter than the grey one, the published figures have said "
        "something. Where both are alike they are silent, and the answer rests on the prior.",
        "A share is known no better than its whisker. The unknowns hang together: taking the median "
        "of each does not give the published figures again.",
        "Approximate Bayesian computation: Beaumont and others 2009, doi:10.1093/biomet/asp052.",
    ),
    "check_chart": Reading(
        "Whether the model gives the published figures again",
        "Each published figure within its rounding, and what the fitted model predicts for it.",
        "The band is what was published, within its rounding; dot and whisker are what the fitted "
        "model predicts. A whisker that misses its band is a figure the model cannot explain.",
        "That all bands are met does not show that the model is right: another model may meet them "
        "too, and say something else about what was not published.",
        "Posterior predictive check: Gelman, Meng and Stern 1996, Statistica Sinica 6, 733.",
    ),
    "sensitivity_chart": Reading(
        "What the number of wrong persons hangs on",
        "Which unknown the answer moves with, before the published figures and after.",
        "Long bars are the unknowns that matter: knowing one of them would narrow the answer most. "
        "Left: share of the doubt before the figures were seen. Right: how closely answer and "
        "unknown still go together after.",
        "A short bar does not say that an unknown is known, only that the answer does not hang on it.",
        "Sobol's indices: Saltelli and others 2010, doi:10.1016/j.cpc.2009.09.018.",
    ),
    "rules_chart": Reading(
        "The same list under every rule",
        "What the fitted model predicts had the list been sent under another regime.",
        "Compare within a panel: answers, answers about the wrong person, breaches, and citizens "
        "who live at the address and were not asked for.",
        "These are predictions of the model under stated assumptions. A regime that answers fewer "
        "requests has fewer wrong answers for that reason alone: look at both panels.",
        "The regimes and their law: docs/regimes.md.",
    ),
    "changes_chart": Reading(
        "Before and after",
        "The figures of two results whose change stands out most from chance.",
        "Square: before. Dot: after. At the side: after less before. Where the whiskers lie apart, "
        "chance is hardly what changed the figure; where they overlap, it may be.",
        "Only the clearest changes are drawn, so chance looks smaller here than it is: of many "
        "figures some always differ. The table has them all.",
        "Newcombe 1998; Zou and Donner 2008, doi:10.1002/sim.3095.",
    ),
}
"""By the name of the function that draws it."""
