"""Metrics: the daemon's status in Prometheus' text format.

Made from the very object that `anprd status` shows, so the two never disagree and nothing is
counted twice. What a status lacks (a worker that has not spoken, an older one) is left out, never shown as 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from anprd.observe.rows import has_spoken

CONTENT_TYPE = CONTENT_TYPE_LATEST

REASONS_MAX = 64  # reasons of drops are words of the program; more of them is a bug that must not flood Prometheus


def render(status: Mapping[str, Any]) -> bytes:
    """The metrics of a status, {"daemon": {...}, "cameras": [{"name": ..., ...}]}, as UTF-8 text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Status(status))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class _Of:
    """A number of a camera's row, and what it is called in Prometheus, where counters end in `_total` by themselves."""

    key: str
    name: str
    help: str


_COUNTERS = (
    _Of("frames", "anprd_frames", "Frames that the camera has delivered since the worker started."),
    _Of("detections", "anprd_detections", "Plates that the detector found."),
    _Of("reads", "anprd_reads", "Plates that the reader was asked for."),
    _Of("delivered", "anprd_delivered", "Events that Redis has taken."),
    _Of("reconnects", "anprd_reconnects", "Times that the camera's stream was opened again."),
    _Of("restarts", "anprd_worker_restarts", "Times that the camera's worker was started again."),
)
_GAUGES = (
    _Of("fps", "anprd_frames_per_second", "Frames a second that the camera delivers now."),
    _Of("spool_depth", "anprd_spool_events", "Events on disk that wait for Redis."),
    _Of("last_frame_age_s", "anprd_last_frame_age_seconds", "Since the last frame."),
    _Of("beat_age_s", "anprd_heartbeat_age_seconds", "Since the frame loop's last heartbeat."),
    _Of("lag_s", "anprd_lag_seconds", "How far behind live frames are, the worst of the last seconds."),
    _Of("detect_fps", "anprd_detect_fps", "Frames a second that may be looked at now."),
    _Of("detect_fps_max", "anprd_detect_fps_max", "Frames a second that may be looked at where cores are enough."),
    _Of("memory_bytes", "anprd_worker_memory_bytes", "The worker's own memory, without what it shares."),
)
_EVENTS = ("confirmed", "updated", "unreadable")
_STATES = ("starting", "streaming", "waiting", "stopping", "restarting", "failed", "disabled")
_OF_SUPERVISOR = frozenset({"restarts", "beat_age_s", "detect_fps_max"})


class _Status(Collector):
    def __init__(self, status: Mapping[str, Any]) -> None:
        self._daemon = _mapping(status.get("daemon"))
        rows = status.get("cameras")
        self._rows = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []

    def collect(self) -> Iterable[Metric]:
        yield from self._of_daemon()
        yield self._states()
        for of in _COUNTERS:
            yield self._filled(CounterMetricFamily(of.name, of.help, labels=["camera"]), of.key)
        for of in _GAUGES:
            yield self._filled(GaugeMetricFamily(of.name, of.help, labels=["camera"]), of.key)
        yield self._failing()
        yield self._events()
        yield self._drops()

    def _of_daemon(self) -> Iterable[Metric]:
        info = GaugeMetricFamily("anprd_build_info", "Always 1; says which version runs.", labels=["version"])
        info.add_metric([str(self._daemon.get("version", "unknown"))], 1)
        yield info
        uptime_s = _number(self._daemon.get("uptime_s"))
        if uptime_s is not None:
            yield GaugeMetricFamily("anprd_uptime_seconds", "Since the daemon started.", value=uptime_s)
        load = _mapping(self._daemon.get("load"))
        if isinstance(load.get("overloaded"), bool):
            text = "Whether cameras are held back because the cores are not enough."
            yield GaugeMetricFamily("anprd_overloaded", text, value=float(load["overloaded"]))
        level = _number(load.get("level"))
        if level is not None:
            text = "The share of the wanted frames that cameras may look at."
            yield GaugeMetricFamily("anprd_load_level", text, value=level)
        waiting = _number(self._daemon.get("orphaned_events"))
        if waiting is not None:
            text = "Events on disk of cameras that are not in the file any more."
            yield GaugeMetricFamily("anprd_orphaned_events", text, value=waiting)
        state = _mapping(self._daemon.get("redis")).get("state")
        if state in {"up", "down"}:
            yield GaugeMetricFamily("anprd_redis_up", "Whether Redis answers.", value=float(state == "up"))

    def _states(self) -> Metric:
        text = "1 for the state that it is in, 0 for the others."
        family = GaugeMetricFamily("anprd_camera_state", text, labels=["camera", "state"])
        for row in self._rows:
            state = str(row.get("state", "unknown"))
            for one in dict.fromkeys((*_STATES, state)):
                family.add_metric([_name(row), one], float(one == state))
        return family

    def _speaking(self) -> list[Mapping[str, Any]]:
        return [row for row in self._rows if has_spoken(row)]

    def _failing(self) -> Metric:
        text = "Whether Redis or the disk takes no events of the camera now."
        family = GaugeMetricFamily("anprd_delivery_failing", text, labels=["camera"])
        for row in self._speaking():
            if "sink_error" in row:
                family.add_metric([_name(row)], float(row["sink_error"] is not None))
        return family

    def _filled(self, family: CounterMetricFamily | GaugeMetricFamily, key: str) -> Metric:
        for row in self._rows if key in _OF_SUPERVISOR else self._speaking():
            value = _number(row.get(key))
            if value is not None:
                family.add_metric([_name(row)], value)
        return family

    def _events(self) -> Metric:
        family = CounterMetricFamily("anprd_events", "Events by their type.", labels=["camera", "type"])
        for row in self._speaking():
            for kind in _EVENTS:
                value = _number(row.get(kind))
                if value is not None:
                    family.add_metric([_name(row), kind], value)
        return family

    def _drops(self) -> Metric:
        family = CounterMetricFamily("anprd_drops", "What was dropped, by reason.", labels=["camera", "reason"])
        for row in self._speaking():
            for reason, count in list(_mapping(row.get("drops")).items())[:REASONS_MAX]:
                value = _number(count)
                if value is not None:
                    family.add_metric([_name(row), str(reason)], value)
        return family


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name", ""))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
