"""The families of errors, by who must act, and the exit codes they end in.

Anything that is none of these is a bug: it escapes, the process dies and the supervisor starts another.
"""

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2  # typer's own
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h; systemd's RestartPreventExitStatus=78 keeps it down


class ConfigError(Exception):
    """The operator must act: a file, a key, a value, a weight is wrong. Never retried."""


class StartError(Exception):
    """The daemon cannot start now, and nothing in its file need be wrong: systemd tries again until it can."""


class SourceError(Exception):
    """A camera or a clip failed: log, back off, retry."""


class SinkError(Exception):
    """A place where events go failed: log, keep the events, back off, retry."""
