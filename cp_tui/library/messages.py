"""The frames of a charge point as a test asks for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord

MESSAGES_MAX = 10_000
"""How many of the newest frames are kept: a year of Heartbeats would be a hundred times as many."""


class Messages:
    """The newest frames, oldest first; of each a field of the payload is `message["idTag"]`.

    They are seen from the charge point: it has `sent` a StartTransaction, and `received` a Reset.
    """

    def __init__(self, most: int = MESSAGES_MAX) -> None:
        self._kept: deque[MessageRecord] = deque(maxlen=most)

    def add(self, message: MessageRecord) -> None:
        """Keep a frame; the oldest makes room for it."""
        self._kept.append(message)

    @property
    def all(self) -> list[MessageRecord]:
        """Every frame that is kept."""
        return list(self._kept)

    def sent(self, action: str) -> list[MessageRecord]:
        """Give the requests of this action that the charge point sent; a retry counts again."""
        return self._calls(action, Direction.OUT)

    def received(self, action: str) -> list[MessageRecord]:
        """Give the requests of this action that came from the CSMS."""
        return self._calls(action, Direction.IN)

    def answers(self, action: str) -> list[MessageRecord]:
        """Give the answers to requests of this action, errors among them, whoever asked."""
        kinds = (MessageKind.CALLRESULT, MessageKind.CALLERROR)
        return [each for each in self._kept if each.action == action and each.kind in kinds]

    def answer_to(self, request: MessageRecord) -> MessageRecord | None:
        """Give the answer to a request; None: none came, or it is no longer kept."""
        for each in self.answers(request.action):
            if each.message_id == request.message_id and each.direction is not request.direction:
                return each
        return None

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[MessageRecord]:
        return iter(self.all)

    def _calls(self, action: str, direction: Direction) -> list[MessageRecord]:
        return [
            each
            for each in self._kept
            if each.action == action
            and each.direction is direction
            and each.kind is MessageKind.CALL
        ]
