"""The names people read for the codes in the frames."""

from __future__ import annotations

SCHEMES = {
    "plain": "Plain text",
    "sha256": "SHA-256",
    "salted_sha256": "SHA-256 with salt",
    "record_salted": "SHA-256, a salt a record",
    "hmac": "HMAC",
    "hmac_fields": "HMAC a field",
    "slow_hash": "Slow hash",
    "token": "Tokens, several a record",
    "vault": "Vault tokens",
    "match_keys": "Match-keys",
    "slk_581": "SLK-581",
    "fpe": "Encrypted numbers (FF1)",
    "clk": "CLK (Bloom filter)",
    "field_bloom": "Bloom filter a field",
    "rbf": "Record-level Bloom filter",
    "minhash": "Tabulation min-hash",
    "two_step": "Two-step hash",
    "clkhash": "CLK by a clkhash schema",
    "psi": "Private set intersection",
    "psi_cardinality": "Size of the intersection",
    "oprf": "OPRF tokens",
    "confirm_only": "Yes or no",
    "k_anonymous": "k-anonymous",
    "counts": "Counts",
    "dp_count": "Counts with noise",
}
FILTERS = frozenset({"clk", "field_bloom", "rbf", "clkhash", "minhash", "two_step"})
"""Schemes whose codes are alike for like values, of which attacks make use without a key."""
FAMILIES = (
    ("plain", "sha256", "salted_sha256", "record_salted", "hmac", "hmac_fields", "slow_hash"),
    ("vault", "token", "match_keys", "slk_581", "fpe"),
    ("clk", "field_bloom", "rbf", "clkhash", "minhash", "two_step"),
    ("psi", "psi_cardinality", "oprf", "confirm_only"),
    ("k_anonymous", "counts", "dp_count"),
)
"""Schemes that are alike; a chart of many sets the families apart."""
KNOWLEDGE = {
    "outsider": "Outsider: sees the release, has no salt or key",
    "key holder": "Key holder: also has the salt or key",
    "insider": "Insider: works where the keys are kept",
    "colluding": "Colluding: an outsider that also has what another recipient got",
    "well informed": "Well informed: the same outsider with a second release, counting its own list",
}
ADVERSARIES = {
    "outsider": "an outsider",
    "key holder": "a key holder",
    "insider": "an insider",
    "colluding": "colluding recipients",
    "well informed": "a well-informed outsider",
}
REGIMES = {
    "strict": ("Strict", "confidentiality: no address goes out"),
    "as_practised": (
        "As practised",
        "the rule of 2025: number and name, else name and address; any ZIP-like digits will do",
    ),
    "name_list": (
        "List of names",
        "every record with the name, and the birth date if given; refused in 2025",
    ),
    "placeholder_filter": (
        "Placeholder filter",
        "as practised, but words in place of a street are turned away",
    ),
    "statute": (
        "Statute",
        "the request must hold a real address that is on file, of whatever year; that it must "
        "agree is a modelling choice",
    ),
    "statute_current": ("Statute, current", "the same, and it must be that of the last return"),
    "confirm_only": ("Yes or no", "a real address is confirmed or not; no address goes out"),
    "case_by_case": (
        "Case by case",
        "few requests, each read by a person; the whole return goes out",
    ),
    "privacy_preserving": (
        "Abstaining",
        "the model links encoded fields and abstains unless nearly sure; a modelling choice",
    ),
    "probabilistic": (
        "Probabilistic",
        "an address goes out where a link is more likely right than not; a modelling choice",
    ),
    "scaled_up": ("Scaled up", "as practised, on 7.3 million requests"),
}
TARGETS = {
    "tin": "tax number",
    "name_and_birth": "name and birth date",
    "given_name": "given name",
    "date_of_birth": "birth date",
    "zip": "ZIP code",
    "same_person": "same person",
    "filing_status": "filing status",
    "membership": "being in the file",
    "cell": "a cell of the table",
}
ATTACKS = {
    ("dictionary", "person"): "Look-up of people on a list",
    ("auxiliary", "person"): "Linking with a list of people",
    ("pattern_mining", "person"): "Mining filters for patterns",
    ("atoms", "person"): "Trying all atoms of double hashing",
    ("graph_matching", "person"): "Matching graphs of similarity",
    ("known_pairs", "person"): "Reading codes by known records",
    ("collusion", "same_person"): "Joining two releases",
    ("composition", "person"): "Intersecting releases",
    ("probing", "membership"): "Probing for who is in the file",
    ("differencing", "cell"): "Differencing two tables",
    ("differencing", "membership"): "Differencing two tables: being in the file",
}
METHODS = {
    "auxiliary": "Linking with a list of people",
    "pattern_frequency": "Frequent filters and what they teach",
    "pattern_mining": "Mining filters for patterns",
    "atoms": "Trying all atoms of double hashing",
    "graph_matching": "Matching graphs of similarity",
    "known_pairs": "Reading codes by known records",
    "collusion": "Joining two releases",
    "composition": "Intersecting releases",
    "inference": "Inference from records of known people",
    "probing": "Probing the protocol",
    "differencing": "Differencing two tables",
}
HEADINGS = {
    "auxiliary": "list of people",
    "graph_matching": "graph matching",
    "known_pairs": "known records",
}
COLUMNS = {
    ("dictionary", "tin"): "all tax numbers",
    ("dictionary", "name_and_birth"): "names and dates",
    ("dictionary", "person"): "people on a list",
    ("auxiliary", "person"): "who it is",
    ("pattern_mining", "person"): "who it is",
    ("atoms", "person"): "who it is",
    ("graph_matching", "person"): "who it is",
    ("known_pairs", "person"): "who it is",
    ("composition", "person"): "who it is",
    ("probing", "membership"): "who is in the file",
    ("differencing", "membership"): "who is in the file",
    ("differencing", "cell"): "a cell",
}
BREAKS = (
    *("dic-tion-ary", "fre-quen-cy", "col-lu-sion", "com-po-si-tion", "in-fer-ence", "prob-ing"),
    *("dif-fer-enc-ing", "num-bers", "people", "sur-name", "in-come", "de-pend-ents", "sta-tus"),
    *("per-son", "fil-ing", "mem-ber-ship"),
)
"""Where a narrow column may break these words."""
DISCLOSURE = {
    "k": ("k", "records in the smallest class of the file"),
    "k_map": ("k-map", "people in the smallest class of the population"),
    "prosecutor_highest": ("Prosecutor, highest", "1 / k"),
    "prosecutor_average": ("Prosecutor, average", "classes / records"),
    "prosecutor_at_risk": ("Prosecutor, above 9 %", "records with more than this risk"),
    "journalist_highest": ("Journalist, highest", "1 / k-map"),
    "journalist_average": ("Journalist, average", "the same, as the population hides records"),
    "journalist_at_risk": ("Journalist, above 9 %", "records with more than this risk"),
    "marketer": ("Marketer", "records named rightly if everybody is guessed at"),
    "sample_uniqueness": ("Alone in the file", "records like no other of the file"),
    "population_uniqueness": ("Alone in the population", "records like nobody else at all"),
    "people_alone": ("People alone", "people like nobody else, in the file or not"),
    "zayatz": ("Zayatz, estimated", "people alone, guessed from the file"),
    "pitman": ("Pitman, estimated", "people alone, guessed from the file"),
    "pitman_finite": ("Pitman (finite), estimated", "people alone, guessed from the file"),
    "suppressed": ("Left out", "records without a class"),
}
SETTINGS = {
    "overlap": "overlap: share of all people on the adversary's list",
    "errors": "errors: share of given names, and of birth dates, that are wrong on its list",
    "age": "age of the adversary's list, years",
    "known pairs": "share of the records whose person is known already",
}
FIELDS = {"tin": "tax number", "zip": "ZIP code"}
HARMS = {
    "released": ("Addresses released", "requests answered with an address"),
    "right_person": ("Right person", "the address belongs to the person asked for"),
    "wrong_person": ("Wrong person", "the address belongs to somebody else"),
    "stale_address": ("Stale address", "the person of the record has moved away"),
    "bystanders": ("Bystanders", "other people who live at the address given out"),
    "citizen_bystanders": ("Citizens beside", "bystanders who are citizens"),
    "child_bystanders": ("Children beside", "bystanders who are children"),
    "new_address": ("New address", "not the one that the request held"),
    "rule_breach": ("Rule breach", "the request held no real address that is on file"),
    "insufficient_address": ("Insufficient address", "the request held no real address"),
    "unconfirmed_address": ("Unconfirmed", "the rule answered without comparing the address"),
    "confirmed": ("Confirmed", "requests answered with a yes"),
    "confirmed_wrongly": ("Confirmed wrongly", "the yes is about somebody else"),
    "returns_exposed": ("Returns", "requests answered with a whole return, income and all"),
    "relatives_exposed": (
        "Relatives on returns",
        "spouses and dependents named on returns that went out",
    ),
    "missed": ("Missed", "in the register, but no address given out"),
}
GROUPS = {
    "aian": "American Indian",
    "api": "Asian or Pacific",
    "multiple": "Two or more",
    "origin": "Origin: naming customs go with it",
    "tenure": "Tenure of the home",
}
QUALITY = {
    "precision": ("Precision", "of the links made, the share that is right"),
    "recall": ("Recall", "of the pairs that belong together, the share linked"),
    "f_star": ("F*", "right links among all pairs linked or that should be"),
    "pairs_completeness": ("Pairs completeness", "true pairs that were compared at all"),
    "pairs_quality": ("Pairs quality", "compared pairs that are true pairs"),
    "reduction_ratio": ("Reduction ratio", "pairs that did not need comparing"),
    "links": ("Links", "number of links made"),
}


