"""What the installation under test is made of."""

import pytest

from anprd.bench import site
from anprd.errors import ConfigError


def test_without_any_redis_server_it_says_what_to_install(monkeypatch):
    def missing():
        raise ConfigError("no extra")

    monkeypatch.setattr(site.embedded_redis, "find_server", missing)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigError, match="redis-server"):
        site.find_redis()


def test_the_systems_redis_server_will_do(monkeypatch, tmp_path):
    def missing():
        raise ConfigError("no extra")

    binary = tmp_path / "redis-server"
    binary.touch(0o755)
    monkeypatch.setattr(site.embedded_redis, "find_server", missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert site.find_redis() == binary
