"""The Redis stream: the one module that speaks to Redis.

Exactly once needs a memory beside the stream, because a reply can be lost after the work was done: the publisher dies,
or the connection breaks, between XADD and the answer, and the same events come again. So a script adds the events and,
in the same atomic step, notes their keys (id and revision) in a sorted set `STREAM:seen:HOST:CAMERA`; what is noted
there is not added again. That set lives in Redis, with the stream, so both survive or are lost together.

It is bounded to the last `SEEN_MAX` events of the camera, and gone `SEEN_DAYS` after the last one. That is enough: a
camera has one publisher, which sends its spool in order and one batch at a time, so only the last batch (`BATCH_MAX`
events) can ever come again. The host is part of the name so that a second daemon with a camera of the same name cannot
push the keys out; it is the event's host, since a container may be called otherwise when it finds its old spool again.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qs, urlsplit

import redis
from redis._parsers import _RESP2Parser  # there is no public way to say how long an answer may be
from redis._parsers.socket import SocketBuffer
from redis.backoff import NoBackoff
from redis.retry import Retry

from anprd.errors import ConfigError, SinkError
from anprd.events.record import Event
from anprd.redaction import redact

BATCH_MAX = 64  # events a script call adds: a fraction of a millisecond, so Redis is never held up
SEEN_MAX = 4 * BATCH_MAX  # four times what can come again; about 30 kB a camera
SEEN_DAYS = 30  # a daemon that was killed right after sending and stays off for a month may send one batch twice
CONNECT_TIMEOUT_S = 3.0  # a dead host shows within this; a living one answers in milliseconds
REPLY_TIMEOUT_S = 3.0
FOLLOW_S_MAX = 2.0  # a blocking read must come back before the reply is overdue
READ_MAX = 1000  # entries in one answer, some 600 kB
REPLY_BYTES_MAX = 8 << 20  # a dozen times that: other programs may write to the stream as well

# KEYS: stream, seen. ARGV: stream length, seen length, seen seconds, then for each event its key, the number of its
# fields and values, and these. ZREVRANGE comes first: if `seen` is of a wrong type it fails before anything is written.
# The scores count on, so that the oldest keys have the lowest.
_ADD = """
local top = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local score = tonumber(top[2] or '0')
local added = 0
local at = 4
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  if not redis.call('ZSCORE', KEYS[2], ARGV[at]) then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, at + 2, at + 1 + count))
    score = score + 1
    redis.call('ZADD', KEYS[2], score, ARGV[at])
    added = added + 1
  end
  at = at + 2 + count
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
redis.call('EXPIRE', KEYS[2], ARGV[3])
return added
"""

# What redis-py, and we, raise at a reply that has another form than the command's.
_NO_REPLY = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_NO_REDIS = "what answers there does not speak as Redis does; see whether the address is right"
_T = TypeVar("_T")

# What Redis adds to a refusal (7 behind it, 6 before it). Its `@` would be taken for the end of a password.
_WHERE_IN_THE_SCRIPT = re.compile(r"\s*script: [0-9a-f]{40}, on @user_script:[0-9]+\.?|@(?=user_script:)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the stream: `anprd.events.record.typed(entry.fields)` gives the event's JSON."""

    entry_id: str
    fields: dict[str, str]


