"""The fork server where no process can be forked for a while: one camera comes some seconds later, no other notices."""

from pathlib import Path

import pytest

from anprd.supervisor import status
from tests.daemon_process import DaemonProcess, row


@pytest.fixture
def daemon(tmp_path):
    with DaemonProcess(tmp_path, "tests.daemon_under_test") as made:
        yield made


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def descriptors(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_a_worker_that_cannot_be_forked_comes_later_and_costs_no_other_its_life(daemon, tmp_path):
    starved = tmp_path / "starved"
    daemon.write({"a": "steady"})
    before = daemon.start(STARVED=str(starved)).until_states(a="streaming")
    server = parent_of(row(before, "a")["pid"])
    held = descriptors(server), descriptors(daemon.process.pid)
    starved.touch()
    daemon.write({"a": "steady", "b": "steady"})
    assert status.reload(daemon.runtime_dir)["added"] == ["b"]
    daemon.until(lambda _: len(daemon.events("worker_not_started")) >= 2)
    daemon.until(lambda _: (descriptors(server), descriptors(daemon.process.pid)) == held)
    starved.unlink()
    after = daemon.until_states(a="streaming", b="streaming")
    assert row(after, "a")["pid"] == row(before, "a")["pid"]
    assert parent_of(row(after, "b")["pid"]) == server
    told = daemon.events("worker_not_started")[0]
    assert told["camera"] == "b"
    assert told["error"] == "the fork server had no process or memory to spare, or fell"


def test_where_not_even_the_first_can_be_forked_the_daemon_does_not_start(daemon, tmp_path):
    (tmp_path / "starved").touch()
    daemon.write({"a": "steady"})
    assert daemon.start(STARVED=str(tmp_path / "starved")).process.wait(20) == 1
    assert "StartError: the fork server did not come up" in daemon.said()
