"""Rendered plates and crops: the text is what the design spells, the corners are where the plate is."""

import dataclasses
import re

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError
from anprd.training.render import codec, degrade, designs, ink, marks, plates, typeface, wear

FACES = tuple(typeface.drawn(pen) for pen in typeface.PENS[:2])
RU_CAR = designs.RUSSIA[0]


def expression(design: designs.Design) -> re.Pattern[str]:
    """The design's patterns as a regular expression over texts, written apart from `plates.spell`."""
    alternatives = []
    for pattern in design.patterns:
        kept = re.sub(r"[ .\-*|]|[es](?![^{]*\})", "", pattern)
        pieces = {"a": f"[{design.alphabet}]", "d": "[0-9]", "n": "[1-9]", "x": f"[0-9{design.alphabet}]"}
        pieces["w"] = "[A-Z]{4,7}"
        words = re.findall(r"\{\w+\}|.", kept)
        alternatives.append(
            "".join(
                f"(?:{'|'.join(designs.CODES[word[1:-1]])})" if word[0] == "{" else pieces.get(word, word)
                for word in words
            )
        )
    return re.compile("|".join(alternatives))


@pytest.mark.parametrize("design", designs.DESIGNS, ids=lambda design: design.name)
def test_texts_follow_the_syntax_of_the_design(design):
    rng = np.random.default_rng(7)
    for _ in range(20):
        assert expression(design).fullmatch(plates.text_of(plates.spell(design, rng)))


@pytest.mark.parametrize("design", designs.DESIGNS, ids=lambda design: design.name)
def test_every_design_has_as_many_lines_as_its_patterns(design):
    for pattern in design.patterns:
        assert len(pattern.split("|")) == len(design.lines)
    for line in design.lines:
        assert 0 <= line.x1 < line.x2 <= design.width_mm
        assert 0 <= line.y1 < line.y2 <= design.height_mm


@pytest.mark.parametrize("design", designs.DESIGNS, ids=lambda design: design.name)
def test_lettering_stays_inside_its_line(design):
    """Drawn in a colour that nothing else has, no ink lies outside the boxes of the lines."""
    pure = dataclasses.replace(design, marks=(), looks=(((255, 255, 255), (0, 0, 0)),), border=False)
    rng = np.random.default_rng(11)
    inside = np.zeros((round(design.height_mm), round(design.width_mm)), bool)
    for line in design.lines:
        inside[max(0, int(line.y1) - 1) : int(line.y2) + 2, max(0, int(line.x1) - 2) : int(line.x2) + 3] = True
    spelling = plates.spell(design, rng)
    letters_only = "|".join(re.sub(r"[*es]", " ", part) for part in spelling.split("|"))
    cover = plates.letter(pure, letters_only, FACES[0], width_px=round(design.width_mm))
    assert cover[inside].max() > 200
    assert cover[~inside].max(initial=0) == 0


def test_designs_have_names_of_their_own_and_their_weights_are_per_cent():
    names = [design.name for design in designs.DESIGNS]
    assert len(set(names)) == len(names)
    assert sum(design.weight for design in designs.DESIGNS) == pytest.approx(100)


def test_about_a_fifth_of_all_plates_has_two_rows():
    share = sum(design.weight for design in designs.DESIGNS if design.rows == 2)
    assert 15 < share < 25


@pytest.mark.parametrize("country", ["CZ", "DK", "ES", "FR", "IT", "NL", "NO", "SE"])
def test_where_no_o_is_issued_none_is_spelled_but_in_words(country):
    """There a round character is a nought: nothing else tells them apart in many typefaces."""
    rng = np.random.default_rng(5)
    for design in designs.DESIGNS:
        plain = tuple(pattern for pattern in design.patterns if "{" not in pattern or "{cz}" in pattern)
        if design.country == country and plain:
            texts = [plates.text_of(plates.spell(dataclasses.replace(design, patterns=plain), rng)) for _ in range(60)]
            assert "O" not in "".join(texts), design.name


