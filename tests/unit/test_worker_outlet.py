import io

from anprd.worker.outlet import Outlet


class ClosedTerminal(io.StringIO):
    def write(self, _text):
        raise OSError(5, "Input/output error")

    def flush(self):
        raise BrokenPipeError

    def isatty(self):
        return True


def test_what_is_written_arrives():
    stream = io.StringIO()
    Outlet(stream).write("a line\n")
    assert stream.getvalue() == "a line\n"
    assert not Outlet(stream).isatty()


def test_a_reader_that_left_is_no_error():
    outlet = Outlet(ClosedTerminal())
    outlet.write("a line\n")
    outlet.flush()
    assert outlet.isatty()
