"""What the daemon logs is what docs/operations.md explains, no more and no less."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOGGED_BY = {"debug", "info", "warning", "error", "say", "Tries"}
MADE = {"plate_confirmed", "plate_updated", "pass_unreadable"}  # worker/session.py puts these names together


def logged() -> set[str]:
    """Every name that is logged outside training: the first argument of a log's method, or of what logs."""
    names = set()
    for file in (ROOT / "anprd").rglob("*.py"):
        if "training" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            method = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if method in LOGGED_BY and isinstance(name, str) and re.fullmatch(r"[a-z]+(_[a-z]+)*", name):
                names.add(name)
    return names | MADE


def explained() -> set[str]:
    """The names in the first column of the tables under "Log events"."""
    text = (ROOT / "docs" / "operations.md").read_text()
    section = text.split("## Log events\n", 1)[1].split("\n## ", 1)[0]
    rows = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    return {name for cell in rows for name in re.findall(r"`([a-z_]+)`", cell)}


def test_every_log_event_is_explained_and_every_explained_one_exists():
    assert logged() == explained()


def test_every_metric_in_an_alarm_exists():
    text = (ROOT / "docs" / "operations.md").read_text()
    source = (ROOT / "anprd" / "observe" / "metrics.py").read_text()
    for name in set(re.findall(r"anprd_[a-z_]+(?=[{\[ )=><])", text)):
        assert f'"{name.removesuffix("_total")}"' in source, name


def test_it_asks_for_a_redis_that_evicts_nothing():
    text = (ROOT / "docs" / "operations.md").read_text()
    assert "`maxmemory-policy noeviction`" in text
