"""Plates of the United States and Canada: those of no one state, motorcycles, and all together."""

from anprd.training.render.designs.parts import BLACK, BLUE, NAVY, RED, SILVER, SKY, WHITE, YELLOW, Design, Line, Mark
from anprd.training.render.designs.states import (
    HOLES,
    INKS,
    PURPLE,
    SKIES,
    TEAL,
    US_FACES,
    VANITY,
    picture,
    state,
    wash,
)
from anprd.training.render.designs.states_east import EASTERN
from anprd.training.render.designs.states_west import WESTERN

MIXED: tuple[Design, ...] = (
    state(
        "vanity",
        "NEW YORK/TEXAS/California/Florida/Virginia/Ohio/Maryland/OREGON/Idaho",
        "/Choose Life/GO NAVY/FIREFIGHTER/SEMPER FI",
        *VANITY,
        looks=((WHITE, NAVY), (WHITE, BLACK), (WHITE, RED), (SKY, NAVY), (BLACK, YELLOW)),
        back=wash(*SKIES),
        weight=3,
    ),
    state(
        "charity",
        "Virginia/TEXAS/Alabama/OHIO",
        "GO ARMY/Breast Cancer Awareness/PURPLE HEART/Autism Awareness",
        "sdddd",
        "edddds",
        "eddddd",
        "aadda",
        "sddaa",
        "ddddd",
        "saddd",
        looks=((WHITE, NAVY), (WHITE, RED), (WHITE, PURPLE)),
        back=(*wash(*SKIES), *picture(0, 62)),
        weight=1.5,
    ),
    state(
        "any",
        "KANSAS/OKLAHOMA/ARKANSAS/Nebraska/INDIANA/New Mexico/RHODE ISLAND/South Dakota/North Dakota",
        "NATIVE AMERICA/Ocean State/Great Faces. Great Places./The Natural State/IN GOD WE TRUST/",
        "aaa ddd",
        "ddd aaa",
        "aaa-ddd",
        "aa-ddd",
        "dda ddd",
        "naa ddd",
        "dd-addd",
        "ddd dda",
        looks=((WHITE, NAVY), (WHITE, RED), (YELLOW, RED), (TEAL, YELLOW), (SKY, NAVY), (SILVER, NAVY)),
        back=wash(*SKIES),
        weight=2,
    ),
    Design(
        "us-motorcycle",
        "US",
        178,
        102,
        (Line(12, 30, 166, 84),),
        ("aadd", "ddaaa", "ddddd", "aaddd", "dddaa", "{word}"),
        looks=((WHITE, NAVY), (WHITE, BLACK), (YELLOW, BLACK), (WHITE, RED)),
        marks=(
            Mark("words", 45, 6, 133, 24, INKS, ("NEW YORK", "Ohio", "TEXAS", "MAINE")),
            Mark("sticker", 6, 6, 30, 24, chance=0.3),
        ),
        faces=US_FACES,
        weight=0.5,
    ),
    Design(
        "us-two-row-motorcycle",
        "US",
        178,
        102,
        (Line(30, 24, 148, 54), Line(30, 60, 148, 90)),
        ("aa|ddd", "ddd|aaa", "aaa|ddd", "ddd|dd"),
        rows=2,
        looks=((WHITE, NAVY), (WHITE, RED), (YELLOW, BLACK)),
        marks=(Mark("words", 45, 5, 133, 19, INKS, ("FLORIDA", "Texas", "MC", "MOTORCYCLE")),),
        faces=US_FACES,
        weight=0.6,
    ),
)
STATES: tuple[Design, ...] = EASTERN + WESTERN + MIXED

CANADA: tuple[Design, ...] = tuple(
    Design(
        f"ca-{name}",
        "CA",
        305,
        152,
        (Line(16, 40, 289, 118),),
        patterns,
        looks=looks,
        marks=(
            Mark("words", 70, 6, 235, 32, (looks[0][1], RED), (words,), chance=0.94),
            Mark("words", 60, 127, 245, 145, (looks[0][1], RED), (slogan,), chance=0.85),
            *HOLES,
        ),
        faces=US_FACES,
        weight=0.4,
    )
    for name, words, slogan, patterns, looks in (
        ("ontario", "ONTARIO", "YOURS TO DISCOVER", ("aaaaeddd", "aaaeddd", "{word}"), ((WHITE, BLUE),)),
        ("quebec", "Quebec", "Je me souviens", ("add aaa", "ddd aaa", "aaa ddd"), ((WHITE, BLUE),)),
        ("columbia", "Beautiful", "British Columbia", ("aaeddda", "ddd eaaa", "aaa ddd"), ((WHITE, BLUE),)),
        ("alberta", "Alberta", "Wild Rose Country", ("aaa-dddd", "aaa-ddd"), ((WHITE, RED),)),
    )
)
