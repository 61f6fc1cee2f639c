"""What a test needs and this machine lacks is skipped with the reason, never passed."""

import os
import shutil
from pathlib import Path

import pytest

from tests import redis_server, rtsp_server
from tests.training_environment import TrainingEnvironment

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items):
    wanted = {mark.name for item in items for mark in item.iter_markers()}
    missing = {name: reason for name, say in NEEDS.items() if name in wanted and (reason := say()) is not None}
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name) is not None:
                item.add_marker(pytest.mark.skip(reason=reason))


def train_python() -> Path:
    """The interpreter of the training environment."""
    return Path(os.environ.get("ANPRD_TRAIN_PYTHON", ROOT / ".venv-train" / "bin" / "python"))


@pytest.fixture(scope="session")
def training(tmp_path_factory):
    """The training environment, loaded."""
    with TrainingEnvironment(train_python(), tmp_path_factory.mktemp("training")) as loaded:
        yield loaded


def _no_redis() -> str | None:
    return None if redis_server.binaries() else redis_server.MISSING


def _no_weights() -> str | None:
    manifest = ROOT / "weights" / "MANIFEST.toml"
    return None if manifest.is_file() else f"no networks: {manifest} is missing"


def _no_training() -> str | None:
    python = train_python()
    return None if python.exists() else f"no training environment: {python} is missing; make train-env"


def _no_systemd() -> str | None:
    if not os.environ.get("ANPRD_TEST_SYSTEMD"):
        return "boots a machine of its own: make test-systemd"
    if os.geteuid() != 0:
        return "needs root"
    return None if shutil.which("systemd-nspawn") else "systemd-nspawn is missing: apt-get install systemd-container"


NEEDS = {
    "rtsp": rtsp_server.reason_missing,
    "redis": _no_redis,
    "weights": _no_weights,
    "training": _no_training,
    "systemd": _no_systemd,
}
