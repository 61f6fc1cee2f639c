import os

import pytest

from anprd import document
from anprd.document import DEPTH_MAX, FILE_BYTES_MAX, DocumentError


@pytest.fixture
def read(tmp_path):
    def values(text: str | bytes):
        file = tmp_path / "file.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return document.read(file)

    return values


def test_values_come_with_their_lines(read):
    source = read("a: 1\nb:\n  c: [x, 2.5, true, null]\n")
    assert source.values == {"a": 1, "b": {"c": ["x", 2.5, True, None]}}
    assert source.lines == {("a",): 1, ("b",): 2, ("b", "c"): 3}


def test_a_key_that_stands_twice_is_a_fault_and_the_first_one_counts(read):
    source = read("a: {x: 1}\na: {x: 2}\n")
    assert source.values == {"a": {"x": 1}}
    assert [(fault.key, fault.line) for fault in source.faults] == [("a", 2)]
    assert source.lines["a", "x"] == 1


def test_a_key_is_the_text_that_was_written(read):
    assert read("no: 1\n12: 2\n12:30: 3\n").values == {"no": 1, "12": 2, "12:30": 3}


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "---\n", "\ufeff"])
def test_a_file_without_values_is_an_empty_mapping(read, text):
    assert read(text).values == {}


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("- a\n", "must be a mapping", 1),
        ("a: 1\nb: [\n", "is not valid YAML", 3),
        ("a: 1\n\tb: 2\n", "is not valid YAML", 2),
        ("a:\n\tb: 2\n", "is not valid YAML: a tab; indent with spaces", 2),
        ("# \u00fc\na: @x\n", "'@' may not begin a value; put the value in quotes", 2),
        ("a: %x\n", "'%' may not begin a value", 1),
        ("a: &x 1\nb: *x\n", "anchors", 1),
        ("a: 1\n---\nb: 2\n", "more than one document", 3),
        ("a: 1\n? [x]\n: 2\n", "plain text", 2),
        ("a: !!python/name:os.system ''\n", "is not valid YAML", 1),
        ("a: 2026-02-31\n", "'2026-02-31' is no timestamp; put text in quotes", 1),
        ("a: 1\nb: !!bool maybe\n", "'maybe' is no bool", 2),
        ('a: !!int ""\n', "'' is no int", 1),
        ("a: !!float ''\n", "'' is no float", 1),
        ("a: !!timestamp soon\n", "'soon' is no timestamp", 1),
        ("a: 1" + ":00" * 180 + ".0\n", "...' is no float", 1),
        ("a: 0x" + "f" * 5000 + "\n", "...' is larger than any number here", 1),
        ("a: 017\n", "'017' is 15 in YAML; write that, or put it in quotes", 1),
        ("a: 1:30\n", "'1:30' is 90 in YAML", 1),
        ("a: 1:30.5\n", "'1:30.5' is 90.5 in YAML", 1),
        ("a: 0x11\n", "'0x11' is 17 in YAML", 1),
        ("a: 1_000\n", "'1_000' is 1000 in YAML", 1),
        ("a: !!int rtsp://u:geheim@h/\n", "'rtsp://u:***@h/' is no int", 1),
        (b"a: 1\nb: \xff\n", "UTF-8", 2),
        ("a: \x00\n", "is not valid YAML", None),
        ("x" * (FILE_BYTES_MAX + 1), "is larger than 1024 KiB", None),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_where(read, text, says, line):
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert says in caught.value.fault.message
    assert not caught.value.fault.message.endswith(": ")  # the parser's own reason comes behind it
    assert caught.value.fault.line == line


@pytest.mark.parametrize("text", ["- " * 300_000, "[" * 300_000, "{a: " * 200_000])
def test_deep_nesting_is_refused_before_it_costs_a_stack(read, text):
    with pytest.raises(DocumentError, match=f"deeper than {DEPTH_MAX}"):
        read(text)


def test_a_missing_file_a_folder_and_a_forbidden_one_are_told_apart(tmp_path):
    with pytest.raises(DocumentError, match="does not exist"):
        document.read(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match="is a folder"):
        document.read(tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        document.read(tmp_path / ("x" * 300))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(DocumentError, match="no ordinary file"):
        document.read(tmp_path / "pipe.yaml")


def test_who_may_read_is_of_the_file_that_was_read(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("redis: embedded\n")
    file.chmod(0o604)
    assert document.read(file).mode & 0o777 == 0o604
