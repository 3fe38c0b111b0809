"""Watches the CALLs on the wire: one at a time, and only what the registration allows (S 4.2)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import read_answer

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
BOOT = "BootNotification"
USEFUL_LATE = (
    BOOT,
    "StartTransaction",
    "StopTransaction",
    "MeterValues",
    "SecurityEventNotification",
)
TRIGGERS = {"SignCertificate": "SignChargePointCertificate"}
"""What asks for a message, where that has another name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A CALL of the charger."""

    message_id: str
    action: str
    payload: dict[str, Any]
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a CALL: what can be read of its result, or a failure."""

    sent: Sent
    result: dict[str, Any] | None


class CallWatch:
    """What the charger may send at this moment, seen from outside."""

    def __init__(self, connectors: int, *, is_late: bool) -> None:
        """`is_late`: the charger answers late on purpose."""
        self._connectors = connectors
        self._is_late = is_late
        self.owed: list[tuple[str, dict[str, Any]]] = []
        """What it was asked and has not answered yet, where it is late."""
        self.registration: str | None = None
        self.is_stopped = False
        self._outstanding: Sent | None = None
        self._late: dict[str, Sent] = {}
        self._boots: list[str] = []
        """The ids of the BootNotifications that no newer one, nor the end of a boot, made void."""
        self._triggered: Counter[str] = Counter()
        self._asked: tuple[str, dict[str, Any]] | None = None
        """The request of the CSMS that is being handled: message id, payload."""
        self._is_broken = False
        """What is being handled is no proper frame."""

    def booted(self) -> None:
        """The charger boots: all of this is forgotten."""
        self.registration = None
        self.is_stopped = False
        self._asked, self._is_broken = None, False
        self._late.clear()
        self._boots.clear()
        self.link_closed()

    def stopped(self) -> None:
        """The operator stopped OCPP."""
        self.registration = None
        self.is_stopped = True
        self._boots.clear()
        self.link_closed()

    def link_closed(self) -> None:
        """Nothing is outstanding on a connection that is gone."""
        self._outstanding = None
        self._triggered.clear()
        self.owed.clear()

    def arrives(self, data: str | bytes) -> Outcome | None:
        """A frame reaches the charger; give what it means for a CALL of the charger."""
        self._asked, self._is_broken = None, True
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            return None
        match message:
            case [2, str(message_id), str(), dict(payload)] if len(message_id) <= 36 and (
                message_id or self._is_late
            ):
                self._asked, self._is_broken = (message_id, payload), False
                if self._is_late and not self.is_stopped:
                    self.owed.append(self._asked)
            case [3 | 4, *_] if len(message) >= 3 and not self.is_stopped:
                return self._answered(message)
            case _:
                pass
        return None

    def _answered(self, message: list[Any]) -> Outcome | None:
        self._is_broken = False
        is_late = message[1] in self._late
        sent = self._settle(message[1])
        if sent is None:
            return None
        result = _result(sent, message)
        if result is None and is_late:
            return None
        if sent.message_id in self._boots and result is not None:
            # An answer to an older one that comes after this is past.
            del self._boots[: self._boots.index(sent.message_id) + 1]
            self.registration = result.get("status", self.registration)
        return Outcome(sent, result)

    def expired(self, now: datetime) -> Outcome | None:
        """Give the CALL that was not answered in time, once."""
        sent = self._outstanding
        if sent is None or now < sent.deadline:
            return None
        self._outstanding = None
        if sent.action in USEFUL_LATE:
            self._late[sent.message_id] = sent
        return Outcome(sent, None)

    def decided(self, frames: list[list[Any]], now: datetime, timeout_s: int) -> list[Sent]:
        """The charger wants to send these frames; give the CALLs among them."""
        answers = [frame for frame in frames if frame[0] != CALL]
        if self._is_late:
            self._check_late(answers)
        else:
            self._check_answers(answers, self._asked)
        self._asked, self._is_broken = None, False
        calls = [
            Sent(frame[1], frame[2], frame[3], now + timedelta(seconds=timeout_s))
            for frame in frames
            if frame[0] == CALL
        ]
        for sent in calls:
            assert self._outstanding is None, f"{sent} while {self._outstanding} is outstanding"
            self._check_allowed(sent)
            self._outstanding = sent
            if sent.action == BOOT:
                self._boots.append(sent.message_id)
        return calls

    def _settle(self, message_id: object) -> Sent | None:
        sent = self._outstanding
        if sent is not None and sent.message_id == message_id:
            self._outstanding = None
            return sent
        return self._late.pop(message_id, None) if isinstance(message_id, str) else None

    def _check_answers(
        self, answers: list[list[Any]], asked: tuple[str, dict[str, Any]] | None
    ) -> None:
        assert not (self.is_stopped and answers), f"answers while stopped: {answers}"
        assert not (self.registration == "Rejected" and answers), f"while Rejected: {answers}"
        if asked is None:
            # A broken frame may be answered with an error, by the id that it seems to have.
            assert len(answers) <= self._is_broken, f"nobody asked: {answers}"
            return
        message_id, payload = asked
        if self.registration == "Rejected" or self.is_stopped:
            return
        assert len(answers) == 1, f"{asked} was answered by {answers}"
        answer = answers[0]
        assert answer[1] in (message_id, "-1"), f"{asked} was answered by {answer}"
        if answer[0] == CALL_RESULT and "requestedMessage" in payload:
            self._note_trigger(answer[2], payload)

    def _check_late(self, answers: list[list[Any]]) -> None:
        assert not (self.is_stopped and answers), f"answers while stopped: {answers}"
        for answer in answers:
            found = next((each for each in self.owed if each[0] == answer[1]), None)
            assert found is not None or self._is_broken, f"nobody asked: {answer}"
            if found is not None:
                self.owed.remove(found)
                if answer[0] == CALL_RESULT and "requestedMessage" in found[1]:
                    self._note_trigger(answer[2], found[1])

    def _note_trigger(self, answer: dict[str, Any], payload: dict[str, Any]) -> None:
        if answer.get("status") == "Accepted":
            one = "connectorId" in payload
            self._triggered[payload["requestedMessage"]] += 1 if one else self._connectors + 1

    def _check_allowed(self, sent: Sent) -> None:
        assert not self.is_stopped, f"sent while stopped: {sent}"
        if sent.action == BOOT or self.registration == "Accepted":
            return
        assert self.registration == "Pending", f"{sent} while {self.registration}"
        trigger = TRIGGERS.get(sent.action, sent.action)
        self._triggered[trigger] -= 1
        assert self._triggered[trigger] >= 0, f"{sent} while Pending, without a trigger"


def _result(sent: Sent, message: list[Any]) -> dict[str, Any] | None:
    if message[0] != CALL_RESULT or not isinstance(message[2], dict):
        return None
    return read_answer(Action(sent.action), message[2])[0].to_payload()
