"""The service under a real systemd, in the order of its life: installed, started, changed, hurt, renewed, removed."""

import json
import time
from pathlib import Path

import pytest

from tests.command import DEMO_TRUTH, ROOT
from tests.systemd_machine import SOURCE, CannotBootError, SystemdMachine, eventually

pytestmark = [pytest.mark.systemd, pytest.mark.weights]

CAMERAS = f"""\
redis: embedded
cameras:
  gate:
    url: file:{SOURCE}/config/demo.mp4
"""
SECOND = f"""\
  yard:
    url: file:{SOURCE}/config/demo.mp4
    detect_fps_max: 1
"""
CONFIG = "/etc/anprd/cameras.yaml"
PARTS = ["bin", "include", "lib", "lib64", "pyvenv.cfg"]  # of /opt/anprd
START_S_MAX = 180.0  # of a machine that does much else
KEPT = ("/etc/anprd", "/var/lib/anprd", "/srv/anprd", "/var/log", "/root", "/sys", "/tmp", "/run/systemd")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    try:
        with SystemdMachine(tmp_path_factory.mktemp("systemd")) as machine:
            yield machine
    except CannotBootError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def installed(machine):
    machine.said(f"touch {SOURCE}/booted")
    done = machine.run_online(f"cd {SOURCE} && make install")
    if done.code != 0 and "connection broken by" in done.err:
        pytest.skip("no package registry can be reached")
    assert done.code == 0, done
    return machine


@pytest.fixture
def running(installed):
    """The service with one camera, streaming."""
    installed.write(CONFIG, CAMERAS)
    installed.said("systemctl reset-failed anprd; systemctl start anprd")
    await_streaming(installed, ["gate"])
    yield installed
    installed.run("systemctl stop anprd")


def show(machine, name):
    return machine.said(f"systemctl show anprd -p {name} --value")


def status(machine):
    done = machine.run("anprd status --json")
    return json.loads(done.out) if done.code == 0 else {"daemon": {"pid": None}, "cameras": []}


def await_streaming(machine, names):
    def streaming():
        return [camera["name"] for camera in status(machine)["cameras"] if camera["state"] == "streaming"] == names

    assert eventually(streaming, within_s=START_S_MAX), machine.run("journalctl -u anprd -n 30 -o cat").out


def open_files_max(machine, pid):
    """The hard limit of a process."""
    return int(machine.said(f"grep '^Max open files' /proc/{pid}/limits").split()[4])


def parts(machine):
    """What lies in /opt/anprd, and files below it that have a second name; Python 3.13 adds a .gitignore."""
    found = machine.said("ls -A /opt/anprd; find /opt/anprd -type f -links +1").split()
    return [name for name in found if name != ".gitignore"]


def pids(machine):
    """Every process of the user anprd."""
    return set(machine.run("ps -u anprd -o pid=").out.split())


def test_make_install_lays_out_the_service(installed):
    assert installed.said(f"stat -c '%a %U:%G' {CONFIG}") == "640 root:anprd"
    assert installed.said(f"cat {CONFIG}") == (ROOT / "config" / "cameras.yaml").read_text().strip()
    assert installed.said("stat -c '%a %U:%G' /etc/anprd/environment") == "600 root:root"
    assert installed.run("systemd-analyze verify anprd.service").err == ""
    assert installed.run("anprd check").code == 0


def test_it_starts_reads_plates_and_answers(running):
    true = {vehicle["plate"] for vehicle in json.loads(DEMO_TRUTH.read_text())["vehicles"]}

    def plates():
        return {event["plate"] for event in running.run("anprd events --json").objects}

    assert show(running, "ActiveState") == "active"
    assert show(running, "StatusText").endswith("1 cameras streaming")
    assert status(running)["daemon"]["pid"] == int(show(running, "MainPID"))
    assert eventually(lambda: bool(plates() & true), within_s=START_S_MAX)


