"""What a command takes for the service's variables is what systemd gives to the daemon."""

import pytest

from anprd.cli.places import assignments


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("X=plain", "plain"),
        (" X = v ", "v"),
        ("X=", ""),
        ("X=a b  # c", "a b  # c"),
        ('X="in quotes "', "in quotes "),
        ("X='x\\y'", "x\\y"),
        (r'X="a\"b"', 'a"b'),
        (r'X="p\q"', r"p\q"),
        (r'X="p\$w"', "p$w"),
        (r"X=a\b", "ab"),
        (r"X=a\ b", "a b"),
        ('X=p"q', 'p"q'),
        ('X="a"b', "ab"),
        ('X="unclosed', '"unclosed'),
    ],
)
def test_a_value_is_what_systemd_makes_of_it(line, value):
    """As systemd 252's own parser has them, but for the last, which it continues on the next line."""
    assert assignments(f"# X=no\n;X=no\n{line}\n") == {"X": value}