def test_every_typeface_family_that_a_design_names_exists_among_those_of_our_own_or_is_a_file():
    own = {face.name.split("-")[0] for face in map(typeface.drawn, typeface.PENS)}
    assert own == {"drawn", "narrow", "hand"}
    for design in designs.DESIGNS:
        assert not design.faces or own & {part.split("-")[0] for part in design.faces}, design.name


@pytest.mark.parametrize("design", designs.RUSSIA, ids=lambda design: design.name)
def test_no_words_are_black_on_a_dark_plate_of_russia(design):
    if all(sum(paper) < 300 for paper, _ in design.looks):
        assert all(sum(colour) > 300 for mark in design.marks if mark.kind == "words" for colour in mark.colours)


@pytest.mark.parametrize("country", ["TR", "NO", "RS", "UA"])
def test_countries_outside_the_union_have_no_ring_of_stars(country):
    for design in designs.DESIGNS:
        assert design.country != country or all(mark.kind != "band" for mark in design.marks), design.name


@pytest.mark.parametrize(
    ("name", "family", "belongs"),
    [
        ("font", "font", True),
        ("fe-font", "font", False),
        ("fontana", "font", False),
        ("din1451alt-g", "din", True),
        ("din-mittelschrift", "din", True),
        ("dingbats", "din", False),
        ("drawn-straight-0.1-0.42", "drawn-straight", True),
        ("gl-nummernschild-mtl", "gl-nummernschild", True),
        ("office-handwriting", "hand", False),
    ],
)
def test_a_typeface_is_of_a_family_that_its_name_begins_with(name, family, belongs):
    assert typeface.Typeface(name, {}).is_of(family) is belongs


def test_a_polish_plate_is_not_lettered_as_a_german_one():
    faces = tuple(typeface.Typeface(name, FACES[0].glyphs) for name in ("fe-font", "font", "arklatrs"))
    design = next(design for design in designs.DESIGNS if design.name == "pl-car")
    rng = np.random.default_rng(2)
    chosen = [plates.choose_face(design, "ABC 12345", rng, faces).name for _ in range(300)]
    assert chosen.count("fe-font") < 300 * plates.FOREIGN_FACE_SHARE
    assert min(chosen.count("font"), chosen.count("arklatrs")) > 100


def test_pens_draw_typefaces_with_names_of_their_own():
    names = [typeface.drawn(pen).name for pen in typeface.PENS]
    assert len(set(names)) == len(names)


def test_small_stacked_letters_are_drawn_but_not_part_of_the_text():
    design = next(design for design in designs.DESIGNS if design.name == "us-north-carolina")
    assert plates.text_of("s 12345") == "12345"
    with_letters = plates.letter(design, "s 12345", FACES[0], width_px=305)
    without = plates.letter(design, "  12345", FACES[0], width_px=305)
    assert np.abs(with_letters.astype(int) - without)[:, :110].mean() > 2


@pytest.mark.parametrize("kind", ["any", "arms", "chequers", "outline", "tree", "bear", "disc", "han"])
def test_emblems_stay_near_their_box(kind):
    rng = np.random.default_rng(4)
    for _ in range(10):
        image = np.full((120, 200, 3), 255, np.uint8)
        marks.emblem(image, (80, 30, 120, 90), kind, marks.Print(FACES[0], (0, 0, 0), 1.0, rng))
        changed = (image != 255).any(axis=2)
        assert changed[30:91, 80:121].any()
        changed[20:100, 70:130] = False
        assert not changed.any()


@pytest.mark.parametrize("seed", range(12))
def test_scratches_are_thin(seed):
    flat = np.full((60, 260, 3), 128, np.uint8)
    wear._scratch(flat, np.random.default_rng(seed))
    scratched = (flat != 128).any(axis=2)
    assert 0.0005 < scratched.mean() < 0.15
    assert not cv2.erode(scratched.astype(np.uint8), np.ones((7, 7), np.uint8)).any()