def test_its_exposure_is_small_and_the_networks_run_all_the_same(running):
    said = running.said("systemd-analyze security --no-pager anprd.service")
    exposure = float(said.rsplit("Overall exposure level for anprd.service: ", 1)[1].split()[0])
    assert exposure <= 1.5
    assert status(running)["cameras"][0]["memory_bytes"] > 0  # a worker still sees its own memory
    assert "SECCOMP" not in running.said("journalctl -k -o cat | tail -n 200 || true")


def test_no_process_of_the_service_can_be_looked_into_and_its_sockets_are_its_own(running):
    worker = status(running)["cameras"][0]["pid"]
    fork_server = running.said(f"ps -o ppid= -p {worker}").strip()
    for pid in (worker, fork_server, show(running, "MainPID")):
        assert running.run(f"runuser -u anprd -- cat /proc/{pid}/environ").code != 0
        assert running.run(f"runuser -u anprd -- head -c 1 /proc/{pid}/mem").code != 0
        assert running.said(f"grep -c '^Max core file size *0 ' /proc/{pid}/limits") == "1"
        assert running.said(f"grep -c '^Max data size *3221225472 ' /proc/{pid}/limits") == "1"
        assert open_files_max(running, pid) == min(65536, open_files_max(running, 1))
    assert show(running, "LimitNOFILE") == "65536"
    sockets = running.said("find /run/anprd /var/lib/anprd -type s -exec stat -c '%a %U' {} +").splitlines()
    assert set(sockets) == {"600 anprd"}
    assert running.said("find /var/lib/anprd -type f -perm /077") == ""


def test_a_password_is_a_systemd_credential_and_stands_nowhere_else(running):
    running.write("/etc/anprd/gate.secret", "hunter2-secret\n")
    running.write(
        "/run/systemd/system/anprd.service.d/secret.conf", "[Service]\nLoadCredential=gate:/etc/anprd/gate.secret\n"
    )
    running.said("chmod 600 /etc/anprd/gate.secret && systemctl daemon-reload")
    running.write(CONFIG, CAMERAS + "  far:\n    url: rtsp://anpr:${credential:gate}@127.0.0.1:9/x\n")
    running.said("systemctl restart anprd")

    def told():
        rows = {camera["name"]: camera for camera in status(running)["cameras"]}
        return "far" in rows and bool(rows["far"]["last_error"])

    assert eventually(told, within_s=START_S_MAX)
    assert running.run("anprd check").code == 0  # root finds the credential of the running service
    seen = running.said(
        "anprd status --json; journalctl -u anprd -o cat; ps axww -o args; cat /run/anprd/* 2>/dev/null; true"
    )
    assert "127.0.0.1:9" in seen
    assert "hunter2-secret" not in seen
    running.said("rm -r /run/systemd/system/anprd.service.d /etc/anprd/gate.secret && systemctl daemon-reload")


def test_a_readable_file_with_a_password_is_refused_with_78_and_the_way_out(installed):
    installed.write(CONFIG, CAMERAS + "  far:\n    url: rtsp://anpr:hunter2@127.0.0.1:9/x\n")
    installed.said(f"chmod 644 {CONFIG}")
    installed.run("systemctl reset-failed anprd")
    assert installed.run("systemctl start anprd").code != 0
    assert show(installed, "ExecMainStatus") == "78"
    assert f"chmod 640 {CONFIG}" in installed.said("journalctl -u anprd -o cat -n 30")
    installed.said(f"chmod 640 {CONFIG}; systemctl reset-failed anprd")


def test_a_reload_leaves_the_untouched_camera_alone(running):
    before = status(running)["cameras"][0]

    running.write(CONFIG, CAMERAS + SECOND)
    running.said("systemctl reload anprd")
    await_streaming(running, ["gate", "yard"])

    after = status(running)["cameras"][0]
    assert (after["pid"], after["reconnects"]) == (before["pid"], before["reconnects"])
    assert eventually(lambda: status(running)["cameras"][0]["frames"] > before["frames"], within_s=START_S_MAX)


