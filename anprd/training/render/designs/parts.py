"""The pieces that designs are put together from: lines, marks, colours, alphabets and the codes of regions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

Colour = tuple[int, int, int]
"""Blue, green, red."""

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CYRILLIC = "ABEKMHOPCTYX"  # the letters that both alphabets have: Russia, and nearly so its neighbours
CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
NO_I_O = "ABCDEFGHJKLMNPRSTUVWXYZ"

WHITE: Colour = (238, 240, 240)
SILVER: Colour = (196, 200, 200)
YELLOW: Colour = (38, 190, 245)
ORANGE: Colour = (50, 160, 240)
BLACK: Colour = (24, 22, 22)
NAVY: Colour = (110, 45, 25)
BLUE: Colour = (160, 70, 20)
RED: Colour = (40, 35, 175)
GREEN: Colour = (70, 120, 25)
CREAM: Colour = (205, 232, 240)


@dataclass(frozen=True, slots=True)
class Line:
    """Where one part of the text stands: its box in mm, figures as high as the box."""

    x1: float
    y1: float
    x2: float
    y2: float
    letter_ratio: float = 1.0
    """Letters' height over the figures'; both stand on the bottom of the box."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that is not lettering of the number: a band, a rule, a flag, a bolt, small words."""

    kind: str
    """band (with the ring of stars), state (without), rule, fill, wash, flag, dot, words, disc."""
    x1: float
    y1: float
    x2: float
    y2: float
    colours: tuple[Colour, ...] = (BLACK,)
    words: tuple[str, ...] = ()
    """For `words`, `band` and `state`: one is chosen."""


@dataclass(frozen=True, slots=True)
class Design:
    """One kind of plate."""

    name: str
    country: str
    width_mm: float
    height_mm: float
    lines: tuple[Line, ...]
    patterns: tuple[str, ...]
    rows: int = 1
    alphabet: str = LATIN
    looks: tuple[tuple[Colour, Colour], ...] = ((WHITE, BLACK),)
    """Pairs of paper and ink; one is chosen."""
    marks: tuple[Mark, ...] = ()
    faces: tuple[str, ...] = ()
    """Parts of typeface names that belong to this design; empty: any."""
    weight: float = 1.0
    border: bool = True


def codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02d}" for number in range(first, last + 1))


CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ru": numbers(1, 99)
        + codes("102 113 116 121 123 124 125 126 134 136 138 142 147 150 152 154 159 161 163 164 173 174 177 178 186")
        + codes("190 196 197 198 199 702 716 725 750 754 761 763 774 777 790 797 799 977")
        + codes("77 99 97 177 199 197 777 799 797 78 98 178 198 50 90 150 190 750 790 23 93 123 66 96 196 16 116 716"),
        "uz": codes("01 10 20 25 30 40 50 60 70 75 80 85 90 95"),
        "kz": numbers(1, 20),
        "tr": numbers(1, 81),
        "vn": numbers(11, 99),
        "ua": codes("AA KA AB AC AE AH AI AM AO AP AT AX BA BB BC BE BH BI BK BM BO BT BX CA CB CE"),
        "de": codes(
            "B M K F S H HH HB DD D E L N R C A AB AC BA BN BO DO DU EF ES FR GI HD HN IN KA KI KL KS LB LU MA MD"
        )
        + codes("MS MZ OB OF OS PB RE RO SB SO UL WI WT ZW AIC BIT BOR COE DAH EBE ERH FFB FDS GAP HEF LER MTK NES NOM")
        + codes("OHV PAF ROW SLS TBB VIE WES"),
        "pl": codes(
            "WA WB WE WI WX WY WW WND WPR WPI WGM KR KRA KN KOL KWI GD GA GWE GPU PO PZ PK PKN PLE PPL PN DW DWR DB"
        )
        + codes(
            "DJ SK SB SZ SRB SC STA EL EP ELW ESI EBE LU LZ LJA LPU BI BS BIA OP OB ONY RZ RJS RZE ZS ZK ZGY TK TKI CB"
        )
        + codes("CT CBY NO NE NEL FG FZ FSL"),
        "sk": codes(
            "BA BL BB BJ BR DK DS GA HC KE KK KN KS LC LM MA MI MT NM NR NZ PB PD PE PO PP PT RK RS SC SE SN TN TO"
        )
        + codes("TT TV VT ZA ZH ZM ZV"),
        "hr": codes("ZG ZG ZG RI ST OS PU ZD VZ VU SK SB KA DU SI KR CK BJ VT MA NG KZ KC IM GS"),
        "ro": codes(
            "B B B AB AG AR BC BH BN BR BT BV BZ CJ CL CS CT CV DB DJ GJ GL GR HD HR IF IL IS MH MM MS NT OT PH SB"
        )
        + codes("SJ SM SV TL TM TR VL VN VS"),
        "at": codes("W W G L S I K B BL EU GM GU LL SB SL WT ZE FK KU KI ME NK MD WD DL"),
        "bg": codes("A B BH BP BT C CA CB CC CH CM CO CT E EB EH H K KH M OB P PA PB PK PP T TX X Y"),
        "si": codes("LJ MB CE KR KP GO NM MS SG KK PO"),
        "in": codes("MH DL KA TN KL UP HR GJ RJ MP AP TS WB PB BR JH OD CG UK HP GA AS CH JK"),
        "ch": codes("ZH BE VD AG SG GE LU TI VS FR BL SO TG BS GR NE SZ ZG"),
    }
)

EU_BLUES: tuple[Colour, ...] = (BLUE, BLUE, (120, 45, 10), (190, 95, 45))
EU_BAND: Mark = Mark("band", 0, 0, 42, 112, EU_BLUES)
EU_LETTERS: Mapping[str, str] = MappingProxyType(
    {"DE": "D", "FR": "F", "IT": "I", "ES": "E", "BE": "B", "AT": "A", "HU": "H", "SI": "SLO", "EE": "EST", "FI": "FIN"}
    | {"SE": "S", "PT": "P", "NO": "N", "IE": "IRL", "LU": "L", "GB": "GB"}
)
FULL = (Line(58, 18, 508, 94),)
EURO_FACES = ("drawn", "euro", "eu_ua", "din1451", "mtl", "font", "arklatrs", "schrift", "roadua")


def euro(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm with the blue band."""
    band = replace(EU_BAND, words=(EU_LETTERS.get(country, country),))
    design = Design(f"{country.lower()}-car", country, 520, 112, FULL, patterns, marks=(band,), faces=EURO_FACES)
    return replace(design, weight=weight, **changes)  # type: ignore[arg-type]


def plain_euro(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm without a band."""
    return replace(euro(country, *patterns, weight=weight), lines=(Line(20, 18, 500, 94),), marks=(), **changes)  # type: ignore[arg-type]
