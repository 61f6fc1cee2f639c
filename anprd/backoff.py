"""How long to wait before the next try: exponential, capped, spread by chance, for ever.

A fixed delay makes two hundred cameras knock at the same instant after a switch was rebooted; giving up after N tries
strands them. So neither.
"""

_DOUBLINGS_MAX = 30  # 2**30 s is far past every cap; beyond it a float only grows


def backoff_s(failures: int, *, first_s: float, cap_s: float, chance: float) -> float:
    """The delay after so many failures in a row (1 and up), in seconds.

    Half of it is fixed and half is `chance` (0..1, drawn by the caller): tries spread out and none comes at once.
    """
    assert failures >= 1, "there is nothing to wait for"
    whole_s = min(cap_s, first_s * 2.0 ** min(failures - 1, _DOUBLINGS_MAX))
    return whole_s * (0.5 + 0.5 * chance)
