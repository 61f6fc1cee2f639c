"""Plates of South and Central America."""

from anprd.training.render.designs.parts import (
    BLACK,
    BLUE,
    GREEN,
    NAVY,
    ORANGE,
    RED,
    SILVER,
    WHITE,
    YELLOW,
    Design,
    Line,
    Mark,
)

BR_CITIES = (
    "SP-SAO PAULO", "SP-CAMPINAS", "RJ-RIO DE JANEIRO", "RJ-NITEROI", "MG-BELO HORIZONTE", "MG-CONTAGEM", "PR-CURITIBA",
    "PR-LONDRINA", "RS-PORTO ALEGRE", "SC-FLORIANOPOLIS", "BA-SALVADOR", "PE-RECIFE", "CE-FORTALEZA", "DF-BRASILIA",
    "GO-GOIANIA", "ES-VITORIA", "SP-SANTO ANDRE", "AM-MANAUS", "SC-JOINVILLE", "MT-CUIABA",
)  # fmt: skip
BR_OLD_LOOKS = ((SILVER, BLACK), (SILVER, BLACK), (SILVER, BLACK), (RED, WHITE), (WHITE, RED), (WHITE, BLACK))
BR_NEW_LOOKS = ((WHITE, BLACK), (WHITE, BLACK), (WHITE, RED), (WHITE, BLUE))
BR_OLD_FACES = ("mandator", "mandator", "drawn")
MERCOSUR_FACES = ("fe-font", "gl-nummernschild", "schriftkraftfahrzeugkennzeichen", "drawn")
CL_LETTERS = "BCDFGHJKLPRSTVWXYZ"
BR_FLAG = Mark("flag", 352, 6, 386, 27, (GREEN, YELLOW, GREEN))
BR_SIDE = Mark("words", 8, 88, 28, 112, (BLACK,), ("BR",), chance=0.8)
BR_CODE = Mark("picture", 10, 42, 36, 68, ((90, 90, 90),), chance=0.7)
MERCOSUR_BAND = Mark("fill", 0, 0, 400, 32, (BLUE, (130, 50, 10), (185, 90, 30)))


def _wide(name: str, country: str, *patterns: str, words: str = "", below: str = "", **changes: object) -> Design:
    """A plate of 360 by 130 mm with a line of words above and one below."""
    marks = (
        Mark("words", 100, 8, 260, 28, (BLACK, NAVY), (words,), chance=0.9),
        Mark("words", 100, 108, 260, 122, (BLACK, NAVY), (below,), chance=0.9),
    )
    kept = tuple(mark for mark in marks if mark.words[0])
    settings = {
        "marks": kept,
        "faces": ("drawn", "din", "licenseplate", "mandator", "fe-font"),
        "weight": 0.4,
    } | changes
    return Design(name, country, 360, 130, (Line(20, 34, 340, 104),), patterns, **settings)  # type: ignore[arg-type]


