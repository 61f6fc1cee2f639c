"""Series of Europe, its eastern neighbours and Turkey."""

from anprd.plates.formats.country import NO_VOWELS, SO_FAR, Country

_CYRILLIC = "ABCEHKMOPTXY"  # the letters that Latin and Cyrillic share
_BELARUS = "ABCEHIKMOPTX"
_FRENCH = "ABCDEFGHJKLMNPQRSTVWXYZ"
_ITALIAN = "ABCDEFGHJKLMNPRSTVWXYZ"
_DUTCH = "BDFGHJKLNPRSTVXZ"
_POLISH = "ACEFGHJKLMNPRSTUVWXY"
_GREEK = "ABEHIKMNOPTXYZ"
_TURKISH = "ABCDEFGHIJKLMNOPRSTUVYZ"

COUNTRIES = (
    Country(
        "RU",
        55,
        # Regions of three digits begin with 1 or 7, since a while with 2 or 9, and hardly with anything else.
        {"r999rr99": 0.455, "r999rro99": 0.36, "r999rrs99": 0.07, "r999rrt99": 0.02, "r999rr199": 0.01}
        | {"rr99999": 0.02, "rr999o99": 0.015, "rr999199": 0.005, "9999rr99": 0.01, "rr999999": 0.01}
        | {"rr9999s99": 0.002, "9999rrs99": 0.002, "r9999s99": 0.001},  # trailers, motorcycles, police; Moscow's
        {"r": _CYRILLIC, "o": "1", "s": "7", "t": "29"},
        {"r999999": 0.005},  # the police of other regions
    ),
    Country(
        "UA",
        10,
        {"u 9999 cc": 0.97},
        {
            "c": _BELARUS,
            "e": "YZ",
            "u": "AA AB AC AE AH AI AK AM AO AP AT AX BA BB BC BE BH BI BK BM BO BT BX CA CB CE CH KA KB KC KE KH KI "
            "KK KM KO KP KT KX HA HB HC HE HH HI HK HM HO HP HT HX IA IB IC IE IH II",
        },
        {"u 9999 ec": 0.01},  # electric
    ),
    Country("BY", 4, {"9999 bb r": 0.9, "bb 9999 r": 0.08, "E999bbr": 0.02}, {"b": _BELARUS, "r": "12345678"}),
    Country(
        "KZ",
        5,
        {"999 AAA r": 0.85, "999 AA r": 0.15},
        {"r": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20"},
    ),
    Country(
        "UZ",
        4,
        {"r A 999 AA": 0.85, "r 999 AAA": 0.15},
        {"r": "01 10 20 25 30 40 50 60 70 75 80 85 90 95"},
    ),
    Country(
        "DE",
        60,
        # A code of one to three letters, one or two letters, up to four digits.
        {"A A 1999": 0.02, "A AA 199": 0.02, "A AA 1999": 0.1, "A A 199": 0.01}
        | {"AA A 199": 0.08, "AA A 1999": 0.1, "AA AA 199": 0.14, "AA AA 1999": 0.1}
        | {"AAA A 19": 0.02, "AAA A 199": 0.1, "AAA AA 19": 0.05, "AAA AA 199": 0.1}
        # Electric and historic: a letter more, eight characters at most.
        | {"A AA 1999E": 0.01, "AA A 1999E": 0.01, "AA AA 199E": 0.01, "AAA A 199E": 0.01, "AAA AA 19E": 0.005}
        | {"A A 1999E": 0.003, "A AA 199E": 0.005, "AA A 199E": 0.005}
        | {"A AA 1999H": 0.003, "AA A 1999H": 0.003, "AA AA 199H": 0.01, "AAA A 199H": 0.003, "AAA AA 19H": 0.003}
        | {"AA 19999": 0.01, "AAA 19999": 0.005},
        {"d": "34567"},  # red and short-term plates
        {"A A 199E": 0.001, "A AA 19E": 0.001, "AA A 19E": 0.001, "AA AA 19E": 0.002, "AAA A 19E": 0.002}
        | {"A A 199H": 0.001, "A A 1999H": 0.001, "A AA 19H": 0.001, "AA AA 19H": 0.001, "AAA A 19H": 0.001}
        | {"A AA 19": 0.005, "AA A 19": 0.01, "AA AA 19": 0.01, "A A 19": 0.003, "AAA A 1": 0.002, "AA AA 1": 0.002}
        | {"AA A 1": 0.002, "A AA 1": 0.001, "AAA AA 1": 0.001, "A AA 199H": 0.001, "AA A 199H": 0.001}
        | {"AA A 19H": 0.001, "Y 199999": 0.003, "A 19999": 0.001}
        | {"A 0d999": 0.001, "AA 0d999": 0.001, "AAA 0d999": 0.001, "A 0d9999": 0.001, "AA 0d9999": 0.001},
    ),
    Country(
        "PL",
        30,
        {
            "d 99999": 0.27,
            "d 9999p": 0.1,
            "d 999pp": 0.1,
            "t p999": 0.08,
            "t 99pp": 0.1,
            "t 9p99": 0.06,
            "t 99p9": 0.06,
        }
        | {"t 9pp9": 0.03, "t pp99": 0.03, "t 99999": 0.06, "t 9999p": 0.02, "t 999pp": 0.02, "d 9p999": 0.01}
        | {"d 99p99": 0.005, "d 9pp99": 0.01},
        {
            "p": _POLISH,
            "v": "BCDEFGKLNOPRSTWZ",
            "d": "BI BL BS CB CG CT CW DB DJ DL DW DX EL EP ES FG FZ GA GD GS KK KN KR KT LB LC LU LZ NE NO OB OK OP "
            "PA PK PL PN PO PP PY PZ RK RP RT RZ SB SC SD SG SH SI SJ SK SL SM SO SR ST SW SY SZ TK WA WB WD WE WF "
            "WG WH WI WJ WK WL WM WN WO WP WR WS WT WU WV WW WX WY WZ ZK ZS ZZ",
            "t": "BAU BBI BGR BHA BIA BKL BLM BMN BSE BSI BSK BSU BWM BZA CAL CBR CBY CCH CGD CGR CIN CLI CMG CNA CRA "
            "CRY CSE CSW CTR CTU CWA CWL CZN DBA DBL DDZ DGL DGR DJA DJE DKA DKL DLB DLE DLU DLW DMI DOA DOL DPL DSR "
            "DST DSW DTR DWL DWR DZA DZG DZL EBE EBR EKU ELA ELC ELE ELW EOP EPA EPD EPI EPJ ERA ERW ESI ESK ETM "
            "EWE EWI EZD EZG FGW FKR FMI FNW FSD FSL FSU FSW FWS FZA FZG FZI GBY GCH GCZ GDA GKA GKS GKW GLE GMB "
            "GND GPU GSL GSP GST GSZ GTC GWE GWO KBA KBC KBR KCH KDA KGR KLI KMI KMY KNS KNT KOL KOS KPR KRA KSU KTA "
            "KTT KWA KWI LBI LBL LCH LHR LJA LKR LKS LLB LLE LLU LOP LPA LPU LRA LRY LSW LTM LUB LWL LZA NBA NBR "
            "NDZ NEB NEL NGI NGO NIL NKE NLI NMR NNI NNM NOE NOG NOL NOS NPI NSZ NWE OGL OKL OKR ONA ONY OOL OPO "
            "OPR OST PCH PCT PGN PGO PGS PJA PKA PKE PKL PKN PKO PKR PKS PLE PMI PNI PNT POB POS POT POZ PPL PRA PSE "
            "PSL PSR PSZ PTU PWA PWL PWR PZL RBI RBR RDE RJA RJS RKL RKR RLA RLE RLS RLU RMI RNI RPR RPZ RRS RSA RSR "
            "RST RTA RZE SBE SBI SBL SCI SCN SCZ SGL SJZ SKL SLU SMI SMY SPI SPS SRB SRC SRS STA STG STY SWD SWZ SZA "
            "SZO SZY TBU TJE TKA TKI TKN TLW TOP TOS TPI TSA TSK TST TSZ WBR WCI WGM WGR WGS WKZ WLI WLS WMA WML "
            "WND WOR WOS WOT WPI WPL WPN WPP WPR WPS WPU WPY WPZ WRA WSC WSE WSI WSK WSZ WWE WWL WWY WZU WZW WZY ZBI "
            "ZCH ZDR ZGL ZGR ZGY ZKA ZKL ZKO ZLO ZMY ZPL ZPY ZSD ZSL ZST ZSW ZSZ ZWA",
        },
        # Motorcycles; personal plates, the services and the army.
        {"d 9999": 0.005, "d 999p": 0.005, "t p99p": 0.01, "t p9pp": 0.005}
        | {"v9 AAA": 0.003, "v9 AAAA": 0.003, "v9 AAAAA": 0.004, "v9 AAA9": 0.001, "v9 AAAA9": 0.001, "v9 AAA99": 0.001}
        | {"Hpp999": 0.002, "Hppp999": 0.002, "Up 99999": 0.003},
    ),
    Country(
        "CZ",
        8,
        {"1r9 9999": 0.6, "1rc 9999": 0.25, "ccc 99 99": 0.1},
        {"r": "ABCEHJKLMPSTUZ", "c": "ABCDEFHIJKLMNPRSTUVXYZ"},
        {"EL999AA": 0.01},
    ),
    Country(
        "SK",
        3.5,
        {"d 999AA": 0.85},
        {
            "n": "AA AB AC AD AE AF",  # since 2023 plates say no district
            "d": "BA BB BJ BL BN BR BS BT BY CA DK DS DT GA GL HC HE IL KA KE KK KM KN KS LC LE LM LV MA MI ML MT MY "
            "NM NO NR NZ PB PD PE PK PN PO PP PT PU PV RA RK RS RV SA SB SC SE SI SK SL SN SO SP SV TN TO TR TS "
            "TT TV VK VT ZA ZC ZH ZM ZV",
        },
        {"n 999AA": 0.08},
    ),
    Country(
        "NL",
        12,
        {"99 nnn 9": 0.222, "9 nnn 99": 0.2, "nn 999 n": 0.2, "99 nn nn": 0.1, "n 999 nn": 0.08, "nn nn 99": 0.04}
        | {"nn 99 nn": 0.03, "99 nn 99": 0.03, "nnn 99 n": 0.03, "nn 99 99": 0.01},
        {"n": _DUTCH, "o": NO_VOWELS},  # older series and lorries have the other consonants, too
        {"99 99 oo": 0.005, "99 oo 99": 0.005, "oo 99 oo": 0.005, "oo 999 o": 0.003, "99 ooo 9": 0.003}
        | {"o 99 ooo": 0.009}  # vans, since 2024
        # Motorcycles, semi-trailers, caravans and trailers; diplomats and the International Court of Justice.
        | {"Mn nn 99": 0.005, "99 Mn nn": 0.005, "On 99 nn": 0.005, "Wn nn 99": 0.005, "99 Wn nn": 0.005}
        | {"CD 99 99": 0.001, "CC 99 99": 0.0005, "CDJ 999": 0.0005},
    ),
    Country(
        "GB",
        40,
        {"gpa zzz": 0.8, "g999 ppp": 0.04, "g19 ppp": 0.02, "g1 ppp": 0.02, "ppp 999g": 0.03},
        {
            "g": "ABCDEFGHJKLMNOPRSTVWXY",
            "p": "ABCDEFGHJKLMNOPRSTUVWXY",
            "z": "ABCDEFGHJKLMNOPRSTUVWXYZ",  # the last three letters of today's plates
            "n": "ABCDEFGHIJKLMNOPRSTUVWXYZ",
            "i": "IZ",
            "a": " ".join(f"{year:02d}" for year in (*range(2, 29), *range(51, 79))),
        },
        # Northern Ireland, whose letters have an I or a Z, and plates without a year, which people like to keep.
        {"niA 1999": 0.01, "nAi 1999": 0.01, "AAA 199": 0.005, "199 AAA": 0.005, "AAA 19": 0.003, "19 AAA": 0.003}
        | {"AAA 1": 0.003, "1 AAA": 0.003, "AA 1999": 0.003, "1999 AA": 0.003, "AA 199": 0.002, "199 AA": 0.002}
        | {"AA 19": 0.001, "19 AA": 0.001, "A 1999": 0.001, "1999 A": 0.001, "ppp 99g": 0.003}
        | {"Q999 ppp": 0.001},  # kits, and imports of unknown age
    ),
    Country(
        "FR",
        48,
        {"sf 999 ff": 0.93, "9999 ff 99": 0.01, "999 fff 99": 0.01},
        {"s": SO_FAR, "f": _FRENCH, "o": "971 972 973 974 975 976"},
        {"WW 999 ff": 0.01, "999 ff 99": 0.005, "99 ff 99": 0.001, "999 fff o": 0.003, "999 ff o": 0.001},
    ),
    Country(
        "IT",
        50,
        {"si 999ii": 0.88, "ii99999": 0.08},
        {"s": SO_FAR, "i": _ITALIAN},
        {"Xi 999ii": 0.02, "Yi999ii": 0.005},  # trailers, the police
    ),
    Country(
        "ES",
        35,
        {"9999 eee": 0.9, "p 9999 oo": 0.04},
        {
            "e": NO_VOWELS,
            "p": "A AB AL AV B BA BI BU C CA CC CE CO CR CS CU GC GE GI GR GU H HU IB J L LE LO LU M MA ML MU NA O OR "
            "OU P PM PO S SA SE SG SO SS T TE TF TO V VA VI Z ZA",
            "o": "ABCDEFGHJKLMNPSTUVWXYZ",
        },
        {"R 9999 eee": 0.02, "C 9999 eee": 0.02, "p 9999 o": 0.002},  # trailers, mopeds, old ones
    ),
    Country(
        "HR",
        2.5,
        {"k 999 AA": 0.42, "k 9999 AA": 0.16, "k 9999 A": 0.18, "k 999 A": 0.18},
        {
            "k": "BJ BM CK DA DE DJ DU GS IM KA KC KR KT KZ MA NA NG OG OS PU RI SB SI SK SL ST VK VT VU VZ ZD ZG ZU",
        },
    ),
    Country(
        "RO",
        9,
        {"j 99 ooo": 0.65, "B 99 ooo": 0.18, "B 199 ooo": 0.14, "j 999999": 0.02},
        {
            "o": "ABCDEFGHIJKLMNOPRSTUVWXYZ",
            "j": "AB AG AR BC BH BN BR BT BV BZ CJ CL CS CT CV DB DJ GJ GL GR HD HR IF IL IS MH MM MS NT OT PH SB SJ "
            "SM SV TL TM TR VL VN VS",
        },
    ),
    Country(
        "BG",
        4,
        {"k 9999 bb": 0.5, "d 9999 bb": 0.48},
        {
            "b": _CYRILLIC,
            "k": "ABCEHKMPTXY",
            "d": "BH BP BT EB EH KH OB PA PB PK PP CA CB CC CH CM CO CT TX",
        },
    ),
    Country(
        "AT",
        7,
        {"w 19999 A": 0.1, "w 1999 AA": 0.1, "w 199 AA": 0.1, "d 199 AA": 0.3, "d 19 AA": 0.05, "d 1999 A": 0.05},
        {
            "w": "BEGIKLPSW",
            "d": "AM BA BL BM BN BR BZ DL DO EF EU FB FE FF FK FL FR GB GD GF GM GR GS GU HA HB HE HF HL HO IL IM JE "
            "JO JU JW KB KF KI KO KR KS KU LA LB LE LF LI LL LN LZ MA MD ME MI MT MU MZ ND NK OP OW PE PL RA RE "
            "RI RO SB SC SD SE SL SO SP SR SV SW SZ TA TU UU VB VI VK VL VO WB WE WL WN WO WT WU WY WZ ZE ZT ZW",
        },
        {"w 1999 A": 0.02, "w 19 AA": 0.01, "w 199 AAA": 0.02, "d 1 AAA": 0.01, "d 19 AAA": 0.05, "d 199 A": 0.02}
        # Letters first where the owner chose them.
        | {"w AAA 1": 0.005, "w AAA 19": 0.005, "w AAAA 1": 0.005, "w AA 199": 0.005, "d AA 1": 0.005, "d AA 19": 0.005}
        | {"d AAA 1": 0.01, "d AAA 19": 0.01, "d AAAA 1": 0.02, "d AA 199": 0.005},
    ),
    Country(
        "SI",
        1.5,
        {"k AA 999": 0.35, "k A9 999": 0.2, "k A9 99A": 0.2, "k 99 99A": 0.1, "k 99 9AA": 0.05},
        {"k": "CE GO KK KP KR LJ MB MS NM PO SG"},
        {"kAAA99": 0.02},
    ),
    Country("GR", 8, {"ggg 1999": 0.9, "gg19999": 0.03}, {"g": _GREEK}),
    Country("HU", 5, {"AAA 999": 0.75, "AA AA 999": 0.2}),
    Country(
        "BE",
        7,
        {"b AAA 999": 0.7, "s AAA 999": 0.04, "AAA 999": 0.13, "999 AAA": 0.04},
        {"b": "12", "s": "89", "m": "CEGLMOQSTUVWYZ"},
        {"m AAA 999": 0.08},  # motorcycles, trailers, taxis and others
    ),
    Country("SE", 6.5, {"sss 999": 0.75, "sss 99s": 0.2}, {"s": "ABCDEFGHJKLMNOPRSTUWXYZ"}),
    Country(
        "FI",
        4,
        {"fff 199": 0.8, "fff 19": 0.05, "fff 1": 0.02},
        {"f": "ABCEFGHIJKLMNOPRSTUVWXYZ"},
        {"ff 199": 0.05},
    ),
    Country("LT", 2, {"lll 999": 0.85}, {"l": "ABCDEFGHJKLMNOPRSTUVZ"}, {"999 ll": 0.03, "ll 999": 0.06}),
    Country("LV", 1, {"AA 1999": 0.7, "AA 199": 0.15}, rare={"AA 19": 0.05, "AA 1": 0.02}),
    Country("EE", 1, {"999 AAA": 0.85}, rare={"999 AA": 0.05, "99 AA": 0.03}),
    Country("DK", 3.5, {"dd 19 999": 0.9}, {"d": "ABCDEFGHJKLMNPRSTUVWXYZ"}, {"dd1999": 0.06}),
    Country("NO", 3.5, {"nn 19999": 0.88}, {"n": "ABCDEFHJKLNPRSTUVXYZ"}, {"nn1999": 0.1}),
    Country("LU", 0.6, {"AA 1999": 0.75, "AA 199": 0.15}, rare={"19999": 0.05, "1999": 0.02}),
    Country("PT", 7, {"99 AA 99": 0.6, "99 99 AA": 0.15, "AA 99 99": 0.1, "AA 99 AA": 0.12}),
    Country(
        "IE",
        3,
        {"y9 c 19": 0.005, "y9 c 199": 0.06, "y9 c 1999": 0.2, "y9 c 19999": 0.25}
        | {"o9 c 1999": 0.01, "o9 c 19999": 0.01}
        | {"d9h c 19": 0.005, "d9h c 199": 0.05, "d9h c 1999": 0.2, "d9h c 19999": 0.2},
        {
            "y": "01",  # until 2012 the year; since then the year and its half
            "o": "89",  # cars that old are hardly met
            "d": "123",
            "h": "12",
            "c": "C CE CN CW D DL G KE KK KY L LD LH LK LM LS MH MN MO OY RN SO T TN TS W WD WH WW WX",
        },
    ),
    Country(
        "TR",
        30,
        {"p t 9999": 0.02, "p t 99999": 0.001, "p tt 999": 0.14, "p tt 9999": 0.54, "p ttt 99": 0.19, "p ttt 999": 0.1},
        {"p": " ".join(f"{province:02d}" for province in range(1, 82)), "t": _TURKISH},
    ),
    Country(
        "CH",
        6.5,
        {"c 199999": 0.55, "c 19999": 0.35},
        {"c": "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH"},
        {"c 1999": 0.05, "c 199": 0.01},
    ),
    Country("LI", 0.05, {"FL 19999": 0.8}, rare={"FL 1999": 0.1}),
    Country(
        "RS",
        2.8,
        {"k 999 AA": 0.5, "k 9999 AA": 0.4},
        {
            "k": "AC AL AR BB BC BG BO BP BT BU DE GL GM IC IN JA KA KC KG KI KL KM KO KV LA LB LE LO LU NG NI NP NS "
            "NV PA PB PE PI PK PN PO PP PR PT PZ RA RU SA SC SD SJ SM SO SP ST SU SV TO TS TT UB UE UR VA VB VL VO "
            "VP VR VS VU ZA ZR",
        },
    ),
    Country("BA", 1.3, {"e99 e 999": 0.9, "999 e 999": 0.05}, {"e": "AEJKMOT"}),
    Country(
        "ME",
        0.3,
        {"k AA999": 0.9},
        {"k": "AN BA BD BP BR CT DG GS HN KL KO MK NK PG PL PT PV PZ RO SN TV TZ UL ZB"},
    ),
    Country(
        "MK",
        0.5,
        {"k 9999 AA": 0.7, "k 999 AA": 0.2},
        {"k": "BE BT DB DE DH DK GE GV KA KI KO KP KR KS KU MB MK NE OH PE PP PS RA RE SK SN SR ST SU TE VA VE VI VV"},
    ),
    Country("AL", 0.8, {"sA 999 AA": 0.9}, {"s": "AB"}),
    Country("XK", 0.4, {"r 999 AA": 0.9}, {"r": "01 02 03 04 05 06 07"}),
    Country("MD", 1, {"AAA 999": 0.9}),
    Country("GE", 1.7, {"AA 999 AA": 0.9}),
    Country("AM", 0.8, {}, rare={"99 AA 999": 0.7, "999 AA 99": 0.2}),
    Country("AZ", 1.7, {}, rare={"99 AA 999": 0.95}),
    Country("CY", 0.8, {"AAA 999": 0.9}),
    Country("MT", 0.4, {"AAA 999": 0.9}),
    Country("IS", 0.4, {}, rare={"AA A99": 0.5, "AA A9A": 0.1, "AA 999": 0.3}),
)
