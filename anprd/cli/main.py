"""The command line: every command with its options, and the one place where errors become a sentence and an exit code.

Only this module is loaded at the start; a command's own module, and what that needs, is imported once it is called, so
that `anprd status` does not wait for a network runtime.
"""

import errno
import gc
import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

from anprd import manual, variables
from anprd.cli import bench as benchmarks
from anprd.cli import evaluation, export, training
from anprd.cli.options import Json, Weights
from anprd.errors import EXIT_CONFIG, EXIT_FAILED, ConfigError, SinkError, SourceError, StartError
from anprd.redaction import shown
from anprd.version import version

app = typer.Typer(
    name="anprd",
    help="Read number plates from cameras, photos and clips, on a server without a GPU.",
    epilog=f"The manual of the configuration file is the file itself: {manual.path()}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show variables, and variables hold passwords
    context_settings={"help_option_names": ["-h", "--help"]},
)
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        readable=False,
        help="The configuration; /etc/anprd/cameras.yaml where none is given.",
    ),
]
RuntimeDir = Annotated[
    Path | None,
    typer.Option(
        "--runtime-dir", metavar="DIR", readable=False, help="The daemon's runtime_dir, where no file says it."
    ),
]


NO_SPACE = "what there is to write finds no space: the disk behind it is full"


def main() -> NoReturn:
    """Run the command that `sys.argv` names; never returns.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 78 configuration fault, 130 interrupted.
    """
    if sys.stdout is None:  # closed by whoever called (>&-): nobody wants to read it
        sys.stdout = _nowhere(1)
    if sys.stderr is None:  # what is printed to None goes to standard output
        sys.stderr = _nowhere(2)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error: a file's name may be no UTF-8
    code = _code()
    gc.freeze()  # the process's memory goes back whole: nothing is gained by a last look for garbage in it
    sys.exit(code)


def _nowhere(descriptor: int) -> TextIO:
    """A stream that nobody reads in the place of one that is closed, also in processes that are begun from here.

    A daemon's workers would have none, and write what is meant for it to whatever was opened under its number.
    """
    opened = os.open(os.devnull, os.O_WRONLY)
    os.dup2(opened, descriptor)
    os.set_inheritable(descriptor, True)  # where it is the one that was opened `dup2` does nothing
    if opened != descriptor:
        os.close(opened)
    return open(descriptor, "w", encoding="utf-8", closefd=False)


def _code() -> int:
    try:
        app(prog_name="anprd")
    except SystemExit as leaving:
        written = _close_output()
        code = leaving.code if isinstance(leaving.code, int) else EXIT_FAILED
        return code or (0 if written else EXIT_FAILED)
    except (ConfigError, StartError, SourceError, SinkError) as error:
        for sentence in str(error).splitlines():
            _complain(sentence)
        return EXIT_CONFIG if isinstance(error, ConfigError) else EXIT_FAILED
    except Exception as error:  # noqa: BLE001  # the process's top: a bug is shown whole, but for passwords
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _complain(NO_SPACE)
            _close_output()
            return EXIT_FAILED
        _complain("this is a bug; please report it with the lines below\n" + traceback.format_exc())
        return EXIT_FAILED
    return 0


def _complain(text: str) -> None:
    print(f"anprd: {shown(text)}", file=sys.stderr)


