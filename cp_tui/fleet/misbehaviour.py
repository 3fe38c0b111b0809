"""Stations that misbehave: what a CSMS meets in the field, each kind in a share that is known.

A kind stands between a station and its wire: it sees what goes out and what comes in, and makes
mischief of its own when it is due. Pure: time comes in, chance comes from the seed and the id of
the station, and what the mischief does to a connection is left to the station.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from cp_tui.fleet.shares import GOLDEN, of_shares
from cp_tui.network.draw import draw
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.frame import Call, CallResult, encode, parse

WRONG_PASSWORD = "not-the-password"
"""16 characters, as the shortest AuthorizationKey that there is."""
WAITING_MAX = 1_000
"""Answers that wait for their time; a CSMS that asks more gets none to the oldest."""
GARBAGE_S = 30.0
LONG_FRAME_BYTES = 1_000_000
BOOT_LOOP_S = 60.0
OFF_S = 2.0
"""For so long the power is off in a boot loop."""
OFFSETS_S = (3_600.0, -3_600.0, 3 * 86_400.0, -3 * 86_400.0)
"""What a wrong clock is ahead."""
TRANSACTION_ACTIONS = frozenset(
    {Action.START_TRANSACTION, Action.METER_VALUES, Action.STOP_TRANSACTION}
)
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        Action.CANCEL_RESERVATION: "Rejected",
        Action.CHANGE_AVAILABILITY: "Rejected",
        Action.CHANGE_CONFIGURATION: "Rejected",
        Action.CLEAR_CACHE: "Rejected",
        Action.CLEAR_CHARGING_PROFILE: "Unknown",
        Action.DATA_TRANSFER: "Rejected",
        Action.EXTENDED_TRIGGER_MESSAGE: "Rejected",
        Action.GET_COMPOSITE_SCHEDULE: "Rejected",
        Action.REMOTE_START_TRANSACTION: "Rejected",
        Action.REMOTE_STOP_TRANSACTION: "Rejected",
        Action.RESERVE_NOW: "Rejected",
        Action.RESET: "Rejected",
        Action.SEND_LOCAL_LIST: "Failed",
        Action.SET_CHARGING_PROFILE: "Rejected",
        Action.TRIGGER_MESSAGE: "Rejected",
        Action.UNLOCK_CONNECTOR: "UnlockFailed",
    }
)
"""The status that says no to each command; what has none is answered as by any station."""


class Kind(StrEnum):
    """A kind of misbehaviour, as people name it."""

    SILENT = "silent"
    SLOW = "slow"
    HALF_OPEN = "half_open"
    FLAPPING = "flapping"
    TWIN = "twin"
    BOOT_LOOP = "boot_loop"
    GARBAGE = "garbage"
    REPEAT = "repeat"
    WRONG_CLOCK = "wrong_clock"
    LATE_QUEUE = "late_queue"
    REFUSES = "refuses"
    WRONG_PASSWORD = "wrong_password"


class KindText(NamedTuple):
    """A kind in words."""

    does: str
    """What such a station does."""
    finds: str
    """What it finds in a CSMS."""


KINDS: Mapping[Kind, KindText] = MappingProxyType(
    {
        Kind.SILENT: KindText(
            "answers no request of the CSMS", "workers that wait for ever, missing time-outs"
        ),
        Kind.SLOW: KindText(
            "answers requests of the CSMS after 5 to 60 s", "time-outs, answers that come too late"
        ),
        Kind.HALF_OPEN: KindText(
            "falls silent for 1 to 3 minutes, leaves the connection open and makes a new one",
            "dead sessions that stay online",
        ),
        Kind.FLAPPING: KindText(
            "loses its connection after 10 to 30 s, each time", "two sockets for one id, leaks"
        ),
        Kind.TWIN: KindText(
            "is there twice: a second one with the same id",
            "which one wins, commands that get lost",
        ),
        Kind.BOOT_LOOP: KindText("boots again every 60 s", "work that is done at each boot"),
        Kind.GARBAGE: KindText(
            "sends broken JSON, an unknown action or 1 MB in one frame every 30 s",
            "the parser, close codes",
        ),
        Kind.REPEAT: KindText(
            "sends each message of a transaction twice with one id", "transactions begun twice"
        ),
        Kind.WRONG_CLOCK: KindText(
            "is an hour or three days off, before or behind, from its boot to its first Heartbeat",
            "what is sorted by the time of charge points",
        ),
        Kind.LATE_QUEUE: KindText(
            "comes out of an hour offline, with 60 messages at once",
            "bursts, timestamps in the past",
        ),
        Kind.REFUSES: KindText(
            "rejects every command of the CSMS that can be rejected", "retries without end"
        ),
        Kind.WRONG_PASSWORD: KindText(
            "comes with a wrong password for ever", "the cost of handshakes in vain"
        ),
    }
)


class Deed(StrEnum):
    """What a station is to do because of its kind."""

    WRITE = "write"
    """Put the text on the wire, past the mind."""
    FALL_SILENT = "fall_silent"
    """Hear and write nothing from now on; the connection stays as it is."""
    RECONNECT = "reconnect"
    """Close the connection; the back-off opens the next."""
    CUT = "cut"
    """Lose the connection without a close."""
    ABANDON = "abandon"
    """Leave the connection open, never read or write it again, and open another one."""
    POWER_OFF = "power_off"
    POWER_ON = "power_on"


class Mischief(Struct, frozen=True):
    """One deed, and the text of a frame where it is `WRITE`."""

    deed: Deed
    text: str = ""


class Misbehaviour:
    """A kind at one station; by itself it behaves, and each kind departs from that in its way.

    The station asks `outgoing` and `incoming` about every frame, tells what happens to its power
    and its connection, and does what `tick` says when `next_deadline` has come.
    """

    is_deaf = False
    """Nothing is read or written now, not even a ping, and the connection stays as it is."""
    begins_offline = False
    """At its first power on it has lived through an hour without a connection."""
    keys: Mapping[str, str] = MappingProxyType({})
    """Configuration keys that it has instead of its own."""

    def __init__(self, kind: Kind, seed: int, id: str) -> None:
        self.kind = kind
        self._seed = seed
        self._id = id
        self._draws = 0

    def powered_on(self, now: datetime) -> None:
        """Note that the station boots."""

    def powered_off(self, now: datetime) -> None:
        """Note that somebody else has taken its power: it is for them to give it back."""

    def opened(self, now: datetime) -> None:
        """Note that the WebSocket is open."""

    def closed(self, now: datetime) -> None:
        """Note that the WebSocket is gone."""

    def outgoing(self, text: str, now: datetime) -> list[str]:
        """Say what is written instead of a frame."""
        return [text]

    def incoming(self, text: str, now: datetime) -> str | None:
        """Say what the mind gets instead of a frame; None: nothing."""
        return text

    def tick(self, now: datetime) -> list[Mischief]:
        """Hand over what is due by now."""
        return []

    def next_deadline(self) -> datetime | None:
        """Say when `tick` has something to do."""
        return None

    def between(self, least: float, most: float) -> float:
        """Draw the next number of this station."""
        self._draws += 1
        return least + (most - least) * draw(self._seed, self._id, self.kind, self._draws)


class _Silent(Misbehaviour):
    def incoming(self, text: str, now: datetime) -> str | None:
        return None if isinstance(_read(text), Call) else text


class _Late(Misbehaviour):
    """What has frames of its own to write, each at its time."""

    def __init__(self, kind: Kind, seed: int, id: str) -> None:
        super().__init__(kind, seed, id)
        self._waiting: list[tuple[datetime, str]] = []

    def closed(self, now: datetime) -> None:
        self._waiting.clear()

    def tick(self, now: datetime) -> list[Mischief]:
        due = sorted(entry for entry in self._waiting if entry[0] <= now)
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        return [Mischief(Deed.WRITE, text) for _, text in due]

    def next_deadline(self) -> datetime | None:
        return min(self._waiting, default=(None, ""))[0]

    def _write(self, text: str, at: datetime) -> None:
        """Write it at its time; of too many the oldest are never written."""
        self._waiting.append((at, text))
        del self._waiting[:-WAITING_MAX]


class _Slow(_Late):
    def outgoing(self, text: str, now: datetime) -> list[str]:
        if _is_call(text):
            return [text]
        self._write(text, later(now, self.between(5, 60)))
        return []


class _Refuses(_Late):
    def incoming(self, text: str, now: datetime) -> str | None:
        frame = _read(text)
        if not isinstance(frame, Call) or (status := REFUSALS.get(frame.action)) is None:
            return text
        self._write(encode(CallResult(frame.message_id, {"status": status})), now)
        return None


class _Repeat(Misbehaviour):
    def outgoing(self, text: str, now: datetime) -> list[str]:
        is_twice = _is_call(text) and _action(text) in TRANSACTION_ACTIONS
        return [text, text] if is_twice else [text]


class _WrongClock(Misbehaviour):
    def __init__(self, kind: Kind, seed: int, id: str) -> None:
        super().__init__(kind, seed, id)
        self.offset_s = OFFSETS_S[int(self.between(0, len(OFFSETS_S)))]
        self._boot_id = ""

    def outgoing(self, text: str, now: datetime) -> list[str]:
        if _is_call(text) and _action(text) == Action.BOOT_NOTIFICATION:
            self._boot_id = text.split('"', 2)[1]
        return [text]

    def incoming(self, text: str, now: datetime) -> str | None:
        frame = _read(text)
        if not isinstance(frame, CallResult) or frame.message_id != self._boot_id:
            return text
        at = later(now, self.offset_s)
        return encode(
            CallResult(frame.message_id, {**frame.payload, "currentTime": at.isoformat()})
        )


class _Due(Misbehaviour):
    """What makes one mischief after the other, each after a time."""

    def __init__(self, kind: Kind, seed: int, id: str) -> None:
        super().__init__(kind, seed, id)
        self._due: datetime | None = None

    def closed(self, now: datetime) -> None:
        self._due = None

    def tick(self, now: datetime) -> list[Mischief]:
        if self._due is None or now < self._due:
            return []
        return self._happen(now)

    def next_deadline(self) -> datetime | None:
        return self._due

    @abstractmethod
    def _happen(self, now: datetime) -> list[Mischief]:
        """Make the mischief, and say when the next one is due."""


class _HalfOpen(_Due):
    def opened(self, now: datetime) -> None:
        self.is_deaf = False
        self._due = later(now, self.between(30, 120))

    def closed(self, now: datetime) -> None:
        super().closed(now)
        self.is_deaf = False

    def _happen(self, now: datetime) -> list[Mischief]:
        if self.is_deaf:
            self._due = None
            return [Mischief(Deed.ABANDON)]
        self.is_deaf = True
        self._due = later(now, self.between(60, 180))
        return [Mischief(Deed.FALL_SILENT)]


class _Flapping(_Due):
    def opened(self, now: datetime) -> None:
        self._due = later(now, self.between(10, 30))

    def _happen(self, now: datetime) -> list[Mischief]:
        self._due = None
        return [Mischief(Deed.CUT if self.between(0, 1) < 0.5 else Deed.RECONNECT)]


class _BootLoop(_Due):
    def __init__(self, kind: Kind, seed: int, id: str) -> None:
        super().__init__(kind, seed, id)
        self._is_off = False

    def powered_on(self, now: datetime) -> None:
        self._is_off = False
        self._due = later(now, BOOT_LOOP_S)

    def powered_off(self, now: datetime) -> None:
        self._due = None

    def closed(self, now: datetime) -> None:
        """A lost connection does not keep it from booting again."""

    def _happen(self, now: datetime) -> list[Mischief]:
        if self._is_off:
            self._due = None
            return [Mischief(Deed.POWER_ON)]
        self._is_off = True
        self._due = later(now, OFF_S)
        return [Mischief(Deed.POWER_OFF)]


class _Garbage(_Due):
    def opened(self, now: datetime) -> None:
        self._due = later(now, self.between(0, GARBAGE_S))

    def _happen(self, now: datetime) -> list[Mischief]:
        self._due = later(now, GARBAGE_S)
        number = self._draws
        self._draws += 1
        data = "x" * LONG_FRAME_BYTES
        long = {"vendorId": "cp-tui", "data": data}
        texts = (
            '[2,"broken","Heartbeat",{"a":',
            encode(Call(f"unknown-{number}", "MakeCoffee", {"cups": 2})),
            encode(Call(f"long-{number}", Action.DATA_TRANSFER, dict(long))),
        )
        return [Mischief(Deed.WRITE, texts[number % len(texts)])]


class _LateQueue(Misbehaviour):
    begins_offline = True
    keys = MappingProxyType(
        {
            # A car charges although the CSMS was never reached, and is measured each minute.
            "AllowOfflineTxForUnknownId": "true",
            "LocalAuthorizeOffline": "true",
            "MeterValueSampleInterval": "60",
        }
    )


class _WrongPassword(Misbehaviour):
    keys = MappingProxyType({"AuthorizationKey": WRONG_PASSWORD})


_CLASSES: Mapping[Kind, type[Misbehaviour]] = MappingProxyType(
    {
        Kind.SILENT: _Silent,
        Kind.SLOW: _Slow,
        Kind.HALF_OPEN: _HalfOpen,
        Kind.FLAPPING: _Flapping,
        # Each of the two behaves; that they are two is enough.
        Kind.TWIN: Misbehaviour,
        Kind.BOOT_LOOP: _BootLoop,
        Kind.GARBAGE: _Garbage,
        Kind.REPEAT: _Repeat,
        Kind.WRONG_CLOCK: _WrongClock,
        Kind.LATE_QUEUE: _LateQueue,
        Kind.REFUSES: _Refuses,
        Kind.WRONG_PASSWORD: _WrongPassword,
    }
)


def misbehave(kind: Kind, *, seed: int, id: str) -> Misbehaviour:
    """Give what a kind makes of one station; the same seed and id make the same mischief."""
    return _CLASSES[kind](kind, seed, id)


def kind_of(shares: Mapping[Kind, float], *, seed: int, number: int) -> Kind | None:
    """Say how a station misbehaves, by its number in the fleet; None: it does not."""
    of_each = ((kind, shares.get(kind, 0.0)) for kind in Kind)
    return of_shares(of_each, seed, "misbehaviour", number, GOLDEN)


def _read(text: str) -> object:
    """Read a frame of the CSMS; None: it is for the mind to say what is wrong with it."""
    try:
        return parse(text)
    except OcppError:
        return None


def _is_call(text: str) -> bool:
    return text.startswith("[2,")


def _action(text: str) -> str:
    """Give the Action of a CALL that we wrote."""
    return text.split('"', 4)[3]