@pytest.mark.parametrize("letters", ["D", "PL", "UA", "IRL", "CYM"])
@pytest.mark.parametrize("width_px", [9, 14, 24, 42, 70])
def test_the_letters_of_a_band_are_as_wide_as_it_has_room(letters, width_px):
    image = np.zeros((width_px * 8 // 3, width_px + 40, 3), np.uint8)
    marks._band_letters(image, (20, 0, 20 + width_px, len(image)), letters)
    columns = np.flatnonzero((image > 40).any(axis=(0, 2))) - 20
    assert columns[0] >= 0
    assert columns[-1] < width_px
    assert np.ptp(columns) > 0.25 * width_px


def test_small_print_stays_in_its_box():
    rng = np.random.default_rng(6)
    for words in ("RUS", "HALFORDS", "BAILE ATHA CLIATH", "Mercedes-Benz") * 20:
        image = np.zeros((60, 160, 3), np.uint8)
        ink.write(image, (40, 20, 120, 20 + int(rng.integers(6, 20))), words, (255, 255, 255), rng)
        columns = np.flatnonzero((image > 100).any(axis=(0, 2)))
        assert columns.min() >= 39
        assert columns.max() <= 121


@pytest.mark.parametrize("seed", range(12))
def test_a_holder_keeps_the_plate_where_it_says(seed):
    flat = np.full((60, 260, 3), 200, np.uint8)
    flat[20:40, 100:160] = 30
    held, edge = wear.framed(flat.copy(), np.random.default_rng(seed))
    left, top = edge[0].astype(int)
    assert (held[top + 10 : top + 50, left + 10 : left + 250] == flat[10:50, 10:250]).all()
    assert tuple(edge[2] - edge[0]) == (260, 60)


def test_compression_keeps_the_size_and_most_of_the_picture():
    plate = plates.random_plate_of(RU_CAR, np.random.default_rng(0), FACES, width_px=200).image
    rng = np.random.default_rng(8)
    for _ in range(40):
        coded = codec.compressed(plate, rng)
        assert coded.shape == plate.shape
        assert np.abs(coded.astype(int) - plate).mean() < 40


def test_a_film_of_a_crop_is_the_same_for_the_same_seed_and_of_its_size():
    plate = plates.random_plate_of(RU_CAR, np.random.default_rng(0), FACES, width_px=151).image
    for crf in (20.0, 40.0):
        one, two = (codec._filmed(plate, np.random.default_rng(3), crf) for _ in range(2))
        assert np.array_equal(one, two)
        assert one.shape == plate.shape


def test_a_starved_film_is_worse_than_a_good_one_and_as_bright():
    plate = plates.random_plate_of(RU_CAR, np.random.default_rng(0), FACES, width_px=200).image
    good, starved = (
        np.mean([codec._filmed(plate, np.random.default_rng(seed), crf).astype(float) - plate for seed in range(5)], 0)
        for crf in (16.0, 42.0)
    )
    assert np.abs(good).mean() < np.abs(starved).mean() < 30
    assert abs(starved.mean()) < 4


def test_small_and_pale_plates_are_filmed_with_more_bits():
    assert codec._worst_crf(45, 60.0) < codec._worst_crf(80, 60.0) < codec._worst_crf(200, 60.0) == codec.CRF_MAX
    assert codec._worst_crf(200, 8.0) < codec._worst_crf(200, 16.0) < codec.CRF_MAX


@pytest.mark.parametrize("size", [(8, 8, 3), (9, 41, 3), (33, 17, 3)])
def test_even_the_smallest_crops_are_filmed(size):
    crop = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    for seed in range(8):
        assert codec._filmed(crop, np.random.default_rng(seed), 30.0).shape == size


def test_a_comb_shifts_every_other_row():
    image = np.random.default_rng(0).integers(0, 256, (8, 20, 3), np.uint8)
    combed = codec.combed(image, 3)
    assert (combed[::2] == image[::2]).all()
    assert (combed[1::2, 3:] == image[1::2, :-3]).all()


def test_in_every_crop_something_can_be_seen():
    rng = np.random.default_rng(12)
    for _ in range(80):
        assert degrade.sample(rng, FACES).image.std() > 3


def test_the_same_seed_draws_the_same_plate():
    one, two = (plates.random_plate(np.random.default_rng(3), FACES) for _ in range(2))
    assert one.text == two.text
    assert np.array_equal(one.image, two.image)


def test_a_russian_plate_is_as_wide_as_asked_and_keeps_its_shape():
    plate = plates.random_plate_of(RU_CAR, np.random.default_rng(0), FACES, width_px=260)
    assert plate.image.shape == (56, 260, 3)
    assert plate.rows == 1
    assert plate.country == "RU"


def test_separators_and_seals_are_no_part_of_the_text():
    assert plates.text_of("B*MW 12-34.5") == "BMW12345"
    assert plates.text_of("ZG e 123|AB") == "ZG123AB"


def test_a_text_with_more_lines_than_the_design_is_refused():
    with pytest.raises(ValueError, match="more lines"):
        plates.render(RU_CAR, "A123AA|77|X", np.random.default_rng(0), FACES[0])


def test_the_drawn_typeface_has_every_character_and_no_two_alike():
    for pen in typeface.PENS:
        face = typeface.drawn(pen)
        assert face.covers(typeface.CHARACTERS)
        shapes = {character: face.mask(character, 48, 28) for character in typeface.CHARACTERS}
        for first in typeface.CHARACTERS:
            for second in typeface.CHARACTERS:
                if first < second and {first, second} != {"0", "O"}:
                    assert np.abs(shapes[first].astype(int) - shapes[second]).mean() > 5, (pen, first, second)


def test_a_missing_folder_of_typefaces_is_a_configuration_fault(tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        typeface.load_all(tmp_path / "absent")


def test_a_file_that_is_no_typeface_is_a_configuration_fault(tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no typeface")
    with pytest.raises(ConfigError, match=r"broken\.ttf"):
        typeface.load_all(tmp_path)


def test_crops_are_the_same_for_the_same_seed():
    one, two = (degrade.sample(np.random.default_rng(5), FACES) for _ in range(2))
    assert one.text == two.text
    assert np.array_equal(one.image, two.image)
    assert np.array_equal(one.corners, two.corners)


def test_the_corners_of_a_crop_go_round_the_plate_clockwise_and_nearly_fill_it():
    rng = np.random.default_rng(9)
    for _ in range(60):
        crop = degrade.sample(rng, FACES)
        height, width = crop.image.shape[:2]
        area = cv2.contourArea(crop.corners, oriented=True)
        assert 0.1 < area / (height * width) < 1.2
        assert crop.corners[0][0] < crop.corners[1][0]
        assert crop.corners[0][1] < crop.corners[3][1]
        assert abs(crop.corners).max() < 1.3 * max(height, width)


def test_straightening_by_the_corners_gives_the_flat_plate_back():
    """A chequered plate warped onto a canvas and back differs from itself only by smoothing."""
    flat = np.kron(np.indices((8, 32)).sum(0) % 2, np.ones((14, 16))).astype(np.uint8)[:, :, None].repeat(3, 2) * 200
    rng = np.random.default_rng(2)
    corners = degrade.pose(rng, flat.shape[0] / flat.shape[1], 600.0)
    corners = corners - corners.min(0) + 20
    canvas = np.full((*np.ceil(corners.max(0) + 20).astype(int)[::-1], 3), 90, np.uint8)
    degrade.warp_onto(canvas, flat, corners)
    outline = np.array([[0, 0], [512, 0], [512, 112], [0, 112]]) - 0.5
    back = cv2.getPerspectiveTransform((corners - 0.5).astype(np.float32), outline.astype(np.float32))
    straight = cv2.warpPerspective(canvas, back, (512, 112))
    assert np.abs(straight.astype(int) - flat)[4:-4, 4:-4].mean() < 14
    shifted = np.roll(straight, 3, axis=1)
    assert np.abs(shifted.astype(int) - flat)[4:-4, 4:-4].mean() > 30


@pytest.mark.parametrize("length_px", [1.0, 2.5, 7.0])
def test_motion_blur_keeps_the_brightness(length_px):
    assert degrade.motion_kernel(length_px, 0.4).sum() == pytest.approx(1)