def words(code: object) -> str:
    """Turn a code nobody has named yet into words.

    >>> words("salted_md5")
    'Salted md5'
    """
    text = str(code).replace("_", " ")
    return text[:1].upper() + text[1:]


def scheme(code: str) -> str:
    """Name a scheme; a variant that is called after one, as such.

    >>> scheme("hmac"), scheme("clk_two_fold"), scheme("own")
    ('HMAC', 'CLK, two fold', 'Own')
    """
    if code in SCHEMES:
        return SCHEMES[code]
    kinds = [kind for kind in SCHEMES if code.startswith(f"{kind}_")]
    if not kinds:
        return words(code)
    kind = max(kinds, key=len)
    return f"{SCHEMES[kind].split(' (')[0]}, {code.removeprefix(f'{kind}_').replace('_', ' ')}"


def knowledge(code: str) -> str:
    """Name what an adversary knows."""
    return KNOWLEDGE.get(code.replace("_", " ")) or words(code)


def adversary(code: str) -> str:
    """Name an adversary within a sentence.

    >>> adversary("key holder"), adversary("overlap 0.5")
    ('a key holder', 'an adversary (overlap 0.5)')
    """
    plain = code.replace("_", " ")
    return ADVERSARIES.get(plain) or f"an adversary ({plain})"


