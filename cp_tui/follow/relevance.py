"""Which records of a log say what is known at a place of it: few, however long the log is.

To go to an instant, a new `Follower` learns from these alone, and shows the same as one that has
learned from everything before. Of most messages only the newest of their kind says anything any
more: each kind has a line of the places at which it stands, and the last ones up to where somebody
looks are found at once. Counts of messages are not among what is shown so.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from cp_tui.charge_point.transactions import SHOWN_MAX
from cp_tui.explain.knowledge.reservations import ENDING
from cp_tui.explain.payload import fields, integer, text
from cp_tui.follow.limits import CHANGES_MAX
from cp_tui.follow.stays import Stays
from cp_tui.traces.record import LinkKind, Record, RecordKind
from cp_tui.traces.survey import BACKWARDS_S

READINGS_MAX = 500
"""MeterValues from which curves are drawn; the newest of each kind come besides."""
LINKS_MAX = 100
LISTS_MAX = 1_000
RESERVATIONS_MAX = 200
"""What has begun or ended one."""
EVENTS_MAX = 50
REFUSALS_MAX = 100
HISTORY_MAX = 100
"""Of the status of each connector, and of its error; of the keys, all together."""
REWINDS_MAX = 100
SLOTS_MAX = 50_000
"""Kinds that are told apart; of those beyond nothing is known."""
OPEN_MAX = 1_000
"""CALLs that may still be answered."""
_UPKEEP = frozenset(
    {
        "FirmwareStatusNotification",
        "SignedFirmwareStatusNotification",
        "DiagnosticsStatusNotification",
        "LogStatusNotification",
    }
)
_REFUSED = ("Rejected", "InvalidCertificate", "RevokedCertificate")


class KindPlaces:
    """The places of one kind, in their order; of the newest so many say something."""

    __slots__ = ("newest", "places")

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.places = array("I")

    def up_to(self, place: int) -> Iterable[int]:
        """Give the newest up to a place."""
        end = bisect_right(self.places, place)
        return self.places[max(0, end - self.newest) : end]


class Relevance:
    """The places of one charge point, noted record by record in their order."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, KindPlaces] = {}
        self._stays = Stays()
        self._limiting: list[KindPlaces] = []
        """Those of what limits follow from."""
        self._changes = KindPlaces(CHANGES_MAX)
        """Where limits may have become others."""
        self._calls: OrderedDict[int, tuple[str, int, dict[str, Any]]] = OrderedDict()
        """Number of a CALL -> its action, place and payload."""
        self._answers = array("I")
        self._calls_of = array("I")
        """Of each answer its CALL, without which it says nothing."""
        self._needs: dict[int, tuple[int, ...]] = {}
        """Place -> what else has to come before it, to be understood."""
        self._newest: dict[Hashable, Any] = {}
        """What was told last, where only a change says something."""
        self._told: dict[str, tuple[int, ...]] = {}
        """Configuration key -> where its value was told last."""
        self._profiles: dict[int | None, Hashable] = {}
        """chargingProfileId -> what it stands beside since it was set last."""
        self._promised: dict[str, tuple[object, int]] = {}
        """Tag -> the profile of a remote start, and where that was answered."""
        self._reserved: dict[int | None, tuple[int | None, str]] = {}
        self._before: Record | None = None
        self._before_place = 0
        self._is_open = False

    def note(self, record: Record, place: int | None = None) -> None:
        """Take in the next record; `place` is its row, where that is not its number.

        Rows grow from record to record. Events of the connection have no number of their own.
        """
        at = record.number if place is None else place
        self._note_time(record, at)
        self._put("newest", at)
        if record.kind is RecordKind.LINK:
            self._link(record, at)
            return
        self._put(("way", record.direction, record.kind is RecordKind.CALL), at)
        self._open(is_open=True, place=at)
        frame = record.frame
        if frame is None:
            return
        if record.kind is RecordKind.CALL:
            payload = fields(frame.payload)
            self._call(frame.action, payload, at)
            self._calls[record.number] = frame.action, at, payload
            if len(self._calls) > OPEN_MAX:
                self._calls.popitem(last=False)
            return
        known = None if record.pair is None else self._calls.pop(record.pair, None)
        if known is not None and record.kind is RecordKind.CALL_RESULT:
            action, call, payload = known
            self._answers.append(at)
            self._calls_of.append(call)
            self._answer(action, payload, fields(frame.payload), at)

    def numbers(self, upto: int) -> list[int]:
        """Give the places that say what is known once the one at `upto` has passed, in order."""
        found: set[int] = set()
        for line in self._lines.values():
            found.update(line.up_to(upto))
        for change in self._changes.up_to(upto):
            found.update(self._limiting_at(change))
        for each in tuple(found):
            found.update(self._before_it(each))
        found.update(self._stays.places(found, upto))
        for each in tuple(found):
            found.update(self._before_it(each))
        return sorted(found)

    def _limiting_at(self, change: int) -> Iterator[int]:
        """Give the places that say what limited once the one of a change had passed."""
        yield change
        for line in self._limiting:
            yield from line.up_to(change)
        yield from self._stays.places((), change)

    def _before_it(self, place: int) -> tuple[int, ...]:
        """Give the places that have to come before one."""
        at = bisect_left(self._answers, place)
        is_answer = at < len(self._answers) and self._answers[at] == place
        needs = self._needs.get(place, ())
        return (self._calls_of[at], *needs) if is_answer else needs

    def _put(self, kind: Hashable, place: int, newest: int = 1) -> None:
        line = self._lines.get(kind)
        if line is None:
            if len(self._lines) >= SLOTS_MAX:
                return
            line = self._lines[kind] = KindPlaces(newest)
            if isinstance(kind, tuple) and kind[0] in _LIMITING:
                self._limiting.append(line)
        line.places.append(place)

    def _put_change(self, kind: Hashable, value: object, place: int, newest: int = 1) -> None:
        """Note a place where something was told that is not the same as before."""
        if self._newest.get(kind, self) != value and len(self._newest) < SLOTS_MAX:
            self._newest[kind] = value
            self._put(kind, place, newest)

    def _note_time(self, record: Record, place: int) -> None:
        """Where the time of the log jumps back, some of what was known is forgotten."""
        if record.at is None:
            return
        before = self._before
        if before is None:
            self._put("first", place)
        elif before.at is not None:
            gone_s = (record.at - before.at).total_seconds()
            if gone_s < -BACKWARDS_S - max(record.resolution, 0.0):
                self._put("rewind", self._before_place, REWINDS_MAX)
                self._put("rewind", place, REWINDS_MAX)
        self._before, self._before_place = record, place

    def _link(self, record: Record, place: int) -> None:
        event = record.link.event if record.link else None
        match event:
            case LinkKind.PING | LinkKind.PONG:
                self._put((event, record.direction), place)
                return
            case LinkKind.HANDSHAKE:
                self._put(event, place)
            case LinkKind.OPEN:
                self._open(is_open=True, place=place, is_told=True)
            case LinkKind.CLOSE | LinkKind.REBOOT | LinkKind.FAILED:
                self._open(is_open=False, place=place)
        self._put("link", place, LINKS_MAX)

    def _open(self, *, is_open: bool, place: int, is_told: bool = False) -> None:
        if is_open is not self._is_open or is_told:
            self._is_open = is_open
            self._put(("open", is_open), place)

    def _call(self, action: str, payload: Mapping[str, Any], place: int) -> None:
        """Note a request that says something by itself."""
        connector = integer(payload, "connectorId")
        match action:
            case "StatusNotification":
                self._status(connector, payload, place)
            case "MeterValues":
                id_ = integer(payload, "transactionId")
                kinds = (action, connector, id_ is not None, _measurands(payload))
                self._put(kinds, place)
                self._put(action, place, READINGS_MAX)
                self._stays.reading(id_, connector, place)
            case "StartTransaction":
                self._changes.places.append(place)
                self._put((action, connector), place)
                self._stays.start(_start(payload), connector, place)
                self._reservation_used(connector, payload, place)
                self._bind(connector, payload, place)
            case "StopTransaction":
                self._changes.places.append(place)
                ended = self._stays.stop(integer(payload, "transactionId"), place)
                self._put((action, ended), place)
                self._put(action, place, SHOWN_MAX)
            case "SecurityEventNotification":
                self._put(action, place, EVENTS_MAX)
            case "BootNotification":
                self._put(action, place)
                self._stays.boot()
            case _ if action in _UPKEEP and payload.get("status") != "Idle":
                self._put_change(action.removeprefix("Signed"), payload.get("status"), place)

    def _answer(
        self,
        action: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
        place: int,
    ) -> None:
        """Note an exchange that says something by its answer."""
        # What stands there need not be a text, nor anything that can be compared by hash.
        status = text(response, "status")
        if _refuses(action, response):
            self._put("refusal", place, REFUSALS_MAX)
        match action:
            case "BootNotification":
                self._put((action, "answered"), place)
                self._registered(status, place)
            case "StartTransaction":
                self._stays.started(_start(request), integer(response, "transactionId"), place)
            case "StopTransaction":
                self._stays.stopped(integer(request, "transactionId"), place)
                # Of one that had begun before the log nothing else is known.
                self._put((action, "answered"), place, SHOWN_MAX)
            case "SecurityEventNotification":
                self._put((action, "answered"), place, EVENTS_MAX)
            case "SetChargingProfile" if status == "Accepted":
                self._changes.places.append(place)
                connector = integer(request, "connectorId")
                self._profile_set(connector, request.get("csChargingProfiles"), place)
            case "ClearChargingProfile":
                if status == "Accepted":
                    self._changes.places.append(place)
                self._put((action, status, *sorted(f"{k}={v}" for k, v in request.items())), place)
            case "RemoteStartTransaction" if status == "Accepted":
                self._promise(text(request, "idTag").lower(), request, place)
            case "GetConfiguration":
                self._keys_told(request, response, place)
            case "ChangeConfiguration":
                self._key_changed(text(request, "key"), status, place)
            case "SendLocalList" if status == "Accepted":
                self._put(action, place, LISTS_MAX)
            case "ReserveNow" | "CancelReservation" if status == "Accepted":
                self._reservation(action, request, place)
            case "ChangeAvailability" if status != "Rejected":
                self._put((action, status, integer(request, "connectorId")), place)
            case "Heartbeat" | "GetLocalListVersion":
                self._put(action, place)
            case _ if action in _STATUS_OF:
                self._ordered(action, response, place)

    def _registered(self, status: object, place: int) -> None:
        """Since when it is so is told by the change: an older place with the same status may be
        among those of what limited."""
        line = self._lines.get("registration")
        if line is not None and self._newest["registration"] != status:
            before = line.places[-1]
            self._needs[place] = before, *self._before_it(before)[:1]
        self._put_change("registration", status, place)

    def _ordered(self, action: str, response: Mapping[str, Any], place: int) -> None:
        """A transfer was ordered, or refused."""
        is_refused = response.get("status") in _REFUSED
        if is_refused or (action == "GetDiagnostics" and "fileName" not in response):
            self._put(("refused", action), place)
            return
        self._put(("ordered", action.removeprefix("Signed")), place)
        self._newest.pop(_STATUS_OF[action], None)

    def _status(self, connector: int | None, payload: Mapping[str, Any], place: int) -> None:
        status, error = text(payload, "status"), text(payload, "errorCode")
        self._put(("notified", connector), place)
        self._put_change(("status", connector), status, place, HISTORY_MAX)
        self._put_change(("error", connector), error, place, HISTORY_MAX)
        if status in ENDING:
            over = [i for i, (c, _) in self._reserved.items() if connector in (0, c)]
            self._reservations_over(over, place)

    def _promise(self, tag: str, request: Mapping[str, Any], place: int) -> None:
        """A remote start may have a profile, which is installed with its transaction."""
        self._put(("RemoteStartTransaction", tag), place)
        self._promised.pop(tag, None)
        if "chargingProfile" in request and len(self._promised) < OPEN_MAX:
            self._promised[tag] = request["chargingProfile"], place

    def _bind(self, connector: int | None, payload: Mapping[str, Any], place: int) -> None:
        profile, promised = self._promised.pop(text(payload, "idTag").lower(), (None, 0))
        if profile is not None:
            self._needs[place] = (promised, *self._before_it(promised))
            self._profile_set(connector, profile, place)

    def _profile_set(self, connector: int | None, told: object, place: int) -> None:
        """One profile replaces another at its place, and itself wherever it was before."""
        profile = fields(told)
        id_ = integer(profile, "chargingProfileId")
        beside = (
            "profile",
            connector,
            text(profile, "chargingProfilePurpose"),
            integer(profile, "stackLevel"),
        )
        self._put(beside, place)
        if self._profiles.get(id_, beside) != beside:
            self._put(("profile id", id_), place)
        if len(self._profiles) < SLOTS_MAX:
            self._profiles[id_] = beside

    def _keys_told(
        self, request: Mapping[str, Any], response: Mapping[str, Any], place: int
    ) -> None:
        asked = request.get("key")
        names = tuple(map(str, asked)) if isinstance(asked, list) else None
        self._put(("GetConfiguration", names), place)
        told = response.get("configurationKey")
        for each in told if isinstance(told, list) else ():
            self._note_key(text(each, "key"), place)

    def _key_changed(self, key: str, status: object, place: int) -> None:
        """What the key was before is told with the change."""
        is_taken = status in ("Accepted", "RebootRequired")
        if (told := self._told.get(key.lower())) is not None:
            self._needs[place] = told
        self._put(("ChangeConfiguration", key.lower(), status), place)
        self._put("ChangeConfiguration", place, HISTORY_MAX)
        if is_taken:
            self._note_key(key, place)

    def _note_key(self, key: str, place: int) -> None:
        if key.lower() in self._told or len(self._told) < SLOTS_MAX:
            self._told[key.lower()] = (place, self._calls_of[-1])

    def _reservation(self, action: str, request: Mapping[str, Any], place: int) -> None:
        id_ = integer(request, "reservationId")
        if action == "CancelReservation":
            self._reservations_over([id_], place)
            return
        self._put("reservation", place, RESERVATIONS_MAX)
        while len(self._reserved) >= OPEN_MAX:
            del self._reserved[next(iter(self._reserved))]
        connector = integer(request, "connectorId")
        self._reserved[id_] = connector, text(request, "idTag").lower()

    def _reservation_used(
        self, connector: int | None, payload: Mapping[str, Any], place: int
    ) -> None:
        id_ = integer(payload, "reservationId")
        mine = connector, text(payload, "idTag").lower()
        over = [i for i, reserved in self._reserved.items() if i == id_ or reserved == mine]
        self._reservations_over(over, place)

    def _reservations_over(self, ids: Iterable[int | None], place: int) -> None:
        if [each for each in ids if self._reserved.pop(each, None) is not None]:
            self._put("reservation", place, RESERVATIONS_MAX)


