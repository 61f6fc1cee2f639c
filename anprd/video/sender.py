"""The camera's own clock, as its RTCP sender reports tell it (RFC 3550, 6.4.1), and whether to believe it.

A camera that has NTP knows best when it took a picture. One that has not may be hours off, or in 1970, and many are. No
picture is taken after it came, and none of a live stream long before: a clock that says so is wrong.
"""

import struct
from datetime import datetime, timedelta

from anprd.records import TimeBasis

AHEAD_S_MAX = 0.2  # two clocks that both follow NTP differ by less; guess, not measured
BEHIND_S_MAX = 2.0  # what a camera and a network may hold a picture back, at the most; guess, not measured
_LEAVE_RATIO = 1.5  # once believed it must be off by so much more: times shall not flutter between two clocks
_LAYOUT = struct.Struct("=qi")  # FFmpeg's AVProducerReferenceTime: microseconds since 1970, flags
_APART_S_MAX = 0.001  # of two packets under one report: the rounding of ticks


class SenderReports:
    """The camera's wall time of PTS 0, from what FFmpeg's RTP demuxer hangs on packets once a report has come."""

    def __init__(self) -> None:
        self._told_s: float | None = None
        self.zero_s: float | None = None
        """Seconds since 1970, sane or not; None: nothing was told yet."""

    def hear(self, produced: bytes, pts_s: float) -> None:
        """Take what two packets agree on: FFmpeg's parser hangs the first one after a report on the picture before.

        Args:
            produced: the packet's side data AV_PKT_DATA_PRFT.
            pts_s: the packet's PTS.
        """
        if len(produced) < _LAYOUT.size:
            return
        produced_us, _ = _LAYOUT.unpack_from(produced)
        told_s = produced_us / 1_000_000 - pts_s
        if self._told_s is not None and abs(told_s - self._told_s) <= _APART_S_MAX:
            self.zero_s = told_s
        self._told_s = told_s


class SenderClock:
    """Chooses between two wall times of each frame, for one session."""

    def __init__(self) -> None:
        self._believed = False

    def date(self, arrival_at: datetime, sender_s: float | None) -> tuple[datetime, TimeBasis]:
        """The wall time to take, and what it rests on.

        Args:
            arrival_at: by this machine's clock and the frames that waited least (`StreamClock`).
            sender_s: by the camera's clock, seconds since 1970; None: it has told nothing (yet).
        """
        if sender_s is None:
            return arrival_at, TimeBasis.ARRIVAL
        off_s = sender_s - arrival_at.timestamp()
        room = _LEAVE_RATIO if self._believed else 1.0
        self._believed = -BEHIND_S_MAX * room <= off_s <= AHEAD_S_MAX * room
        if not self._believed:
            return arrival_at, TimeBasis.ARRIVAL
        return arrival_at + timedelta(seconds=off_s), TimeBasis.SENDER
