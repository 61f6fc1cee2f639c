"""`anprd reload`: the running daemon reads its file again, and says what came of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anprd.cli import console
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, EXIT_FAILED
from anprd.supervisor.status import NotRunningError
from anprd.supervisor.status import reload as ask_for_reload


def reload(runtime_dir: Path, printer: Printer) -> int:
    """Ask for a reload, wait for its outcome and print it; 1 where the file was refused or no daemon runs."""
    try:
        outcome = ask_for_reload(runtime_dir)
    except NotRunningError as error:
        console.complain(str(error))
        return EXIT_FAILED
    printer(outcome)
    return EXIT_DONE if outcome["ok"] else EXIT_FAILED


def tell(outcome: Mapping[str, Any]) -> None:
    """The outcome in words."""
    if not outcome["ok"]:
        for sentence in str(outcome["error"]).splitlines():
            console.complain(sentence)
        asked = outcome["untouched"] is not None
        console.complain(
            f"nothing was changed; {'the daemon goes on with what it had' if asked else 'nobody was asked'}"
        )
        return
    if outcome["needs_restart"]:
        console.complain(f"{', '.join(outcome['needs_restart'])}: changed, but only a restart of the daemon takes it")
    console.say(f"{outcome['config']}: taken; {summary(outcome)}")


def summary(outcome: Mapping[str, Any]) -> str:
    """`added: yard; changed: gate; 3 cameras untouched`."""
    parts = [f"{what}: {', '.join(outcome[what])}" for what in ("added", "removed", "changed") if outcome[what]]
    count = outcome["untouched"]
    return "; ".join([*parts, f"{count} camera{'' if count == 1 else 's'} untouched"])
