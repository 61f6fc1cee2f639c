from anprd.records import Box
from anprd.vision.edges import is_cut_off, touches_edge

PICTURE = (180, 320)  # height, width


def test_a_box_touches_the_edge_within_four_pixels_or_a_share_of_its_width():
    assert touches_edge(Box(3, 50, 60, 70), PICTURE)
    assert touches_edge(Box(100, 50, 317, 70), PICTURE)
    assert touches_edge(Box(100, 150, 160, 177), PICTURE)
    assert touches_edge(Box(100, 3, 160, 30), PICTURE)
    assert touches_edge(Box(7, 50, 207, 100), PICTURE)
    assert not touches_edge(Box(7, 50, 60, 70), PICTURE)


def test_in_a_photo_characters_are_cut_off_at_the_sides():
    assert is_cut_off(Box(0, 50, 60, 70), PICTURE)
    assert is_cut_off(Box(260, 50, 319, 70), PICTURE)
    assert not is_cut_off(Box(100, 160, 160, 180), PICTURE)


def test_in_a_photo_a_plate_may_be_nearer_the_edge_than_in_video():
    near = Box(5, 50, 145, 90)
    assert touches_edge(near, PICTURE)
    assert not is_cut_off(near, PICTURE)
    assert is_cut_off(Box(3.9, 50, 60, 70), PICTURE)


def test_a_picture_of_a_plate_alone_is_not_cut_off():
    assert not is_cut_off(Box(0, 0, 320, 180), PICTURE)
    assert not is_cut_off(Box(0, 40, 160, 80), PICTURE)