_LIMITING = frozenset(
    {
        *("profile", "profile id", "ClearChargingProfile", "StartTransaction", "StopTransaction"),
        *("ChangeConfiguration", "GetConfiguration", "registration", "BootNotification", "open"),
    }
)
"""Kinds of messages that limits follow from, besides those of what runs."""

_STATUS_OF = {
    "UpdateFirmware": "FirmwareStatusNotification",
    "SignedUpdateFirmware": "FirmwareStatusNotification",
    "GetDiagnostics": "DiagnosticsStatusNotification",
    "GetLog": "LogStatusNotification",
}
"""An order -> the notification that says what became of it: the same status says it anew."""


def _refuses(action: str, response: Mapping[str, Any]) -> bool:
    """Whether an answer says of somebody that no transaction begins."""
    if action == "RemoteStartTransaction":
        return response.get("status") == "Rejected"
    told = fields(response.get("idTagInfo")).get("status", "Accepted")
    return action in ("Authorize", "StartTransaction") and told != "Accepted"


def _start(payload: Mapping[str, Any]) -> Hashable:
    """What makes two starts the same one, sent again."""
    return (
        integer(payload, "connectorId"),
        text(payload, "timestamp"),
        text(payload, "idTag"),
    )


def _measurands(payload: Mapping[str, Any]) -> frozenset[tuple[str, str, str]]:
    """Which values a message has: of the same ones only the newest count."""
    found = set()
    values = payload.get("meterValue")
    for each in values if isinstance(values, list) else ():
        sampled = fields(each).get("sampledValue")
        for value in sampled if isinstance(sampled, list) else ():
            told = (text(value, "measurand"), text(value, "phase"), text(value, "location"))
            found.add(told)
    return frozenset(found)
