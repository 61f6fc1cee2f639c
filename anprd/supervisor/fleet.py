"""The table of all cameras: carries out what `decisions` says, and touches nobody who did not change.

It has no clock and no loop of its own: the daemon calls `tick`, the selector calls back when a worker speaks or ends.
"""

import random
import selectors
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from anprd.observe import logs
from anprd.settings import CameraSettings, Settings
from anprd.supervisor import decisions
from anprd.supervisor.child import Child, disabled_row, exit_text
from anprd.supervisor.children import Handle, Spawner, SpawnError
from anprd.supervisor.decisions import Action, Reload
from anprd.supervisor.load import CameraLoad
from anprd.video.wakefulness import FREELY, Leave
from anprd.worker import wire
from anprd.worker.messages import Drain, Hold, State

WORDS_MAX = 1000  # more than a pipe holds: so many at once says only who writes while we read


class Fleet:
    """One child per enabled camera.

    Attributes:
        stirred: something happened since the last tick that should be answered at once. A beat is nothing of the kind,
            save where somebody waits to be started, for whom it may make room.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        spawner: Spawner,
        watch: selectors.BaseSelector,
        now_s: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`settings.redis` is a URL by now; `chance` draws from 0..1."""
        self._settings = settings
        self._spawner = spawner
        self._watch = watch
        self._now_s = now_s
        self._chance = chance
        self._log = logs.get()
        self.stirred = True
        self._children = {name: Child(camera) for name, camera in decisions.enabled(settings).items()}

    @property
    def empty(self) -> bool:
        """Every process has ended and none shall start."""
        return not self._children

    @property
    def names(self) -> frozenset[str]:
        """The cameras that have a worker, one that drains included, or shall have one; those that failed have none."""
        return frozenset(name for name, child in self._children.items() if child.handle or child.misconfigured is None)

    def tick(self) -> bool:
        """Do for every child what is due, but start one at most: a start holds up the loop for some milliseconds.

        None is started while many that have just begun wait for a core, or something else hinders it.

        Returns:
            Whether more of them shall start, so that the next tick should come at once.
        """
        starts, hindrance = 0, None
        room = decisions.OPENINGS_MAX - sum(child.burdens(self._now_s()) for child in self._children.values())
        for child in list(self._children.values()):
            action = decisions.next_action(child.facts(), self._now_s())
            if action is Action.START:
                starts += 1
                hindrance = self._spawner.hindrance() if starts == 1 else hindrance
                child.hindrance = hindrance
            if action is not Action.START or (starts == 1 and room > 0 and hindrance is None):
                self._act(child, action)
        self.stirred = starts > 0
        return starts > 1 and room > 1 and hindrance is None

    def adopt(self, settings: Settings, reload: Reload) -> None:
        """Take new settings: start, drain and replace the cameras that `reload` names, and no others."""
        self._settings = settings
        self.stirred = True
        cameras = decisions.enabled(settings)
        for name in reload.stopped:
            self._retire(self._children[name], None)
        for name in reload.changed:
            self._retire(self._children[name], cameras[name])
        for name in reload.started:
            retiring = self._children.get(name)  # it was taken out a moment ago and still drains
            if retiring is None:
                self._children[name] = Child(cameras[name])
            else:
                retiring.successor = cameras[name]
        for child in self._children.values():
            if child.misconfigured is not None:
                child.forgive()

    def excuse(self, seconds: float) -> None:
        """The machine, or all of us, stood still for so long: no worker is to blame for its silence."""
        for child in self._children.values():
            child.excuse(seconds, self._now_s())

    def drain(self) -> None:
        """Tell every worker to settle, publish and leave; none is started again."""
        self.stirred = True
        for child in self._children.values():
            child.wanted = False
            child.successor = None

    def loads(self, now_s: float) -> list[CameraLoad]:
        """How the cameras keep up that have a worker."""
        return [child.load(now_s) for child in self._children.values() if child.handle is not None]

    def allow(self, detect_fps: Mapping[str, float], leaves: Mapping[str, Leave]) -> None:
        """Tell the workers how many frames a second they may look at, and whether they may wake.

        One that knows is not told again. Who is in neither mapping may do all.
        """
        for name, child in self._children.items():
            most = child.camera.detect_fps_max
            allowed = detect_fps.get(name, most)
            rate = most if allowed >= most else min(most, round(allowed, 1))
            hold = Hold(rate, leaves.get(name, FREELY))
            new = hold != (child.hold or Hold(most))
            if new and child.hears(self._now_s()) and self._send(child, hold):
                child.hold = hold

    def kill(self) -> None:
        """End every worker now."""
        for child in self._children.values():
            self._kill(child, reason="stopping at once")

    def states(self) -> list[State]:
        """The state of each camera that is not disabled."""
        return [child.state() for child in self._children.values()]

    def rows(self) -> list[dict[str, Any]]:
        """The status object of each camera, in the order of the file; those that are being taken out come last."""
        now_s = self._now_s()
        rows = []
        for camera in self._settings.cameras:
            child = self._children.get(camera.name)
            rows.append(child.row(now_s) if child else disabled_row(camera))
        known = {camera.name for camera in self._settings.cameras}
        leaving: Iterable[Child] = (child for name, child in self._children.items() if name not in known)
        return rows + [child.row(now_s) for child in leaving]

    def _act(self, child: Child, action: Action) -> None:
        match action:
            case Action.WAIT:
                return
            case Action.START:
                self._start(child)
            case Action.TERMINATE:
                self._tell(child)
            case Action.KILL:
                self._kill(child, reason="did not drain in time" if child.told_s is not None else "no heartbeat")
            case Action.FORGET:
                self._forget(child)

    def _start(self, child: Child) -> None:
        try:
            # A worker needs no other camera's password.
            handle = self._spawner.spawn(child.camera, self._settings.model_copy(update={"cameras": ()}))
        except SpawnError as error:
            child.hindrance = f"no worker could be started: {error}"
            child.put_off(self._now_s(), chance=self._chance())
            self._log.error("worker_not_started", camera=child.camera.name, error=str(error))
            return
        child.started(handle, self._now_s())
        self._watch.register(handle.pipe, selectors.EVENT_READ, partial(self._listen, child, handle))
        self._watch.register(handle.sentinel, selectors.EVENT_READ, partial(self._bury, child, handle))
        self._log.info("worker_started", camera=child.camera.name, pid=handle.pid, restarts=child.restarts)

    def _tell(self, child: Child) -> None:
        child.told_s = self._now_s()
        self._send(child, Drain())

    def _send(self, child: Child, message: Drain | Hold) -> bool:
        """Whether it was sent. Not to one that has just ended, as the sentinel says, or that reads nothing."""
        assert child.handle is not None, "only what runs is told anything"
        return wire.send(child.handle.pipe, message)

    def _kill(self, child: Child, *, reason: str) -> None:
        if child.handle is None or child.killed:
            return
        child.killed = True
        child.handle.kill()
        self._log.warning("worker_killed", camera=child.camera.name, pid=child.handle.pid, reason=reason)

    def _forget(self, child: Child) -> None:
        name = child.camera.name
        del self._children[name]
        if child.successor is not None:
            self._children[name] = Child(child.successor)

    def _retire(self, child: Child, successor: CameraSettings | None) -> None:
        child.wanted = False
        child.successor = successor

    def _listen(self, child: Child, handle: Handle) -> None:
        """Take what the worker said; at the pipe's end leave the rest to the sentinel.

        Who says what no sound worker says is broken or was taken over: it is killed, and another starts.
        """
        try:
            for _ in range(WORDS_MAX):
                message = wire.hear_worker(handle.pipe)
                if message is None:
                    return
                child.heard(message, self._now_s())
            fault = "it talks without end"
        except EOFError:
            self._watch.unregister(handle.pipe)
            return
        except wire.WireError as error:
            fault = f"it said what is no message: {error}"
        self._watch.unregister(handle.pipe)
        self._kill(child, reason=fault)

    def _bury(self, child: Child, handle: Handle) -> None:
        """The process has ended: hear its last words, note how it ended, and when another shall start."""
        exit_code = handle.exit_code()  # known first: then a kill for its last words strikes nobody
        if handle.pipe in self._watch.get_map():
            self._listen(child, handle)
        if handle.pipe in self._watch.get_map():
            self._watch.unregister(handle.pipe)
        self._watch.unregister(handle.sentinel)
        handle.close()
        assert exit_code is not None, "the sentinel says that it ended"
        now_s = self._now_s()
        self.stirred = True
        child.ended(exit_code, now_s, chance=self._chance())
        self._log_end(child, exit_code, now_s)

    def _log_end(self, child: Child, exit_code: int, now_s: float) -> None:
        name, how = child.camera.name, exit_text(exit_code)
        if child.misconfigured is not None:
            self._log.error("camera_misconfigured", camera=name, error=child.misconfigured, advice="fix it and reload")
        elif child.wanted:
            delay_s = round(child.start_at_s - now_s, 1)
            self._log.warning("worker_died", camera=name, end=how, restart_in_s=delay_s)
        else:
            self._log.info("worker_stopped", camera=name, end=how)
