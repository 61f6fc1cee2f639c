"""What plates look like, country by country: one table of data, drawn by `plates`.

A pattern spells one plate. `a` is a letter of the design's alphabet, `d` a figure, `n` a figure but nought, `x` either,
`{name}` a code from `CODES`, a space or one of `-.` is drawn but not part of the text, `*` stands for the two round
seals, `e` for an emblem, and `|` moves to the design's next line. Capitals and figures stand for themselves.
Measures are millimetres of the real plate; most are from the national standards, the rest from photographs.
"""

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


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02d}" for number in range(first, last + 1))


CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ru": _numbers(1, 99)
        + _codes("102 113 116 121 123 124 125 126 134 136 138 142 147 150 152 154 159 161 163 164 173 174 177 178 186")
        + _codes("190 196 197 198 199 702 716 725 750 754 761 763 774 777 790 797 799 977")
        + _codes("77 99 97 177 199 197 777 799 797 78 98 178 198 50 90 150 190 750 790 23 93 123 66 96 196 16 116 716"),
        "uz": _codes("01 10 20 25 30 40 50 60 70 75 80 85 90 95"),
        "kz": _numbers(1, 20),
        "tr": _numbers(1, 81),
        "vn": _numbers(11, 99),
        "ua": _codes("AA KA AB AC AE AH AI AM AO AP AT AX BA BB BC BE BH BI BK BM BO BT BX CA CB CE"),
        "de": _codes(
            "B M K F S H HH HB DD D E L N R C A AB AC BA BN BO DO DU EF ES FR GI HD HN IN KA KI KL KS LB LU MA MD"
        )
        + _codes(
            "MS MZ OB OF OS PB RE RO SB SO UL WI WT ZW AIC BIT BOR COE DAH EBE ERH FFB FDS GAP HEF LER MTK NES NOM"
        )
        + _codes("OHV PAF ROW SLS TBB VIE WES"),
        "pl": _codes(
            "WA WB WE WI WX WY WW WND WPR WPI WGM KR KRA KN KOL KWI GD GA GWE GPU PO PZ PK PKN PLE PPL PN DW DWR DB"
        )
        + _codes(
            "DJ SK SB SZ SRB SC STA EL EP ELW ESI EBE LU LZ LJA LPU BI BS BIA OP OB ONY RZ RJS RZE ZS ZK ZGY TK TKI CB"
        )
        + _codes("CT CBY NO NE NEL FG FZ FSL"),
        "sk": _codes(
            "BA BL BB BJ BR DK DS GA HC KE KK KN KS LC LM MA MI MT NM NR NZ PB PD PE PO PP PT RK RS SC SE SN TN TO"
        )
        + _codes("TT TV VT ZA ZH ZM ZV"),
        "hr": _codes("ZG ZG ZG RI ST OS PU ZD VZ VU SK SB KA DU SI KR CK BJ VT MA NG KZ KC IM GS"),
        "ro": _codes(
            "B B B AB AG AR BC BH BN BR BT BV BZ CJ CL CS CT CV DB DJ GJ GL GR HD HR IF IL IS MH MM MS NT OT PH SB"
        )
        + _codes("SJ SM SV TL TM TR VL VN VS"),
        "at": _codes("W W G L S I K B BL EU GM GU LL SB SL WT ZE FK KU KI ME NK MD WD DL"),
        "bg": _codes("A B BH BP BT C CA CB CC CH CM CO CT E EB EH H K KH M OB P PA PB PK PP T TX X Y"),
        "si": _codes("LJ MB CE KR KP GO NM MS SG KK PO"),
        "in": _codes("MH DL KA TN KL UP HR GJ RJ MP AP TS WB PB BR JH OD CG UK HP GA AS CH JK"),
        "ch": _codes("ZH BE VD AG SG GE LU TI VS FR BL SO TG BS GR NE SZ ZG"),
    }
)

