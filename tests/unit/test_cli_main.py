import errno
import os
import shlex
import subprocess
import sys
import typing
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from anprd.cli import bench, main
from anprd.errors import ConfigError, SinkError, SourceError, StartError
from tests.command import anprd, argv, environment

HEAVY = ("openvino", "cv2", "av", "numpy", "redis", "torch", "structlog")


@pytest.fixture
def outcome(monkeypatch, capsys):
    """What the command line makes of an application that fails in a given way."""

    def of(error: BaseException) -> tuple[int, str, str]:
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setattr(main, "app", fail)
        with pytest.raises(SystemExit) as leaving:
            main.main()
        out = capsys.readouterr()
        return leaving.value.code, out.out, out.err

    return of


@pytest.mark.parametrize(("family", "code"), [(ConfigError, 78), (StartError, 1), (SourceError, 1), (SinkError, 1)])
def test_each_family_of_errors_is_a_sentence_and_its_exit_code(outcome, family, code):
    assert outcome(family("the camera is away")) == (code, "", "anprd: the camera is away\n")


def test_every_fault_of_a_configuration_gets_a_line(outcome):
    assert outcome(ConfigError("one\ntwo"))[2] == "anprd: one\nanprd: two\n"


def test_a_bug_is_shown_whole_but_for_passwords(outcome):
    code, _, said = outcome(RuntimeError("no rtsp://user:hunter2@host/"))
    assert code == 1
    assert "bug" in said
    assert "Traceback" in said
    assert "hunter2" not in said


def test_no_error_shows_a_password(outcome):
    assert "hunter2" not in outcome(SourceError("rtsp://user:hunter2@host/: refused"))[2]


def test_a_full_disk_is_no_bug(outcome):
    code, _, said = outcome(OSError(errno.ENOSPC, "No space left on device"))
    assert (code, said) == (1, f"anprd: {main.NO_SPACE}\n")


@pytest.mark.parametrize(("text", "code"), [("cameras: {}", 0), ("cameras: 5", 78)])
@pytest.mark.parametrize("output", [">&-", ">/dev/full"])
def test_whoever_takes_no_output_gets_the_exit_code_all_the_same(tmp_path, text, code, output):
    file = tmp_path / "cameras.yaml"
    file.write_text(text)
    command = f"{shlex.join(argv('check', '--json', '-c', file))} {output}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == (1 if output == ">/dev/full" else code)
    assert "Traceback" not in done.stderr


def test_without_a_standard_error_what_is_wrong_does_not_stand_among_the_results(tmp_path):
    command = f"{shlex.join(argv('check', '-c', tmp_path / 'none.yaml'))} 2>&-"
    done = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (78, "")


@pytest.mark.parametrize("closed", ["2>&-", "2>&- <&-"])
def test_processes_that_are_begun_without_a_standard_error_have_one_that_goes_nowhere(closed):
    script = """
import subprocess, sys
from anprd.cli import main
begun = [sys.executable, "-c", "import sys; print(sys.stderr is not None, file=sys.stderr or sys.stdout)"]
main.app = lambda **_: subprocess.run(begun, check=True)
main.main()
"""
    command = f"{shlex.join([sys.executable, '-c', script])} {closed}"
    done = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("command", ["check", "status", "events", "run"])