@pytest.mark.parametrize(
    ("line", "reason"),
    [("    detect_fps_max: soon\n", "detect_fps_max: 'soon'"), ("\tsoon\n", "found a tab character")],
)
def test_a_reload_of_a_wrong_file_fails_with_the_reason_and_changes_nothing(running, line, reason):
    before = pids(running)

    running.write(CONFIG, CAMERAS + line)
    done = running.run("systemctl reload anprd")

    assert done.code != 0
    assert reason in status(running)["daemon"]["last_reload"]["error"]
    assert reason in running.said("journalctl -u anprd -o cat -n 30")
    assert "nothing was changed" in running.run("anprd reload").err
    assert show(running, "ActiveState") == "active"
    assert pids(running) == before


def test_a_killed_daemon_comes_back_and_leaves_nobody_behind(running):
    before = pids(running)
    restarts = int(show(running, "NRestarts"))

    running.said("kill -KILL $(systemctl show anprd -p MainPID --value)")

    assert eventually(lambda: int(show(running, "NRestarts")) > restarts, within_s=START_S_MAX)
    await_streaming(running, ["gate"])
    assert not before & pids(running)


def test_the_watchdog_ends_a_daemon_that_hangs(running):
    running.write("/run/systemd/system/anprd.service.d/quick.conf", "[Service]\nWatchdogSec=5\n")
    running.said("systemctl daemon-reload && systemctl restart anprd")
    await_streaming(running, ["gate"])
    hung = show(running, "MainPID")

    running.said(f"kill -STOP {hung}")

    assert eventually(lambda: show(running, "MainPID") not in {hung, "0"}, within_s=START_S_MAX)
    assert "Watchdog timeout" in running.said("journalctl -u anprd -o cat")
    await_streaming(running, ["gate"])
    assert hung not in pids(running)
    running.said("rm -r /run/systemd/system/anprd.service.d && systemctl daemon-reload")


def test_it_stops_in_time_settles_what_it_saw_and_leaves_nobody_behind(running):
    def plates():
        return [event["plate"] for event in running.run("anprd events --json -n 1000").objects]

    assert eventually(lambda: bool(plates()), within_s=START_S_MAX)
    seen = len(plates())
    begun_s = time.monotonic()
    running.said("systemctl stop anprd")

    assert time.monotonic() - begun_s < 20
    assert "worker_drained" in running.said("journalctl -u anprd -o cat -n 40")
    assert '"events_waiting": 0' in running.said("journalctl -u anprd -o cat -n 40")
    assert (show(running, "ActiveState"), show(running, "Result")) == ("inactive", "success")
    assert pids(running) == set()
    assert running.run("test -e /run/anprd/status.sock").code != 0
    running.said("systemctl start anprd")
    await_streaming(running, ["gate"])
    assert len(plates()) >= seen  # what was told is on the stream, also after a stop


def test_a_wrong_file_at_the_start_is_told_once_and_not_tried_again(installed):
    installed.write(CONFIG, CAMERAS + "    detect_fps_max: soon\n")

    assert installed.run("systemctl start anprd").code != 0

    assert show(installed, "ExecMainStatus") == "78"
    assert (show(installed, "ActiveState"), show(installed, "NRestarts")) == ("failed", "0")
    assert "detect_fps_max: 'soon'" in installed.said("journalctl -u anprd -o cat -n 30")


