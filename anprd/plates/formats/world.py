"""Series of Asia, Africa, Australia and America."""

from anprd.plates.formats.country import NO_VOWELS, SO_FAR, Country

COUNTRIES = (
    Country(
        "IN",
        350,
        {"s99AA9999": 0.63, "s99A9999": 0.16, "s9AA9999": 0.03, "s9AAA9999": 0.03, "s9A9999": 0.02, "yBH9999AA": 0.008}
        | {"yBH9999A": 0.002},  # of all India, since 2021
        {
            "s": "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN "
            "TG TR TS UA UK UP WB",
            "y": "21 22 23 24 25 26 27",
        },
        # Noughts in front are left out here and there.
        {"s99AA199": 0.02, "s99AA19": 0.01, "s99AA1": 0.005, "s99A199": 0.005, "s999999": 0.005},
    ),
    Country(
        "VN",
        75,
        {"pv99999": 0.4, "pv999999": 0.48, "pvv99999": 0.04, "pv9999": 0.02, "pvv999999": 0.03, "pvv9999": 0.012},
        {"p": " ".join(str(province) for province in range(11, 100) if province != 13), "v": "ABCDEFGHKLMNPRSTUVXYZ"},
    ),
    Country(
        "CN",
        330,  # its first character, which says the province, is no letter and is not read
        {"c 99999": 0.32, "c c9999": 0.25, "c 9c999": 0.06, "c 99c99": 0.04, "c 999c9": 0.04, "c 9999c": 0.05}
        | {"c cc999": 0.01, "c c9c99": 0.02, "c c99c9": 0.02, "c c999c": 0.03, "c 9cc99": 0.02, "c 9c99c": 0.01}
        | {"c e99999": 0.06, "c ec9999": 0.04},
        {"c": "ABCDEFGHJKLMNPQRSTUVWXYZ", "e": "DF"},
        {"c 999cc": 0.01, "c 99cc9": 0.01, "c 9c9c9": 0.005},
    ),
    Country("PH", 14, {"AAA 9999": 0.47, "AAA 999": 0.45, "A9A 999": 0.03}),
    Country("BR", 115, {"AAA9A99": 0.5, "AAA 9999": 0.5}),
    Country("AR", 18, {"AAA 999": 0.45, "sA 999 AA": 0.45, "A999AAA": 0.05}, {"s": SO_FAR}),
    Country("CL", 6, {"cc cc 99": 0.7, "AA 99 99": 0.2}, {"c": "BCDFGHJKLPRSTVWXYZ"}),
    Country("CO", 18, {"AAA 999": 0.7, "AAA 99A": 0.25}),
    Country("MX", 55, {"AAA 999 A": 0.5, "AAA9999": 0.2, "AA99999": 0.1}, rare={"999AAA": 0.03, "A99AAA": 0.05}),
    Country("PE", 3, {"A9A 999": 0.7, "AAA 999": 0.2}),
    Country("EC", 3, {"AAA 9999": 0.6, "AAA 999": 0.3}),
    Country("UY", 2.5, {"AAA 9999": 0.9}),
    Country("PY", 2.5, {"AAAA 999": 0.5, "AAA 999": 0.3}),
    Country("BO", 2.2, {"999 AAA": 0.1}, rare={"9999 AAA": 0.8}),
    Country("VE", 5, {"AA999AA": 0.8}),
    Country("DO", 5, {"A999999": 0.9}),
    Country("CR", 2, {"AAA 999": 0.6}, rare={"999999": 0.3}),
    Country("IL", 4, {"99 999 99": 0.6, "999 99 999": 0.4}),
    Country(
        "ZA",
        13,
        {"cc 99 cc GP": 0.35, "ccc 999 p": 0.4, "CA 99999": 0.04, "CA 999999": 0.08, "ND 99999": 0.04},
        {"c": NO_VOWELS, "p": "EC FS GP L MP NC NW"},
    ),
    Country(
        "AU",
        21,
        {"AAA 999": 0.3, "AAA 99A": 0.2, "AA 99 AA": 0.15, "999 AAA": 0.1},
        rare={"1AA 9AA": 0.15, "999 AA9": 0.05},
    ),
    Country("NZ", 4.5, {"AAA999": 0.9}),
    Country(
        "CA",
        26,
        {"cAAA 999": 0.35, "AAA 9999": 0.1, "AAA 999": 0.2, "A99 AAA": 0.2},
        {"c": "ABCD"},
        {"AA9 99A": 0.1},
    ),
    # Fifty states and as many habits: the shares are those of the states that follow each, by their vehicles.
    Country(
        "US",
        290,
        {"AAA 9999": 0.3, "1AAA999": 0.12, "999 AAA": 0.09, "AAA 999": 0.09, "AA 99999": 0.05, "A99 AAA": 0.045}
        | {"9999AA": 0.03, "AA 9999": 0.03, "AAA99A": 0.01, "99AA99": 0.01, "AA99AA": 0.01, "99AAA9": 0.005}
        | {"A999999": 0.01, "9999999": 0.007, "999AAAA": 0.005},
        rare={"AAA A99": 0.05, "A99 9AA": 0.02, "1AA9999": 0.015, "9A99999": 0.015, "AA9 A9A": 0.01, "AA9 A999": 0.01}
        | {"A99 99A": 0.01, "999 AA9": 0.01, "99A999": 0.005, "999A99": 0.003, "9AA999": 0.005, "9AA A99": 0.005}
        | {"A9A999": 0.005, "9999AAA": 0.003, "999999": 0.005, "999AA": 0.005, "AA999": 0.003, "A99999": 0.002}
        | {"999A": 0.002, "19999A9": 0.005},  # the last one California's, of commercial vehicles
    ),
)