def test_a_folder_that_was_removed_is_no_bug(tmp_path, command):
    script = f"cd {tmp_path} && rmdir {tmp_path} && {shlex.join(argv(command, '-c', 'cameras.yaml'))}"
    done = subprocess.run(["bash", "-c", script], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == "anprd: cameras.yaml: does not exist; the folder that you are in was removed\n"


def test_a_reload_that_reaches_no_daemon_does_not_say_that_one_goes_on(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("a: [\n")
    done = anprd("reload", "-c", file)
    assert done.code == 1
    assert done.err.splitlines()[-1] == "anprd: nothing was changed; nobody was asked"


def test_a_reload_of_what_is_no_yaml_is_an_object_all_the_same(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("cameras:\n\tgate:\n")
    done = anprd("reload", "--json", "-c", file)
    (outcome,) = done.objects
    assert (done.code, done.err, outcome["ok"], outcome["untouched"]) == (1, "", False, None)
    assert outcome["error"] == f"{file}:2: is not valid YAML: a tab; indent with spaces"


@pytest.mark.parametrize("command", ["read", "read --json", "replay", "check -c", "check --json -c"])
def test_the_name_of_a_file_commands_no_terminal(tmp_path, command):
    name = tmp_path / "\x1b]0;owned\x07\x9b31m\u202egpj.jpg"
    name.write_bytes(b"no picture")
    done = anprd(*command.split(), str(name))
    assert done.code
    assert "gpj.jpg" in done.out + done.err
    assert (done.out + done.err).replace("\n", "").isprintable()


def test_commands_end_with_their_own_code(outcome):
    assert outcome(SystemExit(2))[0] == 2


def test_a_look_at_the_status_waits_for_no_configuration(tmp_path):
    script = (
        "import sys\nfrom anprd.cli import main\nsys.argv = ['anprd', 'status', '-c', sys.argv[1]]\n"
        "try:\n    main.main()\nexcept SystemExit:\n    pass\n"
        "print('pydantic' in sys.modules, 'yaml' in sys.modules)"
    )
    file = tmp_path / "cameras.yaml"
    file.write_text("runtime_dir: run\n")
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == "False True\n"
    assert f"no daemon answers at {tmp_path}/run" in done.stderr


@pytest.mark.parametrize("command", ["status", "check", "events"])
def test_the_help_of_a_command_loads_nothing_heavy(command):
    script = (
        "import sys\nfrom anprd.cli import main\nsys.argv = ['anprd', sys.argv[1], '--help']\n"
        "try:\n    main.main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, command], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stderr == "[]\n"


def test_what_only_workers_need_is_not_loaded_by_the_supervisor():
    pictures = ("openvino", "cv2", "av", "numpy")
    script = (
        "import sys\nfrom anprd.cli import run\nfrom anprd.supervisor import child, daemon\n"
        f"print([name for name in {pictures!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "[]\n"


def test_every_command_shows_an_example():
    commands = {command.name or command.callback.__name__: command for command in main.app.registered_commands}
    assert set(commands) == {
        *("run", "check", "reload", "status", "events", "read", "replay", "export", "evaluate", "calibrate")
    }
    for name, command in commands.items():
        assert (command.epilog or "").startswith(f"Example: anprd {name} "), name
    groups = {group.name: group.typer_instance.registered_commands for group in main.app.registered_groups}
    names = {group: {command.name or command.callback.__name__ for command in found} for group, found in groups.items()}
    assert names == {
        "bench": {"cameras", "stages"},
        "train": {"baseline", "corners", "detector", "reader", "render"},
    }
    for group, found in groups.items():
        for command in found:
            name = command.name or command.callback.__name__
            assert (command.epilog or "").startswith(f"Example: anprd {group} {name} "), name


def test_no_path_of_a_command_is_judged_before_the_command_opens_it():
    found = {}
    commands = [getattr(main, name) for name in ("run", "check", "status", "events", "read", "replay")]
    for command in [*commands, bench.stages, bench.cameras]:
        hints = typing.get_type_hints(command, include_extras=True)
        annotated = {key: typing.get_args(hint) for key, hint in hints.items() if typing.get_origin(hint) is Annotated}
        found |= {
            f"{command.__name__} {key}": info.readable for key, (kind, info) in annotated.items() if "Path" in str(kind)
        }
    assert {"check config", "read pictures", "replay clips", "replay output", "stages clip", "cameras plot"} <= set(
        found
    )
    assert not any(found.values()), found


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "command",
    [
        ["bench", "stages", "--seconds"],
        ["bench", "cameras", "--seconds"],
        ["calibrate", "data", "--precision"],
        *(["train", "render", "a.mp4", f"--{name}"] for name in ("fps", "seconds", "vehicles-per-min", "night")),
    ],
    ids=" ".join,
)
def test_what_is_no_number_is_wrong_usage(command, number):
    done = CliRunner().invoke(main.app, [*command, number])
    assert done.exit_code == 2
    assert "Invalid value" in done.output


@pytest.mark.parametrize(
    "arguments",
    [["--width", "161"], ["--fps", "10", "--substream-fps", "15"]],
)
def test_a_film_that_cannot_be_is_wrong_usage(arguments, monkeypatch):
    monkeypatch.setattr("anprd.supervisor.embedded_redis.find_server", lambda: None)
    done = CliRunner().invoke(main.app, ["bench", "cameras", *arguments])
    assert done.exit_code == 2
    assert "a film has" in done.output


def test_a_plot_that_cannot_be_written_is_told_before_anything_is_filmed(tmp_path, monkeypatch):
    monkeypatch.setattr("anprd.supervisor.embedded_redis.find_server", lambda: None)
    done = CliRunner().invoke(main.app, ["bench", "cameras", "--fps", "10", "--plot", str(tmp_path / "no" / "x.svg")])
    assert isinstance(done.exception, SinkError)


def test_networks_that_cannot_be_used_are_told_before_anything_is_filmed(tmp_path, monkeypatch):
    monkeypatch.setattr("anprd.supervisor.embedded_redis.find_server", lambda: None)
    monkeypatch.setattr("anprd.bench.film.made", lambda *_: pytest.fail("it is filmed"))
    done = CliRunner().invoke(main.app, ["bench", "cameras", "--weights", str(tmp_path / "no")])
    assert isinstance(done.exception, ConfigError)
    assert "is weights_dir right?" in str(done.exception)


def test_the_command_line_is_one_typer_application():
    assert isinstance(main.app, typer.Typer)
