import contextlib
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd import settings
from anprd.errors import ConfigError
from anprd.faults import SettingsError
from anprd.redaction import redact
from anprd.settings import CameraDefaults, CameraSettings, Settings

MANUAL = Path(__file__).parents[2] / "config" / "cameras.yaml"


@pytest.fixture
def load(tmp_path):
    def loaded(text: str, **environ: str) -> Settings:
        file = tmp_path / "cameras.yaml"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        return settings.load(file, environ)

    return loaded


@pytest.fixture
def faults(load):
    def found(text: str, **environ: str) -> dict[str, str]:
        with pytest.raises(SettingsError) as caught:
            load(text, **environ)
        return {fault.key: fault.message for fault in caught.value.faults}

    return found


def test_an_empty_file_is_all_defaults(load):
    assert load("") == Settings()


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("", False),
        ("\n# nothing but this\n", False),
        ("stream: other", False),
        ("cameras:", False),
        ("cameras:\n# gate: {url: file:a.mp4}\n", False),
        ("cameras: {}", True),
        ("cameras: {gate: {url: file:a.mp4}}", True),
    ],
)
def test_a_file_that_says_that_there_are_no_cameras_is_told_from_one_that_says_nothing(load, text, speaks):
    assert load(text).speaks_of_cameras is speaks


def test_a_camera_with_a_substream_may_be_told_to_wake_by_it(load, faults):
    camera = "cameras: {{gate: {{url: 'rtsp://192.0.2.1/main', wake: substream{}}}}}"
    (gate,) = load(camera.format(", substream: 'rtsp://192.0.2.1/sub'")).cameras
    assert (gate.wake, gate.substream) == ("substream", "rtsp://192.0.2.1/sub")
    assert faults(camera.format("")) == {"cameras.gate.substream": "is missing, and wake: substream needs it"}


def test_a_camera_is_its_own_keys_over_the_defaults(load):
    loaded = load("""
defaults: {detect_fps_max: 4, transport: udp}
cameras:
  gate-north: {url: rtsp://192.0.2.11/a}
  gate-south: {url: rtsp://192.0.2.12/a, detect_fps_max: 12}
""")
    assert [(camera.name, camera.detect_fps_max, camera.transport) for camera in loaded.cameras] == [
        ("gate-north", 4.0, "udp"),
        ("gate-south", 12.0, "udp"),
    ]


def test_variables_are_filled_in_from_the_environment(load):
    loaded = load("cameras: {gate: {url: 'rtsp://anpr:${PASSWORD}@192.0.2.11:${PORT}/a'}}", PASSWORD="x", PORT="8554")
    assert loaded.cameras[0].url == "rtsp://anpr:x@192.0.2.11:8554/a"


def test_an_unset_variable_is_a_fault_that_names_it(faults):
    assert (
        "GATE_PASSWORD, which is not set"
        in faults("cameras: {gate: {url: 'rtsp://a:${GATE_PASSWORD}@h/'}}")["cameras.gate.url"]
    )


@pytest.mark.parametrize("text", ["${a-b}", "${", "${}", "x${Y"])
def test_a_broken_variable_is_a_fault_and_not_taken_as_it_stands(faults, text):
    assert "no variable" in faults(f"redis: '{text}'")["redis"]


def test_relative_paths_are_meant_from_the_files_folder(load, tmp_path):
    loaded = load("""
state_dir: var/lib
weights_dir: ../weights
cameras: {demo: {url: file:clips/../clips/demo.mp4}}
""")
    assert loaded.state_dir == tmp_path / "var/lib"
    assert loaded.weights_dir == tmp_path.parent / "weights"
    assert loaded.cameras[0].url == f"file:{tmp_path}/clips/demo.mp4"


@pytest.mark.parametrize("url", ["file:/clips/demo.mp4", "file:///clips/demo.mp4", "/clips/demo.mp4"])
def test_an_absolute_file_stays_where_it_is(load, url):
    assert load(f"cameras: {{demo: {{url: '{url}'}}}}").cameras[0].url == "file:/clips/demo.mp4"