LATIN_AMERICA: tuple[Design, ...] = (
    Design(
        "br-grey",
        "BR",
        400,
        130,
        (Line(20, 40, 380, 114),),
        ("aaa-dddd", "aaa.dddd", "aaa dddd"),
        looks=BR_OLD_LOOKS,
        marks=(Mark("words", 120, 8, 280, 30, (BLACK, (70, 70, 70)), BR_CITIES, chance=0.9),),
        faces=BR_OLD_FACES,
        weight=3,
    ),
    Design(
        "br-mercosul",
        "BR",
        400,
        130,
        (Line(36, 42, 386, 116),),
        ("aaadadd",),
        looks=BR_NEW_LOOKS,
        marks=(
            MERCOSUR_BAND,
            Mark("words", 150, 6, 250, 27, (WHITE,), ("BRASIL",)),
            BR_FLAG,
            BR_SIDE,
            BR_CODE,
        ),
        faces=MERCOSUR_FACES,
        weight=3,
    ),
    Design(
        "br-motorcycle",
        "BR",
        200,
        170,
        (Line(20, 42, 180, 98), Line(20, 108, 180, 162)),
        ("aaa|dadd",),
        rows=2,
        looks=BR_NEW_LOOKS,
        marks=(Mark("fill", 0, 0, 200, 32, (BLUE,)), Mark("words", 70, 7, 130, 26, (WHITE,), ("BRASIL",))),
        faces=MERCOSUR_FACES,
        weight=1.5,
    ),
    Design(
        "br-grey-motorcycle",
        "BR",
        200,
        170,
        (Line(20, 40, 180, 96), Line(16, 106, 184, 162)),
        ("aaa|dddd",),
        rows=2,
        looks=BR_OLD_LOOKS,
        marks=(Mark("words", 40, 8, 160, 28, (BLACK,), BR_CITIES),),
        faces=BR_OLD_FACES,
        weight=1.5,
    ),
    Design(
        "ar-old",
        "AR",
        294,
        129,
        (Line(26, 36, 268, 104),),
        ("aaa ddd", "aaaeddd", "aaa ddd"),
        looks=((BLACK, WHITE), (BLACK, SILVER)),
        marks=(
            Mark("fill", 0, 0, 294, 30, (WHITE, SILVER), chance=0.8),
            Mark("fill", 0, 110, 294, 129, (WHITE, SILVER), chance=0.8),
            Mark("fill", 0, 0, 12, 129, (WHITE, SILVER), chance=0.8),
            Mark("fill", 282, 0, 294, 129, (WHITE, SILVER), chance=0.8),
            Mark("words", 90, 8, 204, 26, ((120, 120, 120), BLACK), ("ARGENTINA",)),
        ),
        faces=("drawn", "din", "licenseplate"),
        weight=1.3,
    ),
    Design(
        "ar-mercosur",
        "AR",
        400,
        130,
        (Line(22, 42, 378, 114),),
        ("aa ddd aa",),
        marks=(MERCOSUR_BAND, Mark("words", 100, 7, 300, 26, (WHITE,), ("REPUBLICA ARGENTINA",))),
        faces=MERCOSUR_FACES,
        weight=1.4,
    ),
    Design(
        "ar-motorcycle",
        "AR",
        200,
        150,
        (Line(30, 36, 170, 86), Line(16, 94, 184, 142)),
        ("addd|aaa", "ddd|aaa", "Addd|aaa", "add|daaa", "Add|daaa"),
        rows=2,
        looks=((WHITE, BLACK), (BLACK, WHITE)),
        marks=(Mark("fill", 0, 0, 200, 28, (BLUE,), chance=0.7),),
        faces=MERCOSUR_FACES,
        weight=0.6,
    ),
    _wide("cl-car", "CL", "aa.aa.dd", "aaaa.dd", below="CHILE", weight=0.5, alphabet=CL_LETTERS),
    _wide("cl-old", "CL", "aa.dddd", below="CHILE", weight=0.2),
    _wide(
        "co-car",
        "CO",
        "aaa.ddd",
        "aaaeddd",
        "aaa-ddd",
        below="BOGOTA D.C.",
        looks=((YELLOW, BLACK), (ORANGE, BLACK), (WHITE, BLACK)),
        weight=0.9,
    ),
    _wide(
        "mx-car",
        "MX",
        "aaa-dd-dd",
        "aaa-ddd-a",
        "ddd-aaa",
        "daa-ddd",
        words="CDMX",
        below="MEXICO",
        looks=((WHITE, BLACK), (WHITE, GREEN), (WHITE, (60, 30, 120))),
        weight=1.1,
    ),
    _wide("pe-car", "PE", "ada-ddd", "aaa-ddd", words="PERU", looks=((WHITE, BLACK), (YELLOW, BLACK))),
    _wide("ec-car", "EC", "aaa-dddd", "aaa-ddd", words="ECUADOR"),
    _wide("uy-car", "UY", "aaa dddd", "aaa ddd", words="URUGUAY"),
    _wide(
        "cr-car",
        "CR",
        "dddddd",
        "aaa-ddd",
        words="COSTA RICA",
        below="CENTROAMERICA",
        looks=((WHITE, BLUE), (WHITE, BLACK)),
    ),
    _wide("ve-car", "VE", "aadddaa", "adddaa", "aaa-dda", words="VENEZUELA"),
    _wide("py-car", "PY", "aaa ddd", "aaaa ddd", words="PARAGUAY"),
    _wide("do-car", "DO", "addddddd", "addddd", words="REPUBLICA DOMINICANA"),
    Design(
        "la-motorcycle",
        "CO",
        235,
        105,
        (Line(30, 10, 205, 48), Line(30, 56, 205, 94)),
        ("aaa|dda", "aaa|dd", "dda|aad", "aad|dda"),
        rows=2,
        looks=((YELLOW, BLACK), (WHITE, BLACK)),
        faces=("drawn", "din", "fe-font"),
        weight=0.5,
    ),
)
