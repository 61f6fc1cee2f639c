"""The command line as its users have it: a process with arguments, output and an exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"
DEMO_CLIP = CONFIG / "demo.mp4"
DEMO_TRUTH = CONFIG / "demo.truth.json"
TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Each line of the output as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """What was said on standard error, which must be one line and no traceback."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("anprd: "), self.err
        return self.err.removeprefix("anprd: ").rstrip("\n")


def anprd(*arguments: object, python: Path | str = sys.executable, **environ: str) -> Done:
    """Run a command to its end."""
    done = subprocess.run(
        argv(*arguments, python=python),
        env=environment(**environ),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def argv(*arguments: object, python: Path | str = sys.executable) -> list[str]:
    return [str(python), "-m", "anprd", *map(str, arguments)]


def left_behind(scratch: Path) -> list[str]:
    """What commands have not removed of where their temporary files went."""
    return [path.name for path in scratch.iterdir()]


def environment(**more: str) -> dict[str, str]:
    """This process's, able to find anprd from any folder, and with wide, plain output."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1", **more}
