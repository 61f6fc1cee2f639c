"""Plates of the United States, Brazil and Argentina."""

from anprd.training.render.designs.parts import (
    BLACK,
    BLUE,
    CREAM,
    GREEN,
    NAVY,
    ORANGE,
    RED,
    SILVER,
    WHITE,
    YELLOW,
    Colour,
    Design,
    Line,
    Mark,
    codes,
)

US_STATES = codes(
    "NEW-YORK NEW-JERSEY CALIFORNIA TEXAS FLORIDA OHIO VIRGINIA NEVADA OREGON IDAHO UTAH IOWA KANSAS MAINE GEORGIA"
)
US_SLOGANS = codes(
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
