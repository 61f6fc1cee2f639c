"""Every command as a process: what it prints where, and how it exits when what it is given is wrong."""

import os
import shutil
import subprocess
import time

import pytest

from tests.command import CONFIG, anprd, argv, environment

COMMANDS = ["run", "check", "status", "events", "read", "replay", "bench", "export", "evaluate", "calibrate"]
TRAINING = ["detector", "corners", "reader", "render"]
BENCHES = ["stages", "cameras"]


@pytest.mark.parametrize(
    "command",
    [[name] for name in COMMANDS] + [["train", name] for name in TRAINING] + [["bench", name] for name in BENCHES],
)
def test_the_help_of_every_command_shows_an_example(command):
    done = anprd(*command, "--help")
    assert done.code == 0
    assert f"Example: anprd {' '.join(command)}" in done.out


def test_help_lists_every_command():
    out = anprd("--help").out
    for name in [*COMMANDS, "train"]:
        assert f" {name} " in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["sttaus"],
        ["status", "--jsno"],
        ["read"],
        ["events", "--count", "x"],
        ["train"],
        ["bench", "cameras", "--cameras", "0"],
        ["bench", "cameras", "--cameras", "2,many"],
        ["bench", "cameras", "--busy", "101"],
        ["bench", "cameras", "--wake", "always,sometimes"],
        ["bench", "--seconds", "0"],
    ],
)
def test_wrong_usage_exits_with_2(arguments):
    done = anprd(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_an_annotated_video_is_of_one_clip():
    assert anprd("replay", "-o", "out.mp4", "a.mp4", "b.mp4").code == 2


@pytest.mark.parametrize("link", [None, "symlink_to", "hardlink_to"])
def test_an_annotated_video_never_takes_the_clips_place(tmp_path, link):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"a recording")
    output = clip
    if link is not None:
        output = tmp_path / "link.mp4"
        getattr(output, link)(clip)
    done = anprd("replay", "-o", output, clip)
    assert done.code == 2
    assert "names the clip itself" in done.err
    assert clip.read_bytes() == b"a recording"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "cameras: {gate: {url: rtsp://h/, detect_fps: 5}}",
            "cameras.gate.detect_fps: is not a key here; did you mean",
        ),
        (
            "cameras: {gate: {url: rtsp://h/, detect_fps_max: fast}}",
            "cameras.gate.detect_fps_max: 'fast' must be a number",
        ),
        ("cameras:\n  gate: {url: rtsp://h/}\n  gate: {url: rtsp://h/}", ":3: cameras.gate: stands twice"),
        ("cameras: {gate: {url: 'rtsp://a:${GATE_PASSWORD}@h/'}}", "GATE_PASSWORD, which is not set"),
        ("cameras: {gate: {", "is not valid YAML"),
        ("- gate", "must be a mapping"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_faulty_configuration_is_one_sentence_and_78(tmp_path, command, text, says):
    file = tmp_path / "cameras.yaml"
    file.write_text(text)
    done = anprd(command, "-c", file)
    assert done.code == 78
    assert done.sentence.startswith(str(file))
    assert says in done.sentence


@pytest.mark.parametrize("command", ["check", "run", "status", "events"])
def test_a_missing_configuration_is_one_sentence_and_78(tmp_path, command):
    done = anprd(command, "-c", tmp_path / "none.yaml")
    assert done.code == 78
    assert "does not exist" in done.sentence


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_a_folder_for_a_configuration_is_one_sentence_and_78(folder):
    done = anprd("check", "-c", folder)
    assert done.code == 78
    assert "is a folder" in done.sentence


@pytest.mark.parametrize("command", ["check", "run", "status", "events"])
def test_a_forbidden_configuration_is_one_sentence_and_78(tmp_path, command):
    file = tmp_path / "cameras.yaml"
    file.write_text("cameras: {}")
    file.chmod(0)
    # Root may read what nobody may; without these capabilities a file's mode counts for root, too.
    unprivileged = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if unprivileged and shutil.which("setpriv") is None:
        pytest.skip("root needs util-linux's setpriv to be refused a file")
    done = subprocess.run(
        [*unprivileged, *argv(command, "-c", file)], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == f"anprd: {file}: cannot be read: Permission denied\n"


def test_no_password_is_in_what_check_says(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("cameras: {gate: {url: 'rtsp://a:hun/ter2@h:x/', substream: 'gopher://a:${PW}@h/'}}")
    done = anprd("check", "-c", file, PW="ter2")
    assert done.code == 78
    assert done.err.count("\n") == 2
    assert "ter2" not in done.err


def test_the_shipped_configurations_are_right():
    for name in ("cameras.yaml", "demo.yaml"):
        done = anprd("check", "--json", "-c", CONFIG / name)
        assert done.code == 0, done.err
        assert done.objects[0]["ok"] is True


def test_status_without_a_daemon_fails_with_one_sentence_and_at_once(tmp_path):
    began_s = time.monotonic()
    done = anprd("status", "--runtime-dir", tmp_path)
    took_s = time.monotonic() - began_s
    assert (done.code, done.out) == (1, "")
    assert "no daemon answers" in done.sentence
    assert took_s < 2.0  # half a second on a quiet machine; tests share theirs


def test_redis_that_is_away_is_one_sentence_without_the_password():
    done = anprd("events", "--redis", "redis://user:${REDIS_PASSWORD}@127.0.0.1:1/0", REDIS_PASSWORD="hunter2")
    assert done.code == 1
    assert "hunter2" not in done.sentence


def test_a_password_on_the_command_line_is_wrong_usage():
    done = anprd("events", "--redis", "redis://user:hunter2@127.0.0.1:1/0")
    assert (done.code, "hunter2" in done.err, "every user sees in `ps`" in " ".join(done.err.split())) == (
        2,
        False,
        True,
    )


def test_a_redis_url_that_is_none_is_a_configuration_fault():
    assert anprd("events", "--redis", "localhost").code == 78


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("".join(f"unknown{number}: 1\n" for number in range(20_000)))
    with subprocess.Popen(
        argv("check", "--json", "-c", file), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b""
        child.wait(60)


@pytest.mark.parametrize("name", ["missing.jpg", "text.jpg", "empty.jpg"])
@pytest.mark.weights
def test_a_picture_that_is_none_is_one_sentence_and_1(tmp_path, name):
    (tmp_path / "text.jpg").write_text("this is no picture")
    (tmp_path / "empty.jpg").touch()
    done = anprd("read", tmp_path / name)
    assert (done.code, done.out) == (1, "")
    assert name in done.sentence


@pytest.mark.parametrize("name", ["missing.mp4", "text.mp4", "empty.mp4"])
@pytest.mark.weights
def test_a_clip_that_is_none_is_one_sentence_and_1(tmp_path, name):
    (tmp_path / "text.mp4").write_text("this is no video")
    (tmp_path / "empty.mp4").touch()
    done = anprd("replay", "--json", tmp_path / name)
    assert (done.code, done.out) == (1, "")
    assert name in done.sentence


@pytest.mark.weights
def test_weights_whose_hash_is_wrong_are_a_configuration_fault(tmp_path):
    folder = tmp_path / "weights"
    shutil.copytree(CONFIG.parent / "weights", folder)
    network = next(iter(sorted(folder.glob("*.bin"))))
    network.write_bytes(network.read_bytes()[:-1] + b"!")
    done = anprd("read", "--weights", folder, "x.jpg")
    assert done.code == 78
    assert network.name in done.sentence
    assert "sha256" in done.sentence


def test_weights_that_are_not_there_are_a_configuration_fault(tmp_path):
    done = anprd("read", "--weights", tmp_path, "x.jpg")
    assert done.code == 78
    assert "MANIFEST.toml" in done.sentence


def test_a_plot_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path):
    done = anprd("bench", "cameras", "--keep", tmp_path, "--plot", tmp_path / "missing" / "cost.svg")
    assert done.code == 1
    assert "cost.svg" in done.sentence
