import numpy as np
import pytest

from anprd.records import Box
from anprd.training.render import decoys

PHOTO = np.random.default_rng(0).integers(0, 256, (320, 480, 3), np.uint8)
PLATE = Box(200, 150, 300, 180)


def with_decoys(seed):
    photo = PHOTO.copy()
    return photo, decoys.add(np.random.default_rng(seed), photo, taken=[PLATE])


def test_decoys_change_the_photo_where_they_are_said_to_be_and_nowhere_else():
    for seed in range(20):
        photo, places = with_decoys(seed)
        elsewhere = np.ones(photo.shape[:2], bool)
        for place in places:
            part = np.s_[round(place.y1) : round(place.y2), round(place.x1) : round(place.x2)]
            assert (photo[part] != PHOTO[part]).any(), (seed, place)
            elsewhere[part] = False
        assert (photo[elsewhere] == PHOTO[elsewhere]).all(), seed


def test_a_plate_and_what_is_around_it_stay_clear():
    near = Box(PLATE.x1 - 20, PLATE.y1 - 20, PLATE.x2 + 20, PLATE.y2 + 20)
    places = [place for seed in range(40) for place in with_decoys(seed)[1]]
    assert len(places) > 60
    assert not [place for place in places if place.intersection(near) > 0]


def test_the_same_seed_gives_the_same_decoys():
    one, other = with_decoys(7), with_decoys(7)
    assert (one[0] == other[0]).all()
    assert one[1] == other[1]


@pytest.mark.parametrize("kind", [decoys.sign, decoys.badge, decoys.rim])
def test_every_kind_is_seen(kind):
    decoy = kind(np.random.default_rng(3))
    assert decoy.image.shape[:2] == decoy.cover.shape
    assert decoy.image[decoy.cover > 0].std() > 10
