"""Rendered plates and crops: the text is what the design spells, the corners are where the plate is."""

import dataclasses
import re

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError
from anprd.training.render import degrade, designs, plates, typeface

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
        assert 0.2 < area / (height * width) < 1.2
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