class RedisStream:
    """The stream of events. It connects when it is first used, and again after every failure."""

    def __init__(self, url: str, stream: str, length_max: int) -> None:
        """
        Args:
            url: redis://, rediss:// (TLS) or unix://, as redis-py reads them.
            stream: the key of the stream.
            length_max: about so many entries are kept (`MAXLEN ~` cuts whole nodes, so up to 100 more).

        Raises:
            ConfigError: the URL cannot be used, whatever answers there.
        """
        self._shown = redact(url)
        self.name = stream
        self._length_max = length_max
        self._client = _client(url)
        self._script = self._client.register_script(_ADD)

    def publish(self, events: Sequence[Event]) -> int:
        """Add the events that the stream has not had yet, in this order, and say how many these were.

        All of one camera and host are added in one atomic step, at most `BATCH_MAX` at a time. After a SinkError some
        or all may have been added: publishing the same events again is safe, and adds only what is missing.

        Raises:
            SinkError: Redis is away, still loading, read-only, full, wants another password, ...
        """
        return sum(self._add(batch) for batch in _batches(events))

    def read(self, count: int) -> list[Entry]:
        """The newest `count` entries (at most `READ_MAX`), oldest first. Raises SinkError."""
        if count < 1:
            return []
        return self._call(lambda: _entries(self._client.xrevrange(self.name, count=min(count, READ_MAX))))[::-1]

    def follow(self, last_id: str, block_s: float) -> list[Entry]:
        """Entries after `last_id`, oldest first, waiting for one for at most `block_s` (never above `FOLLOW_S_MAX`).

        An empty list: nothing came yet, ask again with the same id. Raises SinkError.
        """
        block_ms = max(1, round(min(block_s, FOLLOW_S_MAX) * 1000))  # 0 would mean for ever
        return self._call(lambda: _followed(self._client.xread({self.name: last_id}, count=READ_MAX, block=block_ms)))

    def ping(self) -> None:
        """Raises SinkError where Redis does not answer as it should."""
        self._call(lambda: _check_pong(self._client.ping()))

    def close(self) -> None:
        """Let the connections go. A later call opens one again."""
        self._client.close()

    def _add(self, batch: Sequence[Event]) -> int:
        first = batch[0]
        keys = [self.name, f"{self.name}:seen:{first.host}:{first.camera}"]
        arguments: list[str | int] = [self._length_max, SEEN_MAX, SEEN_DAYS * 86_400]
        for event in batch:
            flat = [text for pair in event.to_fields().items() for text in pair]
            arguments += [event.key, len(flat), *flat]
        return self._call(lambda: int(self._script(keys, arguments)))

    def _call(self, command: Callable[[], _T]) -> _T:
        """What `command` makes of the reply: what is no Redis may say anything, which shows only there."""
        cause: Exception
        try:
            return command()
        except (redis.RedisError, OSError) as error:
            reason, cause = _reason(error), error
        except _NO_REPLY as error:
            reason, cause = f"{_NO_REDIS} ({type(error).__name__})", error
        # A connection outlives a refusal, and a failover, too: at its other end the old primary reads only.
        self._client.connection_pool.disconnect(inuse_connections=False)
        raise SinkError(f"Redis at {self._shown}: {reason}") from cause


class _BoundedBuffer(SocketBuffer):
    """What was read of an answer, all of it until its end."""

    def read(self, length: int, *arguments: Any, **options: Any) -> bytes:  # redis-py's own
        self._refuse(length)
        return super().read(length, *arguments, **options)

    def _read_from_socket(self, *arguments: Any, **options: Any) -> bool:
        self._refuse(self._buffer.getbuffer().nbytes)
        return super()._read_from_socket(*arguments, **options)

    @staticmethod
    def _refuse(size_bytes: int) -> None:
        if size_bytes > REPLY_BYTES_MAX:
            raise redis.InvalidResponse(f"it answers with more than {REPLY_BYTES_MAX >> 20} MiB")


class _BoundedParser(_RESP2Parser):
    """Of whoever stands at the address: without a limit he fills the memory of the daemon and of all workers."""

    def on_connect(self, connection: Any) -> None:  # noqa: ANN401  # any of redis-py's connections
        super().on_connect(connection)  # type: ignore[no-untyped-call]
        self._buffer = _BoundedBuffer(connection._sock, self.socket_read_size, connection.socket_timeout)  # noqa: SLF001


class LateStream:
    """A stream that is opened when the first event is there: its client is 1.4 MB of a worker that sees nothing.

    For a URL that somebody has checked before.
    """

    def __init__(self, opened: Callable[[], RedisStream]) -> None:
        """`opened` gives the stream; the ConfigError that it raises is told, and tried again, as trouble of Redis."""
        self._opened = opened
        self._stream: RedisStream | None = None

    def publish(self, events: Sequence[Event]) -> int:
        """As `RedisStream.publish`."""
        if self._stream is None:
            try:
                self._stream = self._opened()
            except ConfigError as error:  # a file of the URL's, of TLS, has gone since it was checked
                raise SinkError(str(error)) from error
        return self._stream.publish(events)