def test_a_newer_version_keeps_the_configuration_and_restarts_the_service(running):
    before = running.said("sha256sum /etc/anprd/*; stat -c '%a %U:%G' /etc/anprd/*")
    old = show(running, "MainPID")

    def entries():
        return {(event["id"], event["revision"]) for event in running.run("anprd events --json -n 1000").objects}

    assert eventually(lambda: bool(entries()), within_s=START_S_MAX)
    told = entries()

    running.said(f"cd {SOURCE} && make install")

    assert running.said("sha256sum /etc/anprd/*; stat -c '%a %U:%G' /etc/anprd/*") == before
    assert show(running, "MainPID") != old
    await_streaming(running, ["gate"])
    after = [(event["id"], event["revision"]) for event in running.run("anprd events --json -n 1000").objects]
    assert told <= set(after)
    assert len(after) == len(set(after))


def test_a_version_that_refuses_the_file_is_not_installed_and_the_old_one_goes_on(running):
    """As where an older version is gone back to, and the file has a newer key."""
    old = show(running, "MainPID")
    package = running.said("dirname /opt/anprd/lib/python3*/site-packages/anprd/__init__.py")
    running.write(CONFIG, CAMERAS + "    newer: 1\n")
    running.said(f"echo '# other' >>{SOURCE}/anprd/errors.py")

    done = running.run(f"cd {SOURCE} && make install")

    assert done.code != 0
    assert "newer: is not a key here" in done.err
    assert "Not installed; /opt/anprd is what it was." in done.err
    assert running.run(f"grep '# other' {package}/errors.py").code == 1
    assert parts(running) == PARTS
    assert (show(running, "MainPID"), show(running, "ActiveState")) == (old, "active")
    running.said(f"sed -i '/# other/d' {SOURCE}/anprd/errors.py")


def test_an_installation_that_was_killed_half_way_is_taken_back_by_the_next(installed):
    packages = installed.said("dirname $(dirname /opt/anprd/lib/python3*/site-packages/anprd/__init__.py)")
    installed.said("cd /opt/anprd && mkdir .anprd-kept && cp -al [a-z]* .anprd-kept")
    installed.said(f"rm {packages}/rich/table.py")  # pip sees that a rich is there, and would leave it alone

    installed.said(f"cd {SOURCE} && make install")

    installed.said(f"test -e {packages}/rich/table.py")
    assert parts(installed) == PARTS


def test_make_says_what_it_cannot_heed_and_removes_nothing_by_halves(installed):
    done = installed.run(f"cd {SOURCE} && make install DESTDIR=/tmp/staged")
    assert (done.code, installed.run("test -e /tmp/staged").code) == (2, 1)
    assert done.err.startswith("DESTDIR is not heeded")

    done = installed.run(f"cd {SOURCE} && make uninstall PREFIX=/opt/other")
    assert done.code != 0
    assert done.err.startswith("the service is installed in /opt/anprd: make uninstall PREFIX=/opt/anprd\n")
    assert show(installed, "LoadState") == "loaded"


def test_make_uninstall_leaves_configuration_and_data_alone(running):
    running.said("systemctl enable anprd")
    data = "find /etc/anprd /var/lib/anprd -type d -o -type f -name cameras.yaml -o -name environment | sort"
    before = running.said(data)
    running.said("mkdir /etc/systemd/system/anprd.service.d")

    said = running.said(f"cd {SOURCE} && make uninstall PREFIX=/opt/anprd/ && make uninstall")

    assert said.endswith("rm -r /etc/anprd /var/lib/anprd /etc/systemd/system/anprd.service.d; userdel anprd")
    running.said("rmdir /etc/systemd/system/anprd.service.d")

    assert running.said(data) == before
    assert pids(running) == set()
    assert show(running, "LoadState") == "not-found"
    places = "/opt/anprd /usr/local/bin/anprd /etc/systemd/system/anprd.service /etc/systemd/system/*/anprd.service"
    assert running.run(f"ls -d {places}").out == ""
    left = running.said(
        "find / -xdev -path /proc -prune -o -newer /srv/anprd/booted -iname '*anprd*' -print | sort"
    ).splitlines()
    # This machine's own files show through, and may have changed meanwhile.
    assert [path for path in left if not path.startswith(KEPT) and not Path(path).exists()] == []
