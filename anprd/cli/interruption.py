"""What Ctrl-C tidies up, `kill` and a closed terminal do too."""

import signal


def tidy_up() -> None:
    """Have SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does: temporary folders go with the call.

    A signal that whoever called lets be ignored (`nohup`) stays ignored.
    """
    for other in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(other) is not signal.SIG_IGN:
            signal.signal(other, signal.default_int_handler)
