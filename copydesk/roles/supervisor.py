"""Run the three roles as processes: start, watch, restart with back-off, stop in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence, Set
from threading import Event, Thread

import msgspec
import structlog

from config.errors import ConfigError
from copydesk.roles.notify import ALIVE, READY, STOPPING, Ear, notify, watchdog_seconds

# sysexits.h EX_CONFIG: a person must act.
EXIT_CONFIG = 78
_WATCH_SECONDS = 0.2
_STOP_SECONDS = 25.0
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 60.0
# A role that lived this long had started well; its next death begins the back-off anew.
_HEALTHY_SECONDS = 60.0
# A role that says nothing for so long is stuck, and killed. Before its first word it may compile.
SILENT_SECONDS = 120.0
_FIRST_WORD_SECONDS = 600.0
# Not COPYDESK_...: that prefix is for settings, and unknown ones are refused.
PARENT_PIPE = "SUPERVISED_BY_PIPE"

log = structlog.get_logger()


class RoleCommand(msgspec.Struct, frozen=True, kw_only=True):
    """How to start a role; ``descriptors`` stay open in it."""

    role: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """How often a role died in a row, and when it may start again (monotonic seconds)."""

    deaths: int = 0
    start_at: float = 0.0


def after_death(life: Life, *, lived: float, now: float) -> Life:
    """The back-off doubles from one second to a minute, and is forgiven after a healthy life."""
    deaths = 1 if lived >= _HEALTHY_SECONDS else life.deaths + 1
    delay = min(_FIRST_DELAY * 2 ** (deaths - 1), _LONGEST_DELAY)
    return Life(deaths=deaths, start_at=now + delay)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """When a role was last heard of (monotonic seconds), and whether it has ever said it is ready.

    Of one that has not yet spoken, ``since`` is when it was started.
    """

    since: float
    spoken: str = "no"
    ready: str = "no"

    def broken(self, lines: Set[str], *, now: float) -> "Silence":
        """The silence after these lines were heard."""
        if not lines:
            return self
        ready = "yes" if READY in lines else self.ready
        return Silence(since=now, spoken="yes", ready=ready)

    def too_long(self, *, now: float) -> bool:
        """Whether the role must be taken for stuck."""
        limit = SILENT_SECONDS if self.spoken == "yes" else _FIRST_WORD_SECONDS
        return now - self.since > limit


class _Running:
    """One living role."""

    def __init__(self, command: RoleCommand, watch: int) -> None:
        self.role = command.role
        self.started = time.monotonic()
        self.silence = Silence(since=self.started)
        self._ear = Ear(command.role)
        try:
            self.process = _start(command, watch, self._ear.environment())
        except OSError:
            self._ear.close()
            raise

    def code(self) -> int | None:
        """Its exit code when it is dead; kills it when it is stuck."""
        now = time.monotonic()
        self.silence = self.silence.broken(self._ear.heard(), now=now)
        if self.process.poll() is None and self.silence.too_long(now=now):
            log.warning(f"{self.role} has done nothing for {now - self.silence.since:.0f} s")
            self.process.kill()
            self.process.wait()
        code = self.process.poll()
        if code is not None:
            self._ear.close()
        return code


def supervise(commands: Sequence[RoleCommand], stop: Event) -> None:
    """Keep the roles running until ``stop`` is set, then stop them and wait.

    A role that is stuck is killed. Our own supervisor is told that we are ready when all roles that
    prove it are, and again and again that every role gets on.

    Raises :class:`config.errors.ConfigError` when a role cannot be started at all as it is
    configured. One that could before is tried again: somebody may be at work on the file, and the
    others need not end for that.
    """
    # The roles watch the other end: it closes when we die, however we die.
    watch, alive = os.pipe()
    running: dict[str, _Running] = {}
    voice = _Voice()
    lives = {command.role: Life() for command in commands}
    try:
        while not stop.is_set():
            for command in commands:
                now = time.monotonic()
                if command.role not in running:
                    if now >= lives[command.role].start_at:
                        try:
                            running[command.role] = _Running(command, watch)
                        except OSError as error:  # no memory, no process more, an upgrade under way
                            life = after_death(lives[command.role], lived=0.0, now=now)
                            lives[command.role] = life
                            log.warning(
                                f"{command.role} cannot be started: {error.strerror}; trying again "
                                f"in {life.start_at - now:.0f} s"
                            )
                    continue
                role = running[command.role]
                code = role.code()
                if code is None:
                    continue
                del running[command.role]
                at_first = lives[command.role].deaths == 0 and role.silence.ready == "no"
                if code == EXIT_CONFIG and at_first:
                    raise ConfigError(
                        f"{command.role} cannot run as it is configured",
                        next_step="Its reason stands above.",
                    )
                life = after_death(lives[command.role], lived=now - role.started, now=now)
                lives[command.role] = life
                again = f"starting it again in {life.start_at - now:.0f} s"
                if code == EXIT_CONFIG:
                    log.error(
                        f"{command.role} is down: it cannot run as it is configured now. Its "
                        f"reason stands above; correct that and it runs again. {again.capitalize()}"
                    )
                else:
                    log.warning(f"{command.role} {_ended(code)}; {again}")
            voice.speak(list(running.values()), len(commands))
            stop.wait(_WATCH_SECONDS)
    finally:
        notify(STOPPING)
        _stop([each.process for each in running.values()])
        os.close(alive)
        os.close(watch)


class _Voice:
    """What our own supervisor hears of us."""

    def __init__(self) -> None:
        self._every = watchdog_seconds() / 4
        self._said = 0.0
        self._ready = False

    def speak(self, running: Sequence[_Running], expected: int) -> None:
        ready = sum(each.silence.ready == "yes" for each in running)
        if not self._ready and ready == expected:
            self._ready = True
            notify(READY, f"STATUS={ready} roles at work")
        now = time.monotonic()
        # None of them is stuck: those that were have just been killed.
        if self._every and now - self._said >= self._every:
            self._said = now
            notify(ALIVE)


def stop_with_parent(stop: Callable[[], object]) -> None:
    """Called by a role: stop it when the supervisor is gone."""
    descriptor = os.environ.get(PARENT_PIPE)
    if not descriptor:
        return

    def wait() -> None:
        os.read(int(descriptor), 1)
        stop()

    Thread(target=wait, daemon=True, name="parent-watch").start()


def stop_event() -> Event:
    """Set by SIGTERM, SIGINT or the supervisor's death."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop_with_parent(stop.set)
    return stop


def _start(
    command: RoleCommand, watch: int, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own program
        command.arguments,
        stdin=subprocess.DEVNULL,
        pass_fds=(watch, *command.descriptors),
        env={**environment, PARENT_PIPE: str(watch)},
        # A Ctrl-C must reach the roles through us, in order, not through the terminal.
        start_new_session=True,
    )


def _stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            log.warning(f"process {process.pid} does not end; killing it")
            process.kill()
            process.wait()


def _ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
