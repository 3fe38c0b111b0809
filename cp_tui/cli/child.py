"""Child processes of ours: awaited until they can be used, and never left behind.

A child is in a session of its own, so that ctrl+c and the closing of the terminal, which go to all
processes of the foreground, end the screen and not the charge point. One that shall end with us
reads a pipe that we hold: however we go, the system closes it, and the child takes that for its
end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cp_tui.cli.output import told_if_slow
from cp_tui.cli.parent_pipe import LET_GO
from cp_tui.engine.errors import CannotBegin
from cp_tui.rpc.paths import CAN_TELL_WHO, is_answering, who_answers

READY_TIMEOUT_S = 30.0
"""How long a start may take; it takes half a second, on a slow disk some more."""
POLL_INTERVAL_S = 0.02
END_TIMEOUT_S = 10.0
"""How long an orderly end may take; beyond it the child is killed."""


class ChildFailed(CannotBegin):
    """A child ended before it could be used; the text is what it said."""


class Child:
    """A process `python -m MODULE`, away from the terminal, that opens a door at a socket."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        ends_with_us: bool,
        keeps_output: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`keeps_output`: what it prints is kept, for `output`."""
        self._stdout = tempfile.TemporaryFile() if keeps_output else None  # noqa: SIM115
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this object.
        # A session of its own: what the terminal does to its foreground must not reach the child.
        # Where it shall end with us, it holds the other end of a pipe that no crash keeps open.
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE if ends_with_us else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self._stdout is None else self._stdout,
            stderr=self._stderr,
            start_new_session=True,
            env=environment,
        )

    def wait_until_answering(
        self, path: Path, *, by_itself: bool = False, what: str = "the charge point"
    ) -> None:
        """Wait for the door; raises `ChildFailed` where it never opens.

        `by_itself`: it is the child that answers there, and no child of its own; where somebody
        else was faster, the child will say so.
        """
        give_up_at = time.monotonic() + READY_TIMEOUT_S
        with told_if_slow(f"waiting for {what} to start ..."):
            while not (self.answers_at(path) if by_itself else is_answering(path)):
                if self._process.poll() is not None:
                    raise ChildFailed(self._last_line())
                if time.monotonic() > give_up_at:
                    text = f"{what} did not get ready within {READY_TIMEOUT_S:.0f} s"
                    raise ChildFailed(": ".join(filter(None, [text, self._last_said()])))
                time.sleep(POLL_INTERVAL_S)

    def end(self) -> None:
        """End it in order, or else by force; does nothing where it has ended."""
        if self._process.stdin is not None:
            self.hang_up()
        else:
            self._process.terminate()
        self.wait()

    def wait(self) -> bool:
        """Wait for an end that was asked for; beyond a time, force it: then it is False."""
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            for kept in (self._stdout, self._stderr):
                if kept is not None:
                    kept.close()
        return True

    def hang_up(self) -> None:
        """Close what it holds on to, as the system does when we are gone."""
        assert self._process.stdin is not None, "it outlives us"
        self._process.stdin.close()

    def let_go(self) -> None:
        """Let it outlive us, though it was to end with us."""
        assert self._process.stdin is not None, "it outlives us anyhow"
        with suppress(BrokenPipeError):
            self._process.stdin.write(LET_GO)
            self._process.stdin.close()

    def interrupt(self) -> None:
        """Ask it to end, as ctrl+c does."""
        self._process.send_signal(signal.SIGINT)

    def output(self) -> tuple[int, str]:
        """Wait for its end, as long as it takes; gives its status and what it has printed."""
        status = self._process.wait()
        assert self._stdout is not None, "nothing was kept"
        self._stdout.seek(0)
        return status, self._stdout.read().decode(errors="replace")

    def is_running(self) -> bool:
        """Say whether it runs; afterwards, whatever answers at its door is somebody else's."""
        return self._process.poll() is None

    def answers_at(self, path: Path) -> bool:
        """Say whether it is this process that answers at a door, as far as that can be told."""
        if not CAN_TELL_WHO:
            return self.is_running() and is_answering(path)
        return who_answers(path) == self._process.pid

    def last_words(self) -> str:
        """Give what it said when it ended by itself; empty while it runs, or ended in order."""
        return self._last_line() if self._process.poll() else ""

    def _last_line(self) -> str:
        return self._last_said() or f"ended with status {self._process.returncode}"

    def _last_said(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1].removeprefix("cp-tui: ") if lines else ""


def own_environment() -> dict[str, str]:
    """Give the environment without the user's settings, for a child that must not follow them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CP_TUI_")}
