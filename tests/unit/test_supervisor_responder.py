import errno

import pytest

from anprd.supervisor.responder import DEAF_S, Responder
from tests.fake_watch import FakeWatch


class FakeListener:
    """A listener that refuses with this error, while there is one."""

    def __init__(self):
        self.error = None
        self.closed = False

    def setblocking(self, _flag):
        pass

    def accept(self):
        raise OSError(self.error, "refused")

    def close(self):
        self.closed = True


class House:
    def __init__(self):
        self.listener, self.watch = FakeListener(), FakeWatch()
        self.responder = Responder(self.listener, self.watch, request_end=b"\n", answer=lambda request: request)

    def knock(self, error):
        self.listener.error = error
        self.watch.keys[self.listener]()

    @property
    def listens(self):
        return self.listener in self.watch.keys


@pytest.fixture
def house():
    return House()


@pytest.mark.parametrize("error", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_without_a_descriptor_to_spare_it_is_deaf_for_a_while(house, error):
    house.knock(error)
    assert not house.listens
    house.responder.expire(1000.0)
    house.responder.expire(1000.0 + DEAF_S - 0.1)
    assert not house.listens
    house.responder.expire(1000.0 + DEAF_S)
    assert house.listens
    house.knock(error)
    assert not house.listens


@pytest.mark.parametrize("error", [errno.EAGAIN, errno.ECONNABORTED])
def test_a_client_that_left_again_makes_nobody_deaf(house, error):
    house.knock(error)
    assert house.listens


def test_it_can_be_closed_while_it_is_deaf(house):
    house.knock(errno.EMFILE)
    house.responder.close()
    assert house.listener.closed
