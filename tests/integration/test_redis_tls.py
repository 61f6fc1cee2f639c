"""Redis over TLS, with an authority of its own, a user and a password: everything that may be wrong is told."""

import shutil
import subprocess

import pytest
import redis

from anprd.errors import ConfigError, SinkError
from anprd.events.redis_stream import RedisStream
from tests.event_fakes import event
from tests.redis_server import RedisServer, binaries, free_port

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing: apt-get install openssl"),
]
STREAM = "anprd:events"
PASSWORD = "p@ss:w/rd"
QUOTED = "p%40ss%3Aw%2Frd"


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, and a certificate of it for `localhost` alone; another authority that nobody asked."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ca", "other"):
        _openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", f"/CN={name}"),
            *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"),
        )
    _openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
        *("-keyout", folder / "us.key", "-out", folder / "us.csr"),
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    _openssl(
        *("x509", "-req", "-days", 2, "-in", folder / "us.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"),
        *("-CAcreateserial", "-extfile", folder / "names", "-out", folder / "us.pem"),
    )
    return folder


@pytest.fixture(scope="module")
def server(certificates, tmp_path_factory):
    """A server that takes TLS with a client certificate, and a user who may only do what the daemon does."""
    port = free_port()
    options = {
        "--tls-port": port,
        "--tls-cert-file": certificates / "us.pem",
        "--tls-key-file": certificates / "us.key",
        "--tls-ca-cert-file": certificates / "ca.pem",
        "--tls-auth-clients": "yes",
    }
    words = tuple(str(word) for option in options.items() for word in option)
    acl = f"on >{PASSWORD} ~{STREAM}* +@stream +@sortedset +@scripting +expire +ping"
    try:
        with RedisServer(tmp_path_factory.mktemp("redis"), binary=binaries()[0], options=words) as running:
            redis.Redis(port=running.port).execute_command("ACL", "SETUSER", "anprd", *acl.split())
            yield port
    except RuntimeError as error:
        pytest.skip(f"this redis-server has no TLS: {error}")


@pytest.fixture
def stream(server, certificates):
    def opened(*, user="anprd", password=QUOTED, host="localhost", ca="ca", scheme="rediss", ours="us"):
        named = {"ssl_ca_certs": f"{ca}.pem", "ssl_certfile": f"{ours}.pem", "ssl_keyfile": f"{ours}.key"}
        files = "&".join(f"{option}={certificates}/{name}" for option, name in named.items())
        query = f"?{files}" if scheme == "rediss" else ""
        return RedisStream(f"{scheme}://{user}:{password}@{host}:{server}/0{query}", STREAM, 1000)

    return opened


def test_events_go_over_tls_as_a_user_who_may_do_no_more_than_needed(stream):
    made = stream()
    assert made.publish([event(1), event(2)]) == 2
    assert made.publish([event(2)]) == 0
    assert [entry.fields["id"] for entry in made.read(10)] == ["gate-1", "gate-2"]
    made.ping()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ca": "other"}, "certificate"),
        ({"host": "127.0.0.1"}, "certificate"),
        ({"scheme": "redis"}, ""),
        ({"password": "wrong"}, "WRONGPASS|password"),
        ({"user": "nobody"}, "WRONGPASS|password"),
    ],
)
def test_what_is_wrong_is_told_and_no_password_with_it(stream, wrong, said):
    with pytest.raises(SinkError, match=f"(?i){said}") as caught:
        stream(**wrong).ping()
    assert PASSWORD not in str(caught.value)
    assert QUOTED not in str(caught.value)


def test_a_certificate_that_is_not_there_is_the_operators_to_mend(stream, certificates):
    with pytest.raises(ConfigError, match=r"ssl_ca_certs in the URL names .*missing.pem, which is not there"):
        stream(ca="missing")
