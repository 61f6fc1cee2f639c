"""Plates that bear a word: letters alone, which elsewhere are a badge, a shop or a company's name.

Some countries sell plates of any letters; one in ten of the American crops that were labelled bears a word. What tells
them from lettering is what they look like, and that the detector is sure of them: docs/models.md#words.
"""

from collections.abc import Mapping

ISSUERS = frozenset({"US", "SE", "NO", "DK", "LV", "LT", "BE"})
"""Countries (ISO 3166-1 alpha-2) whose looks the reader knows and whose plates may bear letters alone."""

LOOKS_MIN = 0.9  # of one of them; docs/models.md#words
DETECTOR_CONFIDENCE_MIN = 0.6  # of badges and signs it is seldom so sure

# What vehicles bear besides is no plate, however much it looks like one: their makes, and what they are there for.
_MAKES = """
    AUDI BENTLEY BUICK CADILLAC CHEVROLET CHRYSLER CITROEN CUPRA DACIA DAEWOO DAIHATSU DODGE FERRARI FIAT FORD FOTON
    FREIGHTLINER HINO HONDA HUMMER HYUNDAI INFINITI ISUZU IVECO JAGUAR JEEP KAMAZ KENWORTH LADA LAMBORGHINI LANCIA
    LANDROVER LEXUS LINCOLN MACK MAHINDRA MASERATI MAZDA MERCEDES MERCURY MITSUBISHI NISSAN OPEL PETERBILT PEUGEOT
    PONTIAC PORSCHE RANGEROVER RENAULT SAAB SCANIA SEAT SKODA SUBARU SUZUKI TATA TESLA TOYOTA VAUXHALL VOLKSWAGEN VOLVO
"""
_DUTIES = """
    AMBULANCE BOMBEROS EMERGENCY GENDARMERIE POLICE POLICIA POLICJA POLIS POLISEN POLITI POLITIE POLIZEI POLIZIA
    POMPIERS RESCUE SCHOOLBUS SHERIFF TAXI UHAUL
"""
_NAMES = frozenset((_MAKES + _DUTIES).split())


def lettering(text: str) -> bool:
    """Whether the text has no digit: a badge, a shop, a company's name, or the word on a plate."""
    return not any(character.isdigit() for character in text)


def region(looks: Mapping[str, float]) -> str:
    """The country whose plate it is that bears a word; "" where it looks like nobody's who issues such."""
    likeliest = max(ISSUERS, key=lambda country: looks.get(country, 0.0))
    return likeliest if looks.get(likeliest, 0.0) >= LOOKS_MIN else ""


def is_plate(text: str, *, region: str, detector_confidence: float) -> bool:
    """Whether letters alone may be told as a plate's.

    Args:
        text: A-Z.
        region: as `syntax.region` names it, by looks.
        detector_confidence: 0..1, that there is a plate at all.
    """
    return region in ISSUERS and detector_confidence >= DETECTOR_CONFIDENCE_MIN and text not in _NAMES
