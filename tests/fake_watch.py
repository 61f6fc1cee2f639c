"""A stand-in for the selector that the supervisor waits at."""

import selectors


class FakeWatch:
    """A selector whose keys are made ready by hand."""

    def __init__(self):
        self.keys = {}

    def register(self, what, events, data):
        assert what not in self.keys
        assert events == selectors.EVENT_READ
        self.keys[what] = data

    def unregister(self, what):
        del self.keys[what]

    def get_map(self):
        return self.keys
