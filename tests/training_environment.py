"""The training environment, loaded once for many commands: `python -m tests.training_environment` is the process.

torch and NNCF take three seconds to load, and most commands of a test end soon after. Here one process loads them,
and forks for each command a child that goes on as `python -m anprd ...` would: with output, environment and exit code
of its own, and with all of anprd and of ultralytics still to be loaded. What runs or is interrupted for long is begun
afresh in a test, and so is each training and export once: they would miss what only this process loads.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.command import TIMEOUT_S, Done, environment

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class TrainingEnvironment:
    """A context: the process ends with it."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._process = subprocess.Popen(
            [python, "-m", __name__],
            env=environment(TORCHINDUCTOR_CACHE_DIR=str(folder / "torch")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._out, self._err = folder / "out", folder / "err"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def anprd(self, *arguments: object, **environ: str) -> Done:
        """Run a command to its end, as `tests.command.anprd` does."""
        return self._run({"module": "anprd", "arguments": arguments, "environment": environ})

    def python(self, code: str, *arguments: object) -> Done:
        """Run lines of Python to their end, as `python -c` does."""
        return self._run({"code": code, "arguments": arguments, "environment": {}})

    def _run(self, order: dict) -> Done:
        places = {"out": str(self._out), "err": str(self._err)}
        arguments = list(map(str, order["arguments"]))
        self._process.stdin.write(json.dumps(order | places | {"arguments": arguments}) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Done(code, self._out.read_text(), self._err.read_text())


def main() -> None:
    """Load, then take orders, a line of JSON each, until there are no more; a child leaves by what it runs."""
    import nncf  # noqa: F401, PLC0415  # here alone: a test's own interpreter lacks them
    import torch._dynamo  # noqa: F401, PLC0415  # loaded with the first optimiser

    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(order)
            return
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def become(order: dict) -> None:
    """Be the process that was ordered."""
    signal.alarm(TIMEOUT_S)
    for number, (name, flags) in enumerate([(os.devnull, os.O_RDONLY), (order["out"], WRITE), (order["err"], WRITE)]):
        file = os.open(name, flags)
        os.dup2(file, number)
        os.close(file)
    os.environ.update(order["environment"])
    tempfile.tempdir = None  # TMPDIR may have changed
    sys.argv = ["-c", *order["arguments"]]
    if "module" in order:
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
    else:
        exec(order["code"], {"__name__": "__main__"})


if __name__ == "__main__":
    main()