def family(code: str) -> int | None:
    """Number of a scheme's family; None for a scheme that nobody has put into one."""
    return next((place for place, codes in enumerate(FAMILIES) if code in codes), None)


def group(code: str) -> str:
    """Name a group of people.

    >>> group("api"), group("rents")
    ('Asian or Pacific', 'Rents')
    """
    return GROUPS.get(code) or words(code)


def regime(code: str) -> str:
    """Name a regime."""
    return REGIMES[code][0] if code in REGIMES else words(code)


def field(code: str) -> str:
    """Name a field."""
    return FIELDS.get(code) or str(code).replace("_", " ")


def target(code: object) -> str:
    """Name what an attack learns of a record.

    >>> target("tin"), target("person"), target("same person")
    ('tax number', 'person', 'same person')
    """
    return TARGETS.get(_coded(code), str(code).replace("_", " "))


def attack(code: str, target: str) -> str:
    """Name an attack and what it tries to learn.

    >>> attack("dictionary", "tin"), attack("collusion", "same person")
    ('Dictionary attack on tax number', 'Joining two releases')
    """
    named = ATTACKS.get((code, _coded(target)))
    what = TARGETS.get(_coded(target), str(target).replace("_", " "))
    if named is None and code in METHODS:
        named = f"{METHODS[code]}: {what}"
    return named or f"{words(code)} attack on {what}"


def attack_name(code: str) -> str:
    """Name an attack whatever it tries to learn.

    >>> attack_name("auxiliary"), attack_name("dictionary")
    ('Linking with a list of people', 'Dictionary attack')
    """
    return METHODS.get(code) or f"{words(code)} attack"


def heading(code: str) -> str:
    """Name an attack in a word or two, over its columns."""
    return HEADINGS.get(code) or code.replace("_", " ")


def column(code: str, target: str) -> str:
    """Name what an attack tries to learn in a word or two, under its heading.

    >>> column("dictionary", "tin"), column("frequency", "surname+zip")
    ('all tax numbers', 'surname + ZIP code')
    """
    parts = [TARGETS.get(_coded(part), part.replace("_", " ")) for part in str(target).split("+")]
    return COLUMNS.get((code, _coded(target))) or " + ".join(parts)


def breaks(word: str) -> list[str]:
    """Parts into which a narrow column may break a word.

    >>> breaks("surname"), breaks("ZIP")
    (['sur', 'name'], ['ZIP'])
    """
    return next((known.split("-") for known in BREAKS if known.replace("-", "") == word), [word])


def _coded(target: object) -> str:
    """Write a target as scenarios do; tables may write it as words."""
    code = str(target).replace(" ", "_")
    return "name_and_birth" if code == "name_and_birth_date" else code


def disclosure(measure: str) -> tuple[str, str]:
    """Name a disclosure measure and say in a few words what it counts."""
    return DISCLOSURE.get(measure) or (words(measure), "")


def harm(measure: str) -> tuple[str, str]:
    """Name a harm measure and say in a few words what it counts."""
    return HARMS.get(measure) or (words(measure), "")


def unit(measure: str, code: str) -> str:
    """Name the unit of a harm measure; what is wrong with a release is a share of the releases.

    >>> unit("wrong_person", "per release"), unit("bystanders", "per release")
    ('share of releases', 'per release')
    """
    several = measure.endswith("bystanders")
    return "share of releases" if code == "per release" and not several else code


def quality(measure: str) -> tuple[str, str]:
    """Name a quality measure and say in a few words what it counts."""
    return QUALITY.get(measure) or (words(measure), "")