def test_every_fault_is_told_at_once_in_the_files_order(load, tmp_path):
    with pytest.raises(SettingsError) as caught:
        load("""redis: nonsense
streem: x
defaults: {detect_fps_max: 0}
cameras:
  gate: {url: rtsp://192.0.2.1/, votes_min: many}
  gate: {url: rtsp://192.0.2.2/}
  yard: {}
""")
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (1, "redis"),
        (2, "streem"),
        (3, "defaults.detect_fps_max"),
        (5, "cameras.gate.votes_min"),
        (6, "cameras.gate"),
        (7, "cameras.yard.url"),
    ]
    assert str(caught.value).splitlines()[1].startswith(f"{tmp_path}/cameras.yaml:2: streem: ")


def test_a_faulty_default_is_told_once_and_not_for_each_camera(faults):
    text = "defaults: {transport: tpc}\ncameras: {a: {url: rtsp://h/}, b: {url: rtsp://h/}}"
    assert faults(text) == {"defaults.transport": "'tpc' must be 'tcp' or 'udp'"}


def test_what_only_asks_the_daemon_needs_no_password_of_a_camera(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("runtime_dir: run\ncameras: {gate: {url: 'rtsp://a:${UNSET}@h/'}}\n")
    assert settings.load_without_cameras(file, {}).runtime_dir == tmp_path / "run"
    file.write_text("runtime_dir: 5\n")
    with pytest.raises(SettingsError, match="must be a path"):
        settings.load_without_cameras(file, {})


def test_a_fault_is_a_configuration_fault():
    assert issubclass(SettingsError, ConfigError)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("detect_fps_max: 99", "99 must be a number above 0 and at most 60"),
        ("detect_fps_max: yes", "true must be a number, not true or false"),
        ("detect_fps_max: .nan", "nan must be a number above 0"),
        ("votes_min: 2.5", "2.5 must be a whole number from 1 to 100"),
        ("votes_min: 16", "must be at least votes_min"),
        ("detector_confidence_min: 1.1", "1.1 must be a number from 0 to 1"),
        ("transport: sctp", "'sctp' must be 'tcp' or 'udp'"),
        ("enabled: perhaps", "'perhaps' must be true or false"),
        ("read_timeout_s:", "has no value: write a number above 0"),
        ("detect_fps_mx: 5", "did you mean 'detect_fps_max'?"),
        ("colour: red", "is not a key here; the keys are"),
        ("name: other", "the camera's name is 'gate', its key"),
        ("substream: 5", "5 must be text"),
        ("substream: ftp://h/x", "must begin with rtsp://, rtsps://, http://, https://"),
        ("substream: 'rtsp://h/a b'", "must not hold a space"),
        ("substream: 'rtsp://h:port/'", "names no valid host and port"),
        ("substream: 'rtsp:///nohost'", "names no valid host and port"),
        ("substream: rtsp://a..b/", "names no valid host and port"),
        ("substream: rtsp://u:p@ss/word@192.0.2.1:554/", "in a password write '/' as %2F"),
        ("substream: small.mp4", "must begin with rtsp://, rtsps://, http://, https://"),
        ("substream: file:small.mp4", "must begin with rtsp://, rtsps://, http://, https://"),
    ],
)
def test_a_fault_says_what_is_allowed(faults, line, says):
    (message,) = faults(f"cameras:\n  gate:\n    url: rtsp://192.0.2.1/\n    {line}\n").values()
    assert says in message


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("redis: localhost:6379", "must be 'embedded' or a URL"),
        ("redis: redis://u:p@ss/word@host:6379/0", "in a password write '/' as %2F"),
        ("redis: redis://a..b/0", "names no valid host and port"),
        ("redis: redis://" + "x" * 64 + "/0", "names no valid host and port"),
        ("metrics_address: a..b:9108", "HOST:PORT"),
        ("metrics_address: '[]:9108'", "HOST:PORT"),
        ("metrics_address: '9108'", "HOST:PORT"),
        ("metrics_address: 9108", "9108 must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:9108"),
        ("metrics_address: http://127.0.0.1:9108", "HOST:PORT"),
        ("metrics_address: u:geheim@localhost:9108", "HOST:PORT"),
        ("metrics_address: 127.0.0.1:99999", "HOST:PORT"),
        ("state_dir: ''", "must be a path, not empty"),
        ('weights_dir: "a\\0b"', "must not hold a NUL character"),
        ('runtime_dir: "a\\0b"', "must not hold a NUL character"),
        ('allow_readable_passwords: "true"', "'true' must be true or false"),
        ("name: x", "is not a key here"),
        ("defaults: {name: x}", "is not a key here"),
        ("runtime_dir: /" + "r" * 100, "too long for the Unix socket"),
        ("cameras: [a, b]", "a list must be a mapping"),
        ("cameras: {gate: rtsp://h/}", "'rtsp://h/' must be a mapping"),
        ("cameras: {gate: {url: }}", "is missing: write the camera's URL"),
        ("cameras: {-gate: {url: rtsp://h/}}", "a camera's name is"),
        ("defaults: 5", "5 must be a mapping"),
        ("defaults: {url: rtsp://h/}", "is not a key here"),
    ],
)
def test_a_fault_outside_the_cameras_says_what_is_allowed(faults, line, says):
    (message,) = faults(line).values()
    assert says in message