EU_BLUES: tuple[Colour, ...] = (BLUE, BLUE, (120, 45, 10), (190, 95, 45))
EU_BAND: Mark = Mark("band", 0, 0, 42, 112, EU_BLUES)
EU_LETTERS: Mapping[str, str] = MappingProxyType(
    {"DE": "D", "FR": "F", "IT": "I", "ES": "E", "BE": "B", "AT": "A", "HU": "H", "SI": "SLO", "EE": "EST", "FI": "FIN"}
    | {"SE": "S", "PT": "P", "NO": "N", "IE": "IRL", "LU": "L", "GB": "GB"}
)
RUS_TEXT = Mark("words", 397, 82, 452, 103, (BLACK,), ("RUS",))
RU_FLAG = Mark("flag", 459, 82, 500, 103, (WHITE, (150, 60, 20), (40, 40, 200)))
RULE = Mark("rule", 377, 0, 380, 112)
DOTS = (Mark("dot", 14, 50, 24, 62), Mark("dot", 352, 50, 362, 62))
FULL = (Line(58, 18, 508, 94),)
EURO_FACES = ("drawn", "euro", "eu_ua", "din1451", "mtl", "font", "arklatrs", "schrift", "roadua")
RU_FACES = ("roadnumbers", "drawn-straight")
RU_LINES = (Line(32, 18, 346, 94, 0.76), Line(390, 16, 508, 74))


