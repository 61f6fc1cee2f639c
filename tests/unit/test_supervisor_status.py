import errno
import os
import socket

import pytest

from anprd.errors import ConfigError, StartError
from anprd.supervisor import status


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.ENOMEM])
def test_a_socket_that_has_no_place_now_may_have_one_later(tmp_path, monkeypatch, number):
    class Socket(socket.socket):
        def bind(self, address):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", Socket)
    with pytest.raises(StartError) as caught:
        status.listen(tmp_path)
    assert str(caught.value) == f"cannot make {tmp_path}/status.sock: {os.strerror(number)}; set another `runtime_dir`"


def test_what_lies_in_its_place_is_the_operators(tmp_path):
    (tmp_path / "status.sock").mkdir()
    with pytest.raises(ConfigError, match="set another `runtime_dir`"):
        status.listen(tmp_path)


def test_a_directory_with_too_long_a_name_is_the_operators_too(tmp_path):
    folder = tmp_path / ("r" * 108)
    folder.mkdir()
    with pytest.raises(ConfigError, match="too long; set a shorter `runtime_dir`"):
        status.listen(folder)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request", b"[1, 2]", b"[" * 100_000, b"\xff"])
def test_who_answers_with_anything_but_an_object_is_no_daemon(tmp_path, monkeypatch, said):
    monkeypatch.setattr(status, "_read_all", lambda _door: said)
    with status.listen(tmp_path), pytest.raises(status.NotRunningError, match="no daemon answers"):
        status.fetch(tmp_path)
