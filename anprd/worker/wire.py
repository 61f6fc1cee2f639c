"""How messages travel between a worker and the supervisor: JSON whose every field is checked, one packet a message.

A worker decodes what anybody may send it. So nothing of what it says is executed, as unpickling would; what is no
message is a `WireError`; and packets arrive whole or not at all, so nobody waits for the rest of one.
"""

import socket
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from anprd.worker.messages import Beat, Drain, Hold, Misconfigured, Stopped, clip_text

MESSAGE_BYTES_MAX = 4096  # a beat is 600 bytes; with the longest texts and the most reasons that are sent 3,650

FromWorker = Annotated[Beat | Misconfigured | Stopped, Field(discriminator="kind")]
FromSupervisor = Annotated[Drain | Hold, Field(discriminator="kind")]

_Message = TypeVar("_Message")
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_FROM_WORKER: TypeAdapter[FromWorker] = TypeAdapter(FromWorker, config=_STRICT)
_FROM_SUPERVISOR: TypeAdapter[FromSupervisor] = TypeAdapter(FromSupervisor, config=_STRICT)
_ANY: TypeAdapter[FromWorker | FromSupervisor] = TypeAdapter(FromWorker | FromSupervisor)


class WireError(Exception):
    """The other end said what is no message."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a new pipe. Raises OSError where no descriptor is to spare."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(pipe: socket.socket, message: FromWorker | FromSupervisor) -> bool:
    """Send if there is room; never waits. Returns whether it was sent: not without room, nor to nobody."""
    data = encode(message)
    assert len(data) <= MESSAGE_BYTES_MAX, "texts and reasons are cut to fit"
    try:
        pipe.send(data, socket.MSG_DONTWAIT)
    except OSError:
        return False
    return True


def hear_worker(pipe: socket.socket) -> FromWorker | None:
    """What a worker said next; None: nothing now. Never waits.

    Raises:
        EOFError: it has closed its end, or says empty packets, which look the same.
        WireError: it said what is no message.
    """
    try:
        return worker_said(_packet(pipe, socket.MSG_DONTWAIT))
    except BlockingIOError:
        return None


def await_supervisor(pipe: socket.socket) -> FromSupervisor:
    """What the supervisor says next; waits for it.

    Raises:
        EOFError: it is gone.
        WireError: it said what is no message.
    """
    return supervisor_said(_packet(pipe, 0))


def encode(message: FromWorker | FromSupervisor) -> bytes:
    """The message as a packet."""
    return _ANY.dump_json(message)


def worker_said(packet: bytes) -> FromWorker:
    """The message of a worker's packet. Raises WireError."""
    return _decode(packet, _FROM_WORKER)


def supervisor_said(packet: bytes) -> FromSupervisor:
    """The message of a supervisor's packet. Raises WireError."""
    return _decode(packet, _FROM_SUPERVISOR)


def _packet(pipe: socket.socket, flags: int) -> bytes:
    """The next packet, cut to one byte more than a message may have; the rest of it is gone. Raises EOFError."""
    try:
        packet = _receive(pipe, flags)
    except BlockingIOError:
        raise
    except OSError as error:
        raise EOFError from error
    if not packet:
        raise EOFError
    return packet


def _receive(pipe: socket.socket, flags: int) -> bytes:
    try:
        return pipe.recv(MESSAGE_BYTES_MAX + 1, flags)
    except ConnectionResetError:  # said once, and before its last words: it left without having heard all of ours
        return pipe.recv(MESSAGE_BYTES_MAX + 1, flags)


def _decode(packet: bytes, kinds: TypeAdapter[_Message]) -> _Message:
    if len(packet) > MESSAGE_BYTES_MAX:
        raise WireError(f"more than {MESSAGE_BYTES_MAX} bytes")
    try:
        return kinds.validate_json(packet)
    except ValidationError as error:
        raise WireError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    """What is wrong first, and where; the names of fields may be the sender's."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return clip_text(f"{where}: {first['msg']}" if where else first["msg"])
