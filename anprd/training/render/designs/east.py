"""Plates of Russia and its neighbours."""

from anprd.training.render.designs.parts import (
    BLACK,
    BLUE,
    CYRILLIC,
    NAVY,
    NO_I_O,
    WHITE,
    YELLOW,
    Design,
    Line,
    Mark,
    euro,
    plain_euro,
)

RUS_TEXT = Mark("words", 397, 82, 452, 103, (BLACK,), ("RUS",))
RU_FLAG = Mark("flag", 459, 82, 500, 103, (WHITE, (150, 60, 20), (40, 40, 200)))
RULE = Mark("rule", 377, 0, 380, 112)
DOTS = (Mark("dot", 14, 50, 24, 62), Mark("dot", 352, 50, 362, 62))
RU_FACES = ("roadnumbers", "drawn-straight")
RU_LINES = (Line(32, 18, 346, 94, 0.76), Line(390, 16, 508, 74))


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
    euro("UA", "{ua} dddd aa", alphabet="ABCEHIKMOPTX", marks=UA_FLAG, weight=2, faces=("roadua", "eu_ua", "drawn")),
    euro(
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
    euro(
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
    plain_euro("GE", "aa-ddd-aa", weight=0.4),
    plain_euro("AM", "dd aa ddd", "ddd aa dd", weight=0.3),
    plain_euro("AZ", "dd-aa-ddd", weight=0.3),
    plain_euro("KG", "dd ddd aaa", weight=0.3),
    plain_euro("MD", "aaa ddd", weight=0.3),
)
