"""How the Postal Service abbreviates streets: USPS Publication 28, Postal Addressing Standards.

Suffixes are a part of its Appendix C1, those frequent in American streets; directionals are
of its section 233.
"""

from __future__ import annotations

DIRECTIONS = {
    "N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST",
    "NE": "NORTHEAST", "NW": "NORTHWEST", "SE": "SOUTHEAST", "SW": "SOUTHWEST",
}  # fmt: skip

SUFFIXES = {
    "ALY": "ALLEY", "ANX": "ANNEX", "AVE": "AVENUE", "BCH": "BEACH", "BLF": "BLUFF",
    "BLVD": "BOULEVARD", "BND": "BEND", "BR": "BRANCH", "BRG": "BRIDGE", "BRK": "BROOK",
    "BYP": "BYPASS", "CIR": "CIRCLE", "CLF": "CLIFF", "CMN": "COMMON", "COR": "CORNER",
    "CRES": "CRESCENT", "CRK": "CREEK", "CRSE": "COURSE", "CT": "COURT", "CTR": "CENTER",
    "CV": "COVE", "CYN": "CANYON", "DR": "DRIVE", "EST": "ESTATE", "EXPY": "EXPRESSWAY",
    "EXT": "EXTENSION", "FLD": "FIELD", "FRST": "FOREST", "FRY": "FERRY", "FWY": "FREEWAY",
    "GDN": "GARDEN", "GDNS": "GARDENS", "GLN": "GLEN", "GRN": "GREEN", "GRV": "GROVE",
    "HBR": "HARBOR", "HL": "HILL", "HLS": "HILLS", "HOLW": "HOLLOW", "HTS": "HEIGHTS",
    "HVN": "HAVEN", "HWY": "HIGHWAY", "IS": "ISLAND", "JCT": "JUNCTION", "KNL": "KNOLL",
    "LK": "LAKE", "LN": "LANE", "LNDG": "LANDING", "MDW": "MEADOW", "MDWS": "MEADOWS",
    "ML": "MILL", "MNR": "MANOR", "MT": "MOUNT", "MTN": "MOUNTAIN",
    "ORCH": "ORCHARD", "PKWY": "PARKWAY", "PL": "PLACE", "PLZ": "PLAZA", "PNE": "PINE",
    "PNES": "PINES", "PSGE": "PASSAGE", "PT": "POINT", "RD": "ROAD", "RDG": "RIDGE",
    "RIV": "RIVER", "RNCH": "RANCH", "RTE": "ROUTE", "SHR": "SHORE", "SHRS": "SHORES",
    "SMT": "SUMMIT", "SPG": "SPRING", "SPGS": "SPRINGS", "SQ": "SQUARE", "ST": "STREET",
    "STA": "STATION", "TER": "TERRACE", "TPKE": "TURNPIKE", "TRCE": "TRACE", "TRL": "TRAIL",
    "TRWY": "THROUGHWAY", "VIS": "VISTA", "VL": "VILLE", "VLG": "VILLAGE", "VLY": "VALLEY",
    "VW": "VIEW", "XING": "CROSSING",
}  # fmt: skip
#: Suffixes that have no shorter form.
UNABBREVIATED = (
    "FALL", "LOOP", "MALL", "OVAL", "PARK", "PATH", "PIKE", "ROW", "RUN", "SPUR", "WALK", "WAY",
)  # fmt: skip