def _euro(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm with the blue band."""
    band = replace(EU_BAND, words=(EU_LETTERS.get(country, country),))
    plain = Design(f"{country.lower()}-car", country, 520, 112, FULL, patterns, marks=(band,), faces=EURO_FACES)
    return replace(plain, weight=weight, **changes)  # type: ignore[arg-type]


def _plain(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm without a band."""
    return replace(_euro(country, *patterns, weight=weight), lines=(Line(20, 18, 500, 94),), marks=(), **changes)  # type: ignore[arg-type]


RUSSIA: tuple[Design, ...] = (
    Design(
        "ru-car",
        "RU",
        520,
        112,
        RU_LINES,
        ("adddaa|{ru}",),
        alphabet=CYRILLIC,
        marks=(RULE, RUS_TEXT, RU_FLAG, *DOTS),
        faces=RU_FACES,
        weight=9,
    ),
    Design(
        "ru-two-row",
        "RU",
        290,
        170,
        (Line(40, 20, 250, 78, 0.8), Line(24, 96, 142, 154, 0.8), Line(160, 88, 276, 134)),
        ("addd|aa|{ru}",),
        rows=2,
        alphabet=CYRILLIC,
        faces=RU_FACES,
        weight=1.5,
        marks=(
            Mark("rule", 152, 84, 154, 170),
            Mark("rule", 152, 84, 290, 86),
            Mark("words", 172, 142, 220, 160, (BLACK,), ("RUS",)),
            Mark("flag", 228, 142, 264, 160, RU_FLAG.colours),
        ),
    ),
    Design(
        "ru-taxi",
        "RU",
        520,
        112,
        RU_LINES,
        ("aaddd|{ru}",),
        alphabet=CYRILLIC,
        looks=((YELLOW, BLACK), ((60, 200, 235), BLACK)),
        marks=(RULE, RUS_TEXT, RU_FLAG, *DOTS),
        faces=RU_FACES,
        weight=1.2,
    ),
    Design(
        "ru-trailer",
        "RU",
        520,
        112,
        RU_LINES,
        ("aadddd|{ru}", "dddd aa|{ru}"),
        alphabet=CYRILLIC,
        marks=(RULE, RUS_TEXT, RU_FLAG),
        faces=RU_FACES,
        weight=0.8,
    ),
    Design(
        "ru-police",
        "RU",
        520,
        112,
        RU_LINES,
        ("adddd|{ru}",),
        alphabet=CYRILLIC,
        looks=((BLUE, WHITE),),
        marks=(Mark("rule", 377, 0, 380, 112, (WHITE,)), RUS_TEXT),
        faces=RU_FACES,
        weight=0.4,
    ),
    Design(
        "ru-motorcycle",
        "RU",
        190,
        145,
        (Line(18, 16, 172, 68, 0.8), Line(12, 84, 82, 130, 0.8), Line(98, 80, 178, 112)),
        ("dddd|aa|{ru}",),
        rows=2,
        alphabet=CYRILLIC,
        faces=RU_FACES,
        weight=1.0,
        marks=(
            Mark("rule", 90, 74, 92, 145),
            Mark("rule", 90, 74, 190, 76),
            Mark("words", 104, 120, 140, 136, (BLACK,), ("RUS",)),
            Mark("flag", 146, 120, 174, 136, RU_FLAG.colours),
        ),
    ),
)

UA_FLAG = (
    Mark("state", 0, 0, 42, 112, (BLUE, (160, 85, 25)), ("UA",)),
    Mark("flag", 8, 14, 34, 40, ((200, 110, 20), (20, 200, 250))),
)
OLD_UA_FLAG = (
    Mark("flag", 8, 22, 40, 66, ((190, 100, 20), (20, 200, 250))),
    Mark("words", 8, 74, 40, 94, (NAVY,), ("UA",)),
)
BY_FLAG = (
    Mark("flag", 8, 22, 42, 60, ((40, 40, 190), (40, 40, 190), (60, 130, 30))),
    Mark("words", 8, 68, 42, 92, (BLACK,), ("BY",)),
)
KZ_FLAG = (Mark("flag", 8, 24, 44, 58, ((200, 170, 30),)), Mark("words", 10, 66, 44, 92, (BLACK,), ("KZ",)))
UZ_FLAG = (
    Mark("flag", 470, 22, 508, 58, ((200, 160, 30), WHITE, (60, 150, 40))),
    Mark("words", 470, 66, 508, 90, ((120, 140, 20),), ("UZ",)),
)

EAST: tuple[Design, ...] = (
    _euro("UA", "{ua} dddd aa", alphabet="ABCEHIKMOPTX", marks=UA_FLAG, weight=2, faces=("roadua", "eu_ua", "drawn")),
    _euro(
        "UA",
        "{ua} dddd aa",
        name="ua-old",
        alphabet="ABCEHIKMOPTX",
        marks=OLD_UA_FLAG,
        weight=1,
        faces=("roadua", "drawn"),
    ),
    Design(
        "ua-two-row",
        "UA",
        280,
        200,
        (Line(60, 24, 262, 92), Line(24, 110, 262, 178)),
        ("{ua} dd|dd aa",),
        rows=2,
        alphabet="ABCEHIKMOPTX",
        marks=(Mark("state", 0, 0, 40, 100, (BLUE,), ("UA",)),),
        faces=("roadua", "drawn"),
        weight=0.5,
    ),
    _euro(
        "BY",
        "dddd aa-n",
        "aadddd-n",
        alphabet="ABCEHIKMOPTX",
        marks=BY_FLAG,
        weight=1.5,
        faces=("drawn", "roadua", "din"),
    ),
    Design(
        "kz-car",
        "KZ",
        520,
        112,
        (Line(58, 20, 388, 92), Line(412, 20, 504, 92)),
        ("ddd aaa|{kz}", "ddd aa|{kz}"),
        marks=(*KZ_FLAG, Mark("rule", 398, 0, 401, 112)),
        weight=1.5,
        faces=("drawn", "eu_ua", "din", "mtl"),
    ),
    Design(
        "kz-two-row",
        "KZ",
        280,
        200,
        (Line(70, 24, 260, 92), Line(30, 110, 150, 178), Line(175, 110, 262, 178)),
        ("ddd|aaa|{kz}",),
        rows=2,
        marks=(Mark("flag", 12, 24, 50, 54, ((200, 170, 30),)), Mark("rule", 162, 100, 164, 200)),
        weight=0.5,
    ),
    Design(
        "uz-car",
        "UZ",
        520,
        112,
        (Line(22, 20, 108, 92), Line(138, 20, 456, 92)),
        ("{uz}|addd aa", "{uz}|ddd aaa"),
        alphabet=NO_I_O,
        marks=(*UZ_FLAG, Mark("rule", 122, 0, 125, 112)),
        weight=1.5,
        faces=("uzb", "drawn"),
    ),
    _plain("GE", "aa-ddd-aa", weight=0.4),
    _plain("AM", "dd aa ddd", "ddd aa dd", weight=0.3),
    _plain("AZ", "dd-aa-ddd", weight=0.3),
    _plain("KG", "dd ddd aaa", weight=0.3),
    _plain("MD", "aaa ddd", weight=0.3),
)

EUROPE: tuple[Design, ...] = (
    _euro(
        "DE",
        "{de}*aa dddd",
        "{de}*aa ddd",
        "{de}*a dddd",
        "{de}*aa dd",
        "{de}*a ddd",
        "{de} *aa ddd",
        weight=3,
        faces=("fe-font", "gl-", "schrift", "uzb", "euro", "drawn"),
    ),
    Design(
        "de-two-row",
        "DE",
        280,
        200,
        (Line(62, 22, 264, 92), Line(20, 110, 264, 180)),
        ("{de}*|aa ddd", "{de}*|a dddd"),
        rows=2,
        marks=(Mark("band", 0, 0, 42, 100, (BLUE,), ("D",)),),
        faces=("fe-font", "gl-", "drawn"),
        weight=0.7,
    ),
    _euro(
        "PL",
        "{pl} ddddd",
        "{pl} dddda",
        "{pl} dddaa",
        "{pl} ddaa",
        "{pl} adda",
        "{pl} dadd",
        "{pl} dddd",
        "{pl} addd",
        "an xxxa",
        weight=3,
        alphabet="ABCDEFGHJKLMNPRSTUVWXY",
        faces=("arklatrs", "font", "drawn"),
    ),
    Design(
        "pl-two-row",
        "PL",
        305,
        214,
        (Line(70, 24, 280, 98), Line(26, 116, 284, 190)),
        ("{pl}|ddddd", "{pl}|dddaa", "{pl}|addd"),
        rows=2,
        alphabet="ABCDEFGHJKLMNPRSTUVWXY",
        marks=(Mark("band", 0, 0, 44, 110, (BLUE,), ("PL",)),),
        faces=("arklatrs", "font", "drawn"),
        weight=1,
    ),
    Design(
        "pl-motorcycle",
        "PL",
        190,
        150,
        (Line(46, 16, 176, 66), Line(16, 82, 176, 132)),
        ("{pl}|ddd", "{pl}|dda", "{pl}|dddd"),
        rows=2,
        marks=(Mark("band", 0, 0, 30, 76, (BLUE,), ("PL",)),),
        faces=("arklatrs", "font", "drawn"),
        weight=0.4,
    ),
    _euro("CZ", "nad*dddd", "nad dddd", weight=1.5, alphabet="ABCEHJKLMPSTUZ"),
    Design(
        "cz-two-row",
        "CZ",
        280,
        200,
        (Line(62, 22, 262, 92), Line(30, 110, 256, 180)),
        ("nad*|dddd",),
        rows=2,
        alphabet="ABCEHJKLMPSTUZ",
        marks=(Mark("band", 0, 0, 42, 100, (BLUE,), ("CZ",)),),
        weight=0.3,
    ),
    _euro("SK", "{sk}edddaa", "{sk} e dddaa", "aaedddaa", weight=1, alphabet=NO_I_O),
    _euro(
        "NL",
        "aa-ddd-a",
        "d-aaa-dd",
        "dd-aaa-d",
        "a-ddd-aa",
        "dd-aa-aa",
        "aaa-dd-a",
        weight=1.2,
        alphabet="BDFGHJKLNPRSTVXZ",
        looks=((YELLOW, BLACK), (ORANGE, BLACK)),
        faces=("kenteken",),
    ),
    _euro(
        "GB",
        "aadd aaa",
        "add aaa",
        "addd aaa",
        "aaad aaa",
        weight=1.2,
        looks=((WHITE, BLACK), (YELLOW, BLACK)),
        faces=("ukn", "mandator"),
    ),
    _plain(
        "GB",
        "aadd aaa",
        "add aaa",
        name="gb-plain",
        weight=1.2,
        looks=((WHITE, BLACK), (YELLOW, BLACK)),
        faces=("ukn", "mandator", "drawn"),
    ),
    Design(
        "gb-two-row",
        "GB",
        285,
        203,
        (Line(30, 18, 255, 96), Line(30, 112, 255, 190)),
        ("aadd|aaa", "add|aaa"),
        rows=2,
        looks=((WHITE, BLACK), (YELLOW, BLACK)),
        faces=("ukn", "mandator"),
        weight=0.7,
    ),
    _euro(
        "FR",
        "aa-ddd-aa",
        weight=1,
        lines=(Line(54, 18, 466, 94),),
        alphabet="ABCDEFGHJKLMNPQRSTVWXYZ",
        marks=(
            replace(EU_BAND, words=("F",)),
            Mark("state", 478, 0, 520, 112, (BLUE,), ("75", "69", "13", "59", "2A", "33")),
        ),
    ),
    _euro(
        "FR", "ddd aaa dd", "dddd aa dd", "dd aa dd", name="fr-old", weight=0.4, looks=((WHITE, BLACK), (ORANGE, BLACK))
    ),
    _euro(
        "IT",
        "aa ddd aa",
        weight=1,
        lines=(Line(54, 18, 466, 94),),
        alphabet="ABCDEFGHJKLMNPRSTVWXYZ",
        marks=(
            replace(EU_BAND, words=("I",)),
            Mark("state", 478, 0, 520, 112, (BLUE, (175, 95, 30)), ("RM", "MI", "TO", "FI", "")),
        ),
    ),
    _euro("ES", "dddd aaa", weight=1, alphabet=CONSONANTS),
    _euro("HR", "{hr}edddd-aa", "{hr}eddd-aa", "{hr} e dddd-a", weight=1, looks=((WHITE, BLACK), (SILVER, BLACK))),
    _euro("RO", "{ro} dd aaa", "B ddd aaa", weight=1.2),
    _euro("BE", "n-aaa-ddd", "aaa-ddd", weight=0.7, looks=((WHITE, RED),)),
    _euro("AT", "{at}edddaa", "{at}edddda", "{at} e ddaa", weight=0.4),
    _euro("HU", "aaa-ddd", "aaeaa-ddd", weight=0.5),
    _euro("SI", "{si}eaa-ddd", "{si}eaddda", "{si} da-ddd", weight=0.4),
    _euro("BG", "{bg}ddddaa", weight=0.4, alphabet=CYRILLIC),
    _euro("GR", "aaa-dddd", weight=0.4, alphabet="ABEZHIKMNOPTYX"),
    _euro("LT", "aaa*ddd", "aaa ddd", weight=0.4),
    _euro("LV", "aa-dddd", "aa-ddd", weight=0.4),
    _euro("EE", "ddd aaa", weight=0.4),
    _euro("FI", "aaa-ddd", weight=0.4),
    _euro("SE", "aaa ddd", "aaa dda", weight=0.4),
    _euro("PT", "aa-dd-aa", "dd-aa-dd", "dd-dd-aa", weight=0.4),
    _euro("DK", "aa dd ddd", weight=0.3, alphabet=NO_I_O),
    _euro("NO", "aa ddddd", weight=0.3),
    _euro("IE", "ddd-a-ddddd", "dd-aa-dddd", weight=0.4),
    _euro("LU", "aa dddd", weight=0.3, looks=((YELLOW, BLACK),)),
    _plain("CH", "{ch}edddddd", "{ch} dddddd", weight=0.3),
    _euro(
        "TR",
        "{tr} aa dddd",
        "{tr} aaa dd",
        "{tr} aaa ddd",
        "{tr} a dddd",
        "{tr} aa ddd",
        weight=3,
        alphabet="ABCDEFGHIJKLMNOPRSTUVYZ",
    ),
    Design(
        "tr-two-row",
        "TR",
        320,
        220,
        (Line(60, 26, 296, 100), Line(26, 120, 296, 194)),
        ("{tr} aa|dddd", "{tr}|aaa ddd", "{tr} aaa|ddd"),
        rows=2,
        marks=(Mark("band", 0, 0, 44, 110, (BLUE,), ("TR",)),),
        faces=EURO_FACES,
        weight=0.6,
    ),
)

US_STATES = _codes(
    "NEW-YORK NEW-JERSEY CALIFORNIA TEXAS FLORIDA OHIO VIRGINIA NEVADA OREGON IDAHO UTAH IOWA KANSAS MAINE GEORGIA"
)
US_SLOGANS = _codes(
    "GARDEN-STATE ALOHA-STATE SUNSHINE-STATE EMPIRE-STATE WILD-WONDERFUL LAND-OF-LINCOLN FIRST-IN-FLIGHT"
)
US_WORDS = (
    Mark("words", 80, 6, 225, 30, (NAVY, RED, BLACK, GREEN), US_STATES),
    Mark("words", 80, 130, 225, 146, (NAVY, RED, BLACK, GREEN), US_SLOGANS),
)
US_HOLES = tuple(Mark("dot", x, y, x + 9, y + 7, ((90, 90, 90), (40, 40, 40))) for x in (38, 258) for y in (7, 138))
US_PATTERNS = (
    "aaa dddd",
    "aaa ddd",
    "ddd aaa",
    "daaa ddd",
    "dda dda",
    "aaa-ddd",
    "ddaddd",
    "add-dda",
    "aaedddd",
    "dddeaaa",
    "aaddd",
    "xxxxxx",
    "xxxxxxx",
    "aaa dda",
    "d ddddd",
    "dda ddda",
)


def _state(name: str, weight: float, looks: tuple[tuple[Colour, Colour], ...], *more: Mark) -> Design:
    return Design(
        name,
        "US",
        305,
        152,
        (Line(16, 41, 289, 118),),
        US_PATTERNS,
        looks=looks,
        marks=(*more, *US_WORDS, *US_HOLES),
        faces=("licenseplate", "drawn", "din", "roadua"),
        weight=weight,
    )


AMERICAS: tuple[Design, ...] = (
    _state("us-plain", 2, ((WHITE, NAVY), (WHITE, BLACK), (WHITE, RED), (CREAM, GREEN), (WHITE, BLUE))),
    _state(
        "us-dark", 1, ((BLUE, WHITE), (NAVY, YELLOW), (GREEN, WHITE), (BLACK, YELLOW), (YELLOW, BLACK), (ORANGE, NAVY))
    ),
    _state(
        "us-bands",
        1,
        ((WHITE, NAVY), (WHITE, RED)),
        Mark("fill", 0, 0, 305, 34, ((190, 120, 60), (60, 60, 190), (180, 200, 120))),
    ),
    _state(
        "us-picture",
        2,
        ((WHITE, NAVY), (CREAM, BLACK), (CREAM, GREEN)),
        Mark("wash", 0, 0, 305, 152, ((240, 190, 120), (130, 200, 250), (140, 210, 160))),
    ),
    Design(
        "us-motorcycle",
        "US",
        178,
        102,
        (Line(12, 30, 166, 86),),
        ("aadd", "ddaaa", "ddddd", "aaddd"),
        marks=(Mark("words", 50, 6, 128, 22, (NAVY,), US_STATES),),
        weight=0.3,
    ),
    Design(
        "br-grey",
        "BR",
        400,
        130,
        (Line(20, 42, 380, 112),),
        ("aaa-dddd",),
        looks=((SILVER, BLACK), (SILVER, BLACK), (RED, WHITE)),
        marks=(Mark("words", 120, 8, 280, 30, (BLACK,), ("SP-CAMPINAS", "RJ-NITEROI", "MG-CONTAGEM", "PR-LONDRINA")),),
        faces=("mandator", "drawn"),
        weight=1,
    ),
    Design(
        "br-mercosul",
        "BR",
        400,
        130,
        (Line(22, 42, 384, 116),),
        ("aaadadd",),
        looks=((WHITE, BLACK), (WHITE, RED)),
        marks=(
            Mark("fill", 0, 0, 400, 32, (BLUE,)),
            Mark("words", 150, 6, 250, 27, (WHITE,), ("BRASIL",)),
            Mark("words", 8, 88, 28, 112, (BLACK,), ("BR",)),
        ),
        faces=("fe-font", "drawn"),
        weight=1.2,
    ),
    Design(
        "br-motorcycle",
        "BR",
        200,
        170,
        (Line(20, 46, 180, 98), Line(20, 110, 180, 160)),
        ("aaa|dadd", "aaa|dddd"),
        rows=2,
        marks=(Mark("fill", 0, 0, 200, 32, (BLUE,)),),
        faces=("fe-font", "drawn"),
        weight=0.5,
    ),
    Design(
        "ar-old",
        "AR",
        294,
        129,
        (Line(22, 36, 272, 106),),
        ("aaa ddd",),
        looks=((BLACK, WHITE),),
        marks=(Mark("rule", 14, 112, 280, 114, (WHITE,)), Mark("words", 90, 8, 204, 26, (WHITE,), ("ARGENTINA",))),
        faces=("drawn", "din"),
        weight=0.8,
    ),
    Design(
        "ar-mercosur",
        "AR",
        400,
        130,
        (Line(22, 42, 378, 114),),
        ("aa ddd aa",),
        marks=(
            Mark("fill", 0, 0, 400, 32, (BLUE,)),
            Mark("words", 100, 7, 300, 26, (WHITE,), ("REPUBLICA-ARGENTINA",)),
        ),
        faces=("fe-font", "drawn"),
        weight=1,
    ),
)

VN_LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
VN_LOOKS = ((WHITE, BLACK), (WHITE, BLACK), (WHITE, BLACK), (YELLOW, BLACK), (BLUE, WHITE))
IN_BAND = Mark("words", 8, 64, 46, 88, ((160, 60, 30),), ("IND",))
IN_PATTERNS = (
    "{in} dd aa dddd",
    "{in} dd a dddd",
    "{in}ddaadddd",
    "{in}-dd-aa-dddd",
    "{in} d aa dddd",
    "{in} dd aaa ddd",
)
IN_LOOKS = ((WHITE, BLACK), (WHITE, BLACK), (YELLOW, BLACK), (BLACK, YELLOW), (GREEN, WHITE))

ASIA: tuple[Design, ...] = (
    Design("in-car", "IN", 500, 120, (Line(20, 26, 480, 94),), IN_PATTERNS, looks=IN_LOOKS, weight=2),
    Design(
        "in-secure",
        "IN",
        500,
        120,
        (Line(56, 26, 484, 94),),
        IN_PATTERNS,
        looks=IN_LOOKS,
        marks=(IN_BAND, Mark("disc", 16, 28, 40, 52, ((190, 190, 160), (150, 170, 190)))),
        weight=1.5,
    ),
    Design(
        "in-two-row",
        "IN",
        340,
        200,
        (Line(30, 24, 310, 90), Line(30, 110, 310, 176)),
        ("{in} dd|aa dddd", "{in} dd aa|dddd", "{in}dda|adddd", "{in}-dd|a-dddd", "{in} dd a|dddd"),
        rows=2,
        looks=IN_LOOKS,
        weight=2,
    ),
    Design(
        "in-motorcycle",
        "IN",
        200,
        100,
        (Line(16, 12, 184, 46), Line(16, 56, 184, 90)),
        ("{in} dd a|dddd", "{in} dd|aa dddd", "{in}dd|adddd"),
        rows=2,
        looks=IN_LOOKS,
        weight=0.8,
    ),
    Design(
        "vn-car",
        "VN",
        520,
        110,
        (Line(18, 18, 502, 92),),
        ("{vn}a-ddd.dd", "{vn}a-dddd", "{vn}aa-ddd.dd"),
        alphabet=VN_LETTERS,
        looks=VN_LOOKS,
        weight=1.5,
    ),
    Design(
        "vn-two-row",
        "VN",
        330,
        165,
        (Line(50, 14, 280, 76), Line(22, 88, 308, 152)),
        ("{vn}a|ddd.dd", "{vn}-a|dddd", "{vn}aa|ddd.dd"),
        rows=2,
        alphabet=VN_LETTERS,
        looks=VN_LOOKS,
        weight=1.2,
    ),
    Design(
        "vn-motorcycle",
        "VN",
        190,
        140,
        (Line(24, 14, 166, 64), Line(14, 76, 176, 126)),
        ("{vn}-an|ddd.dd", "{vn}-an|dddd", "{vn}-aa|ddd.dd"),
        rows=2,
        alphabet=VN_LETTERS,
        looks=((WHITE, BLACK), (WHITE, BLACK), (BLUE, WHITE)),
        weight=2.5,
    ),
    Design(
        "ph-car",
        "PH",
        390,
        140,
        (Line(22, 34, 368, 108),),
        ("aaa dddd", "aaa ddd", "aaadddd"),
        marks=(Mark("words", 150, 114, 240, 132, (BLACK,), ("PILIPINAS", "NCR", "REGION-III")),),
        faces=("drawn", "din", "licenseplate"),
        weight=1.5,
    ),
    Design(
        "ph-yellow",
        "PH",
        390,
        140,
        (Line(22, 34, 368, 108),),
        ("aaa ddd", "aaa dddd"),
        looks=((YELLOW, BLACK), (CREAM, GREEN)),
        weight=0.6,
    ),
)

ANY_PATTERNS = (
    "xxxx",
    "xxxxx",
    "xxxxxx",
    "xxx xxx",
    "xxxxxxx",
    "xxx-xxxx",
    "xxxxxxxx",
    "xxx xx xxx",
    "xxxx xxxxx",
    "aaaaaa",
    "ddddddd",
    "aaaa",
    "dddddd",
)
ANY_LOOKS = (
    (WHITE, BLACK),
    (YELLOW, BLACK),
    (BLACK, WHITE),
    (BLUE, WHITE),
    (WHITE, RED),
    (WHITE, NAVY),
    (GREEN, WHITE),
    (RED, WHITE),
    (SILVER, BLACK),
)
FREE: tuple[Design, ...] = (
    Design("any-one-row", "XX", 520, 112, (Line(26, 18, 494, 94),), ANY_PATTERNS, looks=ANY_LOOKS, weight=4),
    Design("any-one-row-band", "XX", 520, 112, FULL, ANY_PATTERNS, looks=ANY_LOOKS[:2], marks=(EU_BAND,), weight=2),
    Design("any-wide", "XX", 305, 152, (Line(20, 34, 285, 118),), ANY_PATTERNS[:8], looks=ANY_LOOKS, weight=1.5),
    Design(
        "any-two-row",
        "XX",
        300,
        200,
        (Line(24, 22, 276, 92), Line(24, 110, 276, 180)),
        (
            "xxx|xxxx",
            "xx|xxxx",
            "xxxx|xxx",
            "xxxx|xxxx",
            "aaa|ddd",
            "dd-aa|dddd",
            "xxx|xxxxx",
            "xxxx|xxxxx",
            "xx|xxxxx",
        ),
        rows=2,
        looks=ANY_LOOKS,
        weight=3,
    ),
)

DESIGNS: tuple[Design, ...] = RUSSIA + EAST + EUROPE + AMERICAS + ASIA + FREE
