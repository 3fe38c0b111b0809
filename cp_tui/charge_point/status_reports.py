"""Tells the CSMS how far a job has come: each new status once, the newest one until it is heard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cp_tui.charge_point.calls import CallFailure, Calls, FailureKind, Outgoing
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.model import WireModel


class Progress:
    """The status notifications of one kind of job; a status is what stands on the wire.

    What the CSMS has heard is kept by the job, so that it survives a boot. A status that was lost
    with the connection is not queued: the next connection tells the one that is true by then.
    """

    def __init__(
        self,
        calls: Calls,
        request: Callable[[str], WireModel],
        *,
        why_offline: Callable[[], str | None],
        on_heard: Callable[[str], None],
    ) -> None:
        self._calls = calls
        self._request = request
        self._why_offline = why_offline
        self._on_heard = on_heard
        self._told: str | None = None
        self._job = 0

    def begin(self) -> None:
        """Begin a new job, or a new try: what was told before says nothing about it."""
        self._job += 1
        self._told = None

    def tell(self, status: str, heard: str | None) -> None:
        """Tell a status unless it is on its way or was heard already."""
        if status in (heard, self._told) or self._why_offline() is not None:
            return
        self._told = status
        answered = partial(self._answered, self._job, status)
        failed = partial(self._failed, self._job, status)
        self._calls.call(Outgoing(self._request(status), answered, failed))

    def replace(self, *actions: Action) -> None:
        """Begin a job in place of one that is given up: nothing more is told of that one."""
        self._calls.withdraw(*actions)
        self.begin()

    def trigger(self, request: WireModel) -> None:
        """Tell a status because TriggerMessage asks for it (S 5.17)."""
        self._calls.call(Outgoing(request, lambda _: None, lambda _: None, is_triggered=True))

    def _answered(self, job: int, status: str, _response: WireModel) -> None:
        if job == self._job:
            self._on_heard(status)

    def _failed(self, job: int, status: str, failure: CallFailure) -> None:
        if job != self._job:
            return
        if failure.kind is FailureKind.CALL_ERROR:
            # A CSMS that does not know the message will not know it the next time either.
            self._on_heard(status)
        elif self._told == status:
            self._told = None
