"""What a seed makes of a good input: one that is a little wrong, and now and then one that is wholly wrong."""

import random
import struct

ROUNDS_MAX = 8
BYTES_MAX = 1 << 20
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WIDTHS = ("<B", "<H", ">H", "<I", ">I")


def mutate(data: bytes, rng: random.Random, words: tuple[bytes, ...] = ()) -> bytes:
    """Some bytes flipped, cut, doubled, overwritten with numbers at the edge of their type, or replaced by `words`."""
    made = bytearray(data)
    for _ in range(rng.randint(1, ROUNDS_MAX)):
        _change(made, rng, words)
        del made[BYTES_MAX:]
    return bytes(made)


def _change(made: bytearray, rng: random.Random, words: tuple[bytes, ...]) -> None:
    at = rng.randrange(len(made) + 1)
    span = min(len(made) - at, int(rng.paretovariate(0.8)))
    match rng.randrange(8 if words else 6):
        case 0 if at < len(made):
            made[at] ^= 1 << rng.randrange(8)
        case 1:
            del made[at : at + span]
        case 2:
            made[at:at] = made[at : at + span] * rng.choice((1, 1, 2, 100))
        case 3:
            width = rng.choice(_WIDTHS)
            edge = struct.pack(width, rng.choice(_EDGES) % (1 << (8 * struct.calcsize(width))))
            made[at : at + len(edge)] = edge
        case 4 if rng.random() < 0.2:
            del made[at:]
        case 5:
            made[at : at + span] = rng.randbytes(span)
        case _ if words:
            made[at : at + rng.choice((0, span))] = rng.choice(words) * rng.choice((1, 1, 1, 50))