def _client(url: str) -> redis.Redis:
    try:
        parts = urlsplit(url)
        _check(parts)
        over_tcp = {} if parts.scheme == "unix" else {"socket_keepalive": True}
        client = redis.Redis.from_url(
            url,
            decode_responses=True,
            encoding_errors="replace",  # other programs may write to the stream as well
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=REPLY_TIMEOUT_S,
            protocol=2,  # Redis 5 has streams, too, and no other
            parser_class=_BoundedParser,
            retry=Retry(NoBackoff(), 0),  # the publisher waits and tries again, and knows when to stop
            **over_tcp,
        )
        client.connection_pool.make_connection()  # an option that no connection has shows only here
        # Connecting would raise UnicodeError for a host such as `a..b`; it may also come from the URL's query.
        str(client.connection_pool.connection_kwargs.get("host", "")).encode("idna")
    except (ValueError, TypeError, AttributeError, redis.RedisError):
        # Not `from error`: the parser quotes pieces of the URL, which may be pieces of the password.
        raise ConfigError(
            f"redis: {redact(url)!r} is no Redis URL; write redis://HOST:PORT/DB, rediss://HOST:PORT/DB or "
            "unix:///PATH, and in a password %40 for an at sign, %3A for ':' and %2F for '/'"
        ) from None
    _check_files(client.connection_pool.connection_kwargs)
    return client


def _reason(error: Exception) -> str:
    return redact(_WHERE_IN_THE_SCRIPT.sub("", str(error))) or type(error).__name__


def _check_files(options: Mapping[str, Any]) -> None:
    """TLS: a file that is not there would look like a Redis that is away, and never come back."""
    for name in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"):
        if options.get(name) and not Path(options[name]).is_absolute():  # meant from whatever folder we run in
            raise ConfigError(f"redis: {name} in the URL names {options[name]}; write the whole path, from / on")
        if options.get(name) and not os.access(options[name], os.R_OK):
            raise ConfigError(f"redis: {name} in the URL names {options[name]}, which is not there or may not be read")


def _check(parts: SplitResult) -> None:
    """Raises ValueError for what redis-py would silently take for something else: another host, database 0."""
    if parts.query:
        parse_qs(parts.query, strict_parsing=True)
    name = parts.path.strip("/")
    if parts.scheme == "unix":
        if not name or parts.netloc.rpartition("@")[2]:  # unix://run/redis.sock would be /redis.sock of a host `run`
            raise ValueError("no path")
        return
    # A `#` or `?` in a password ends the host's part early, and what stands before it would be asked.
    cut = parts.fragment or parts.netloc.endswith(":") or (parts.netloc and not parts.hostname)
    if cut or (name and not name.isdigit()):
        raise ValueError("no host, or no number of a database")


def _batches(events: Sequence[Event]) -> Iterable[Sequence[Event]]:
    """Runs of one camera and host in the given order, each at most `BATCH_MAX` long."""
    start = 0
    for index in range(1, len(events) + 1):
        ends = index == len(events) or index - start == BATCH_MAX
        if ends or _owner(events[index]) != _owner(events[start]):
            yield events[start:index]
            start = index


def _owner(event: Event) -> tuple[str, str]:
    return (event.host, event.camera)


def _check_pong(answered: bool) -> None:  # noqa: FBT001, it is redis-py's answer
    if answered is not True:
        raise ValueError("no pong")


def _followed(reply: Any) -> list[Entry]:  # noqa: ANN401, redis-py types no reply
    streams = reply.items() if isinstance(reply, dict) else reply or []
    return [entry for _, entries in streams for entry in _entries(entries)]


def _entries(reply: Any) -> list[Entry]:  # noqa: ANN401, nor any entry
    # An entry deleted within a read has no fields (XREAD after XDEL); there is nothing to show of it.
    return [Entry(entry_id, dict(fields)) for entry_id, fields in reply or [] if fields]