def _close_output() -> bool:
    """Write what is left; where nobody reads any more (`anprd events | head -1`), drop it without a word.

    False, and a sentence, where it could not be written.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if error.errno == errno.ENOSPC:
            _complain(NO_SPACE)
            return False
    return True


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer calls it so
    if wanted:
        print(f"anprd {version()}")
        raise typer.Exit


@app.callback()
def _anprd(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def _leave(code: int) -> NoReturn:
    raise typer.Exit(code)


def _same_file(output: Path, clip: Path) -> bool:
    """Whether writing the one would destroy the other, symbolic and hard links included."""
    try:
        return output.samefile(clip)
    except OSError:  # one of them is not there, or not for this user's eyes
        return False


@app.command(epilog="Example: anprd run -c config/demo.yaml")
def run(config: Config = None) -> None:
    """Run the daemon in the foreground: one worker a camera, until SIGTERM. SIGHUP takes a changed file."""
    from anprd.cli import run as command

    _leave(command.run(config))


@app.command(epilog="Example: anprd check -c cameras.yaml")
def check(config: Config = None, json: Json = False) -> None:
    """Say every fault of a configuration file: line, key, value and what is allowed."""
    from anprd.cli import check as command
    from anprd.cli import console, places

    _leave(command.check(places.config_file(config), console.say_json if json else command.tell))


@app.command(epilog="Example: anprd reload -c cameras.yaml")
def reload(config: Config = None, runtime_dir: RuntimeDir = None, json: Json = False) -> None:
    """Have the running daemon take its changed file; only cameras that changed are interrupted.

    Prints what was added, removed and changed. Fails where the file is wrong, says why, and all goes on as it was.
    """
    from anprd.cli import console, places
    from anprd.cli import reload as command

    printer = console.say_json if json else command.tell
    try:
        folder = runtime_dir or places.runtime_dir(config)
    except ConfigError as error:  # not even where the daemon is found can be read; it could not take the file either
        from datetime import UTC, datetime

        from anprd.supervisor import decisions

        file = config or places.DEFAULT_CONFIG
        printer(decisions.outcome(file, datetime.now(UTC), untouched=None, error=str(error)))
        _leave(EXIT_FAILED)
    _leave(command.reload(folder, printer))


@app.command(epilog="Example: anprd status --watch")
def status(
    config: Config = None,
    runtime_dir: RuntimeDir = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show it again each second.")] = False,
    json: Json = False,
) -> None:
    """Say how the daemon and each camera fare; fails where no daemon runs."""
    from anprd.cli import console, places
    from anprd.cli import status as command

    folder = runtime_dir or places.runtime_dir(config)
    if not watch:
        _leave(command.show(folder, console.say_json if json else command.print_table))
    if json or not sys.stdout.isatty():
        _leave(command.watch(folder, console.say_json if json else command.print_table))
    with command.LiveTable() as printer:
        _leave(command.watch(folder, printer))


@app.command(epilog="Example: anprd events --follow --json")
def events(
    config: Config = None,
    redis: Annotated[
        str | None,
        typer.Option(
            "--redis", metavar="URL", help="Another Redis than the configuration's; in a password '${VARIABLE}'."
        ),
    ] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="Another stream than the configuration's.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=0, max=1000, help="How many of the latest to show.")] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with each new one, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Show plates from Redis, the latest last."""
    if redis is not None and variables.holds_password(redis):
        raise typer.BadParameter(
            "holds a password, which every user sees in `ps`; write '${VARIABLE}' in its place", param_hint="--redis"
        )
    from anprd.cli import console
    from anprd.cli import events as command

    source = command.source(config, redis, stream)
    printer = console.say_json if json else command.EventLines().add
    _leave((command.follow if follow else command.show)(source, count, printer))


@app.command(epilog="Example: anprd read -o annotated/ photos/*.jpg")
def read(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE...", readable=False, help="JPEG, PNG, WebP, BMP or TIFF.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", readable=False, help="Annotated copies go here.")
    ] = None,
    weights: Weights = None,
    json: Json = False,
) -> None:
    """Read the plates of photos."""
    from anprd.cli import console
    from anprd.cli import read as command

    printer = console.say_json if json else command.PictureLines(pictures).add
    _leave(command.read(pictures, output=output, weights=weights, printer=printer))


@app.command(epilog="Example: anprd replay -o annotated.mp4 clip.mp4")
def replay(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", readable=False, help="Whatever FFmpeg can decode.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", readable=False, help="The annotated video, .mp4; of one clip."),
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="At the clip's own speed, as a camera sends it.")
    ] = False,
    weights: Weights = None,
    json: Json = False,
) -> None:
    """Send recorded video through exactly the worker's pipeline and print its events."""
    if output is not None and len(clips) > 1:
        raise typer.BadParameter("takes one clip; call it once for each", param_hint="-o")
    if output is not None and _same_file(output, clips[0]):
        raise typer.BadParameter("names the clip itself, which would be lost; name another file", param_hint="-o")
    from anprd.cli import console, events
    from anprd.cli import replay as command

    printer = console.say_json if json else events.EventLines().add
    open_source = command.in_real_time if realtime else command.as_fast_as_it_goes
    _leave(command.replay(clips, open_source=open_source, output=output, weights=weights, printer=printer))


app.add_typer(benchmarks.bench, name="bench")
app.add_typer(training.train, name="train")
app.command(epilog="Example: anprd export detector work/detector/weights/best.pt --data data/detect")(export.export)
app.command(epilog="Example: anprd evaluate --report report data/detect data/read")(evaluation.evaluate)
app.command(epilog="Example: anprd calibrate data/read data/detect")(evaluation.calibrate)