def test_more_cameras_than_processes_make_sense_are_a_fault(faults):
    cameras = "".join(
        f"  camera-{index}: {{url: rtsp://192.0.2.1/}}\n" for index in range(settings.CAMERA_COUNT_MAX + 1)
    )
    assert "at most 1000" in faults("cameras:\n" + cameras)["cameras"]


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://anpr:hunter2@192.0.2.1:port/",
        "rtsp://anpr:hun/hunter2@192.0.2.1/",
        "rtsp://anpr:12/hunter2@192.0.2.1/",
        "rtsp://anpr:p@hun/hunter2@192.0.2.1/",
        "rtsp://anpr:p@hun/hunter2@192.0.2.1:554/",
        "rtsp://anpr:p@hun?hunter2@192.0.2.1:554/",
        "rtsp://anpr:hun@hunter2@192.0.2.1:port/",
        "rtsp://anpr:hunter2@192.0.2.1/ a",
        "ftp://anpr:hunter2@192.0.2.1/",
    ],
)
def test_a_password_in_a_faulty_url_is_not_shown(load, url):
    with pytest.raises(SettingsError) as caught:
        load(f"cameras: {{gate: {{url: '{url}'}}}}")
    assert "hunter2" not in str(caught.value)


def test_no_example_of_a_url_is_covered_as_a_password(faults):
    (message,) = faults("cameras: {gate: {}}").values()
    assert "rtsp://192.0.2.11/stream" in message
    assert redact(message) == message


def test_hosts_of_every_kind_are_taken(load):
    for host in ("camera", "camera.example.", "192.0.2.1:554", "[2001:db8::1]:554", "k\u00e4mera.example"):
        assert load(f"cameras: {{gate: {{url: 'rtsp://u:p%40@{host}/a'}}}}").cameras[0].url.endswith(f"@{host}/a")
    for address in ("127.0.0.1:9108", "[::1]:9108", "localhost:9108"):
        assert load(f"metrics_address: '{address}'").metrics_address == address


def test_the_value_of_an_unknown_key_is_not_shown_since_it_may_be_a_password(load):
    with pytest.raises(SettingsError) as caught:
        load("cameras: {gate: {url: rtsp://h/, camera_pin: hunter2}}")
    assert "hunter2" not in str(caught.value)


def test_the_value_of_a_variable_is_never_shown(load):
    with pytest.raises(SettingsError) as caught:
        load("cameras: {gate: {url: '${URL}'}}", URL="gopher://user:hunter2@h/?x")
    assert "hunter2" not in str(caught.value)


def test_a_models_own_error_does_not_show_its_input():
    with pytest.raises(ValueError) as caught:
        CameraSettings(name="gate", url="rtsp://anpr:hunter2@h:port/")
    assert "hunter2" not in str(caught.value)


def test_embedded_and_redis_urls_are_taken(load):
    for redis in ("embedded", "redis://h:6379/0", "rediss://:x@h/1", "unix:///run/redis.sock"):
        assert load(f"redis: {redis}").redis == redis


@pytest.mark.parametrize(
    "text",
    [
        "{name}: 1",
        "{name}: 1\n{name}: 2",
        "cameras: {{{name}: {{url: file:a.mp4, {name}: 1}}}}",
        "cameras: {{gate: {{url: 'rtsp://h/', transport: {name}}}}}",
        "cameras: {{gate: {{url: 'rtsp://h/', votes_min: {name}}}}}",
        "redis: '${{{name}}}'",
        "redis: '${{file:{name}}}'",
        "- {name}",
        "when: 2026-02-31 {name}",
        "[{name}]: 1",
    ],
)
@pytest.mark.parametrize("letter", ["a", "9", "\u202e"])
def test_no_fault_quotes_more_than_a_line_or_two_of_the_file(load, text, letter):
    with pytest.raises(SettingsError) as caught:
        load(text.format(name=letter * 200_000))
    assert all(len(fault.sentence("cameras.yaml")) < 2000 for fault in caught.value.faults)


