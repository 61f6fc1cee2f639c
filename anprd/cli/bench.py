"""`anprd bench ...`: how fast it is here. What measures is imported once a command is called."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from anprd.cli.options import Json, Weights, finite
from anprd.cli.training import needs_extra
from anprd.errors import ConfigError, SinkError

if TYPE_CHECKING:
    from anprd.bench.film import FilmPlan

DEMO_CLIP = Path(__file__).resolve().parents[2] / "config" / "demo.mp4"
STAGES = "stages"


class _StagesUnlessNamed(TyperGroup):
    """`anprd bench CLIP` is `anprd bench stages CLIP`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  # typer's own click, or the other
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [STAGES, *args])


bench = typer.Typer(
    cls=_StagesUnlessNamed,
    help="Measure how fast it is here: each stage, or so many live cameras.",
    epilog="Example: anprd bench --json clip.mp4, which is anprd bench stages --json clip.mp4",
    context_settings={"help_option_names": ["-h", "--help"]},
)
Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep", metavar="DIR", readable=False, help="Where the film is kept.", show_default="~/.cache/anprd"
    ),
]


@bench.command(STAGES, epilog="Example: anprd bench stages --json clip.mp4")
def stages(
    clip: Annotated[
        Path | None, typer.Argument(metavar="CLIP", readable=False, help="A clip with plates; the demo's by default.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", callback=finite, min=0.1, max=600, help="How long to measure.")
    ] = 20.0,
    weights: Weights = None,
    json: Json = False,
) -> None:
    """CPU time of each stage on one thread, its share, and its floor: bare decoding, bare calls of the networks.

    The whole clip is run through the pipeline at least once.
    """
    if clip is None and not DEMO_CLIP.is_file():
        raise ConfigError("name a clip: the demo's clip is in a checkout of anprd only")
    from anprd.bench import stages as room
    from anprd.cli import bench_tables, console

    printer = console.say_json if json else bench_tables.print_stages
    printer(room.measure(clip or DEMO_CLIP, seconds=seconds, weights_dir=weights))


@bench.command(epilog="Example: anprd bench cameras --cameras 10,20,40 --wake always,substream --busy 10")
def cameras(
    cameras: Annotated[str, typer.Option("--cameras", "-n", metavar="N,...", help="How many at once.")] = "4",
    until_full: Annotated[
        bool,
        typer.Option("--until-full", help="From the first N on, more until plates are missed or late or CPU is short."),
    ] = False,
    wake: Annotated[
        str,
        typer.Option(
            "--wake", metavar="MODE,...",
            help="always, substream, keyframes; floor: bare decoding loops; baseline: the write-up's pipeline (needs"
            " the training environment).",
        ),
    ] = "always",
    busy: Annotated[
        str, typer.Option("--busy", metavar="PERCENT,...", help="Share of the time with a vehicle in view.")
    ] = "10",
    seconds: Annotated[float, typer.Option("--seconds", callback=finite, min=2, max=3600, help="Of each run.")] = 60.0,
    width: Annotated[int, typer.Option("--width", min=160, max=4096, help="Pixels of the main stream.")] = 1920,
    height: Annotated[int, typer.Option("--height", min=120, max=2304, help="Pixels.")] = 1080,
    fps: Annotated[int, typer.Option("--fps", min=1, max=60, help="Frames a second.")] = 25,
    substream_fps: Annotated[
        int | None,
        typer.Option(
            "--substream-fps", min=1, max=60, help="Of the substream.", show_default="15, or --fps where that is less"
        ),
    ] = None,
    keep: Keep = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", readable=False, help="Cost against cameras, as SVG.")
    ] = None,
    weights: Weights = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Run the real daemon on so many rendered cameras, over RTSP, all on this machine.

    The film is rendered once, which takes minutes. Every plate of it is known:
    a run says what it cost, which plates were missed or told twice, and how
    late they came. Needs a redis-server: the extra's, or the system's.
    """
    counts = [_whole(word, "--cameras", most=1000) for word in _words(cameras)]
    shares = [_whole(word, "--busy", least=0, most=100) / 100 for word in _words(busy)]
    from anprd.bench import film, judge, series
    from anprd.bench import plot as drawing
    from anprd.cli import bench_tables, console
    from anprd.vision.weights import default_folder, networks

    wakes = _wakes(wake)
    filmed = _film_plan(width, height, fps, substream_fps)
    # Before the film and the runs: an hour's work shall not end in a folder that is not there.
    if plot is not None:
        _write(plot, drawing.cost(()))
    networks(weights or default_folder())
    shown = film.made(keep or _cache(), filmed, bench_tables.Progress("rendering the film"))
    shown = judge.sure(shown, weights, bench_tables.Progress("reading it unhurried"))
    plan = series.Plan(wakes, shares, counts, seconds, until_full=until_full, weights_dir=weights)
    with needs_extra():
        runs = series.measure(shown, plan, console.say_json if json else bench_tables.Rows().add)
    if plot is not None:
        _write(plot, drawing.cost(runs))


def _film_plan(width: int, height: int, fps: int, substream_fps: int | None) -> "FilmPlan":
    from anprd.bench import film

    try:
        return film.FilmPlan(width=width, height=height, fps=fps, small_fps=substream_fps or min(15, fps))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _wakes(text: str) -> list[str]:
    """The modes that are asked for, and what they need found."""
    from anprd.bench import series
    from anprd.supervisor import embedded_redis

    wakes = _words(text)
    unknown = next((word for word in wakes if word not in series.WAKES), None)
    if unknown is not None:
        raise typer.BadParameter(f"{unknown!r} is none of {', '.join(series.WAKES)}", param_hint="--wake")
    if not set(wakes) <= {series.BASELINE, "floor"}:
        embedded_redis.find_server()
    return wakes


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _whole(word: str, option: str, *, least: int = 1, most: int) -> int:
    if not (word.isascii() and word.isdecimal() and least <= int(word) <= most):
        raise typer.BadParameter(f"{word!r} is no whole number from {least} to {most}", param_hint=option)
    return int(word)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anprd"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SinkError(f"{file}: cannot be written: {error.strerror}") from error
