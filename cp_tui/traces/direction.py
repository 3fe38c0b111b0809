"""Who spoke: by the words of a log where they tell, by vote of its frames where they do not.

`sent` is what the writer of the log sent, and the library of one simulator is that of another
CSMS. Every CALL of an action that one side alone may send is a vote for what a word means.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cp_tui.ocpp.action import SPEC, RequestDirection
from cp_tui.traces.record import FrameDirection

TOKENS_MAX = 10_000
AGREE_SHARE = 0.9
"""Of the votes for a word that have to agree."""

_MEANT = {
    RequestDirection.TO_CSMS: FrameDirection.TO_CSMS,
    RequestDirection.TO_CHARGE_POINT: FrameDirection.TO_CHARGE_POINT,
}
DIRECTION_OF: Mapping[str, FrameDirection] = MappingProxyType(
    {
        str(action): _MEANT[spec.direction]
        for action, spec in SPEC.items()
        if spec.direction in _MEANT
    }
)
"""Action -> the way of its CALL, where one side alone may send it."""

_SENT = frozenset(
    (
        *("tx", "sent", "send", "sending", "out", "outgoing", "request", "to"),
        *("response", "responding", "->", ">>", ">", "➡", "➡️"),
    )
)
_RECEIVED = frozenset(
    ("rx", "recv", "received", "receive", "in", "incoming", "<-", "<<", "<", "⬅", "⬅️")
)


def token_of(words: str) -> str:
    """Give the word or arrow right before a frame that may stand for its direction."""
    parts = words.replace(":", " ").replace("=", " ").replace('"', " ").split()
    for part in reversed(parts[-4:]):
        word = part.strip("()[]{},;'|").lower()
        if word in _SENT or word in _RECEIVED:
            return word
    return ""


class Votes:
    """What each word of a log stands for."""

    def __init__(self) -> None:
        self._votes: dict[str, dict[FrameDirection, int]] = {}

    def take(self, token: str, action: str) -> None:
        """Count a CALL of an action, or with an empty action an answer, beside a word."""
        if token not in self._votes and len(self._votes) >= TOKENS_MAX:
            return
        votes = self._votes.setdefault(token, dict.fromkeys(FrameDirection, 0))
        if meant := DIRECTION_OF.get(action):
            votes[meant] += 1

    def meanings(self) -> dict[str, FrameDirection]:
        """Give what each word means, where the votes agree on it."""
        sure = {token: found for token in self._votes if (found := self._sure(token))}
        if len(sure) == 1 and len(self._votes) == 2:
            ((token, found),) = sure.items()
            (other,) = self._votes.keys() - {token}
            sure[other] = found.opposite
        for token in self._votes.keys() - sure.keys():
            # A word that no CALL tells of: as another word of the same side, if there is one.
            for side in (_SENT, _RECEIVED):
                if token in side:
                    same = {found for other, found in sure.items() if other in side}
                    against = {f.opposite for o, f in sure.items() if o in _other(side)}
                    if len(same | against) == 1:
                        sure[token] = (same | against).pop()
        return sure

    def _sure(self, token: str) -> FrameDirection | None:
        votes = self._votes[token]
        count = sum(votes.values())
        most = max(votes, key=votes.__getitem__)
        is_sure = count > 0 and votes[most] >= AGREE_SHARE * count
        return most if is_sure else None


def _other(side: frozenset[str]) -> frozenset[str]:
    return _RECEIVED if side is _SENT else _SENT
