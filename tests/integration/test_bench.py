"""The benchmark's cameras are cameras to FFmpeg and to the daemon, and what it reports of them is whole."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from anprd.bench import cameras, film, judge, playlist, processes, server
from anprd.bench.cameras import Load
from anprd.bench.film import Film, FilmPlan
from anprd.bench.site import CameraServer
from anprd.errors import ConfigError, SourceError
from anprd.video import container
from anprd.video.decoder import Decoder

PLAN = FilmPlan(width=960, height=540, fps=10, small_width=320, small_fps=5, pass_count=1, spare_count=0)


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Film:
    told = []
    made = film.made(tmp_path_factory.mktemp("film"), PLAN, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == len(told)
    return made


@pytest.fixture
def played(shown, tmp_path) -> Iterator[CameraServer]:
    cuts = playlist.circle(shown.pieces[0].gop_count, [piece.gop_count for piece in shown.pieces[1:]], 1.0)
    started = CameraServer(tmp_path, shown, cuts, playlist.showings(["a", "b"], cuts, time.monotonic()))
    yield started
    started.stop()


def pictures(url, count):
    stream = container.open_network(url, transport="tcp", open_timeout_s=5, read_timeout_s=5)
    decoding = Decoder(stream, Counter())
    found = []
    for packet in stream.packets():
        found += decoding.decode(packet)
        if len(found) >= count:
            stream.close()
            return found
    raise AssertionError("the stream ended")


def test_the_film_is_rendered_once_and_has_a_vehicle(shown):
    assert film.made(shown.folder.parent, PLAN, lambda *_: pytest.fail("it is there")) == shown
    idle, vehicle = shown.pieces
    assert idle.shown is None
    assert 0 < vehicle.shown.first_s < vehicle.shown.last_s < vehicle.gop_count * playlist.GOP_S


@pytest.mark.parametrize(("path", "width", "fps"), [(server.main_path, 960, 10), (server.small_path, 320, 5)])
def test_both_streams_come_evenly_and_dated_by_the_sender(played, path, width, fps):
    found = pictures(played.url(path("b")), 12)
    assert {one.width for one in found} == {width}
    steps = [after.pts_s - before.pts_s for before, after in pairwise(found[1:])]  # FFmpeg does not date the first
    assert steps == pytest.approx([1 / fps] * len(steps), abs=0.001)
    assert found[-1].sender_s == pytest.approx(time.time(), abs=2.0)


def test_a_stream_that_it_does_not_have_is_refused(played):
    with pytest.raises(SourceError):
        pictures(played.url("c/main"), 1)


def test_what_was_sent_is_told_at_the_end(played):
    pictures(played.url("a/main"), 5)
    assert played.stop()["frames"] >= 5


def test_a_viewer_that_does_not_read_costs_frames_and_no_memory(shown):
    cuts = playlist.circle(shown.pieces[0].gop_count, (), 0.0)
    streams = server.streams_of(shown, cuts, {"a": 0.0})
    ours, theirs = socket.socketpair()
    sent = server.Sent()
    viewer = server.Viewer(ours, streams, sent)
    theirs.sendall(b"PLAY rtsp://h/a/main RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    viewer.hear(0.0)
    for second in range(200):
        viewer.play(float(second))
    assert viewer.held_up
    assert len(viewer._pending) < 2 * server.KEPT_BYTES
    assert sent.left_out > 0
    assert sent.frames + sent.left_out == pytest.approx(200 * PLAN.fps, abs=2 * playlist.GOP_S * PLAN.fps)
    ours.close()
    theirs.close()


@pytest.mark.weights
def test_what_the_networks_read_unhurried_is_judged_once(shown):
    told = []
    chosen = judge.sure(shown, None, lambda done, total: told.append((done, total)))
    assert len(chosen.passes) == PLAN.pass_count
    assert told == [(1, 1)]
    assert judge.sure(shown, None, lambda *_: pytest.fail("it was judged")) == chosen


def test_what_a_process_costs_is_counted_with_all_below_it():
    before = processes.all_of_them()[os.getpid()].cpu_s
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        family = processes.family(processes.all_of_them(), os.getpid())
        assert {os.getpid(), child.pid} <= {one.pid for one in family}
        assert (processes.shared_out_bytes([child.pid]) or 1) > 0
        child.communicate(b"\n")
    assert processes.all_of_them()[os.getpid()].cpu_s >= before
    assert processes.family(processes.all_of_them(), child.pid) == []


@pytest.mark.weights
@pytest.mark.redis
def test_two_cameras_before_the_real_daemon(shown):
    found = cameras.measure(shown, Load(2, "always", 0.5, 4.0, settle_s_max=2.0), None)
    assert found["streaming"] == 2
    assert 0 < found["cpu"]["workers"] < found["cpu"]["total"]
    assert found["memory"]["own_mb"]["min"] > 0
    passes = found["passes"]
    assert passes["confirmed"] + len(passes["missed"]) + len(passes["doubled"]) == passes["due"]
    assert passes["wrong"] == 0
    assert found["fits"] is (not found["troubles"])


def test_the_floor_decodes_what_is_sent(shown):
    found = cameras.measure(shown, Load(2, "floor", 1.0, 3.0), None)
    assert found["decoded_ratio"] > 0.5
    assert found["cpu"]["daemon"] == 0.0


@pytest.mark.parametrize("plan", [{"width": 321}, {"width": 100}, {"fps": 0}, {"small_fps": 26}])
def test_what_cannot_be_filmed_is_refused(plan):
    with pytest.raises(ValueError, match="a film has"):
        FilmPlan(**plan)


def test_a_folder_that_cannot_keep_the_film_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="--keep"):
        film.made(tmp_path / "file", PLAN, lambda *_: None)