@given(st.text(max_size=60))
def test_any_text_is_either_settings_or_a_configuration_fault(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any") / "cameras.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(SettingsError):
        settings.load(file, {})


def test_the_manual_loads():
    assert settings.load(MANUAL, {}).cameras == ()


def test_the_manual_holds_every_key_with_its_default():
    text = MANUAL.read_text(encoding="utf-8")
    values = settings.document.read(MANUAL).values
    assert CameraDefaults.model_validate(values["defaults"]) == CameraDefaults()
    assert set(values["defaults"]) == set(CameraDefaults.model_fields)
    assert set(values) == {*Settings.model_fields, "defaults"}
    loaded = settings.load(MANUAL, {})
    assert loaded == Settings()
    for key in CameraSettings.model_fields:
        assert key == "name" or f"{key}:" in text


def test_the_cameras_of_the_manual_load_once_uncommented(tmp_path):
    lines = MANUAL.read_text(encoding="utf-8").splitlines()
    start = lines.index("cameras: {}")
    shown = [line.removeprefix("# ").removeprefix("#") for line in lines[start + 1 :] if line.startswith("#   ")]
    file = tmp_path / "cameras.yaml"
    file.write_text("cameras:\n" + "\n".join(shown))
    names = [camera.name for camera in settings.load(file, {"GATE_NORTH_PASSWORD": "x"}).cameras]
    assert names == ["gate-north", "gate-south", "yard"]


PASSWORD = "cameras: {a: {url: 'rtsp://u:hunter2@192.0.2.1/'}}"


@pytest.fixture
def readable(tmp_path):
    """The faults of a file that every user may read."""

    def found(text: str, mode: int = 0o644) -> list[str]:
        file = tmp_path / "cameras.yaml"
        file.write_text(text)
        file.chmod(mode)
        try:
            settings.load(file, {"PASSWORD": "x"})
        except SettingsError as error:
            return [fault.sentence(file.name) for fault in error.faults]
        return []

    return found


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        "cameras: {a: {url: 'rtsp://192.0.2.1/', substream: 'rtsp://u:hunter2@192.0.2.1/'}}",
        "cameras: {a: {url: 'http://192.0.2.1/mjpg?user=u&pwd=hunter2'}}",
        "redis: redis://:hunter2@localhost/0",
        "redis: redis://localhost/0?password=hunter2",
    ],
)
def test_a_password_in_a_file_that_every_user_may_read_is_refused(readable, text):
    (sentence,) = readable(text)
    assert "every user may read this file; chmod 640 " in sentence
    assert "hunter2" not in sentence


def test_a_password_that_many_cameras_share_is_told_once(readable):
    url = "rtsp://u:hunter2@192.0.2.1/"
    (sentence,) = readable(f"cameras:\n  a: {{url: '{url}1'}}\n  b: {{url: '{url}2'}}")
    assert sentence.startswith("cameras.yaml:2: cameras.a.url: ")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (PASSWORD, 0o640),
        ("allow_readable_passwords: true\n" + PASSWORD, 0o644),
        ("cameras: {a: {url: 'rtsp://u:${PASSWORD}@192.0.2.1/'}}", 0o644),
        ("# rtsp://u:hunter2@h/\ncameras: {a: {url: rtsp://192.0.2.1/}}", 0o644),
    ],
)
def test_a_file_that_gives_nothing_away_is_taken(readable, text, mode):
    assert readable(text, mode) == []


def test_a_key_that_a_variable_puts_into_a_path_is_not_shown(load):
    (camera,) = load(
        "cameras: {gate: {url: 'rtsps://u:${P}@h/${KEY}', substream: 'http://h/?s=${KEY}'}}", P="p", KEY="k3y"
    ).cameras
    assert camera.url == "rtsps://u:p@h/k3y"
    assert camera.shown(camera.url) == "rtsps://u:***@h/***"
    assert camera.shown("http://h/?s=k3y") == "http://h/?s=***"
    assert pickle.loads(pickle.dumps(camera)).shown(camera.url) == camera.shown(camera.url)
    assert "k3y" not in camera.model_copy(update={"enabled": False}).shown(camera.url)
