"""A machine with a real systemd for tests: this one's files under an overlay, booted in a container without a network.

All of it lives in a mount namespace of its own and dies with one process, so nothing is left behind and nothing outside
is touched. Only what is run with `run_online` reaches the network, as `make install` must once.
"""

import os
import shlex
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from tests.command import ROOT, Done

SOURCE = "/srv/anprd"
BOOT_S_MAX = 60.0
COMMAND_S_MAX = 600.0  # an installation over a slow line, or on a machine that does much else
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The kernel ends it all when the tests are killed: their death kills `unshare`, and that its whole namespace.
_TIED = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
]
_TARGET = "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"

# The machine has no network for which anything could wait, none of this one's disks, and starts nothing but the basics.
_BOOT = """\
mount -t tmpfs -o size=4g,mode=755 tmpfs "$BASE"
mkdir "$BASE/upper" "$BASE/work" "$BASE/root"
mount -t overlay -o "lowerdir=/,upperdir=$BASE/upper,workdir=$BASE/work" overlay "$BASE/root"
cd "$BASE/root"
rm -rf etc/anprd var/lib/anprd opt/anprd etc/systemd/system/anprd.service* usr/local/bin/anprd
rm -f etc/machine-id etc/fstab
echo "$MACHINE_ID" >etc/machine-id
printf "$TARGET" >etc/systemd/system/anprd-test.target
for waits in systemd-networkd NetworkManager ifupdown; do
    ln -sf /dev/null "etc/systemd/system/$waits-wait-online.service"
done
rm -rf ".$SOURCE"
mkdir -p ".$SOURCE"
cd "$ROOT"
tar -cf - --exclude=./.git --exclude='./.venv*' --exclude=./var --exclude='.*_cache' . |
    tar -C "$BASE/root$SOURCE" -xf -
exec systemd-nspawn --quiet --boot --register=no --keep-unit --private-network \
    --link-journal=no --console=pipe --machine="$NAME" --directory="$BASE/root" systemd.unit=anprd-test.target
"""


class CannotBootError(Exception):
    """This machine cannot carry another one; says why."""


class SystemdMachine:
    """The booted machine. Use as a context manager."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = f"anprd-{uuid.uuid4().hex[:8]}"
        self._log = directory / "boot.log"
        self._host: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Self:
        """Raises CannotBootError."""
        base = self._directory / "machine"
        base.mkdir()
        words = {
            "BASE": base,
            "ROOT": ROOT,
            "SOURCE": SOURCE,
            "MACHINE_ID": uuid.uuid4().hex,
            "NAME": self._name,
            "TARGET": _TARGET.replace("\n", "\\n"),
        }
        with self._log.open("wb") as log:
            self._host = subprocess.Popen(
                [*_TIED, "sh", "-euc", _BOOT],
                env={**os.environ, "PATH": _PATH, **{name: str(word) for name, word in words.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await_boot()
        except CannotBootError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self._leader:
            os.kill(self._leader, signal.SIGKILL)  # its first process: all others go with it
        if self._host is not None:
            try:
                self._host.wait(10)
            except subprocess.TimeoutExpired:
                self._host.kill()
                self._host.wait()
        left = Path("/run/systemd/nspawn/propagate", self._name)
        if left.is_dir():
            left.rmdir()

    def run(self, command: str, *, given: str = "") -> Done:
        """Run a shell command as root in the machine, with `given` on its standard input, to its end."""
        return self._run(command, namespaces="-m -u -i -n -p -C", environ={}, given=given)

    def run_online(self, command: str) -> Done:
        """Run a shell command that sees this machine's network, and its settings for pip."""
        settings = {
            name: word
            for name, word in os.environ.items()
            if name.startswith(("PIP_", "SSL_")) or "proxy" in name.lower()
        }
        return self._run(command, namespaces="-m -u -i -p -C", environ=settings, given="")

    def _run(self, command: str, *, namespaces: str, environ: Mapping[str, str], given: str) -> Done:
        words = {**environ, "PATH": _PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
        done = subprocess.run(
            ["nsenter", f"--target={self._leader}", *namespaces.split(), "-r", "-w", "sh", "-c", command],
            env=words,
            input=given,
            capture_output=True,
            text=True,
            timeout=COMMAND_S_MAX,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def said(self, command: str) -> str:
        """What a command that must succeed says on standard output."""
        done = self.run(command)
        assert done.code == 0, f"{command}: {done}"
        return done.out.strip()

    def write(self, path: str, text: str) -> None:
        """Write a file that is there, or a new one; who may read it stays as it was."""
        done = self.run(f"mkdir -p $(dirname {shlex.quote(path)}) && cat >{shlex.quote(path)}", given=text)
        assert done.code == 0, done

    def _await_boot(self) -> None:
        assert self._host is not None
        deadline_s = time.monotonic() + BOOT_S_MAX
        while time.monotonic() < deadline_s and self._host.poll() is None:
            self._leader = self._leader or _init_of(self._host.pid)
            if self._leader and self.run("systemctl is-system-running").out.strip() in {"running", "degraded"}:
                return
            time.sleep(0.2)
        lines = self._log.read_text(errors="replace").splitlines()[-3:]
        raise CannotBootError(f"no systemd boots in a container here: {' / '.join(lines) or 'it said nothing'}")


def eventually(true: Callable[[], bool], *, within_s: float) -> bool:
    """Whether it becomes true in time."""
    deadline_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.2)
    return True


def _init_of(host: int) -> int:
    """The container's first process, which `unshare`'s child has once it is systemd-nspawn; 0 before."""
    for nspawn in _children(host):
        for first in _children(nspawn):
            if (_name(nspawn), _name(first)) == ("systemd-nspawn", "systemd"):
                return first
    return 0


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
