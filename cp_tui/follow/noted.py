"""What a charge point of ours has written down beside its frames, as it was known at an instant.

Attempts to connect that failed, its own status while nobody was told of it, refusals by itself and
keys that people have changed: no frame tells of them. Where its events begin, it knows better than
a follower of its frames.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from cp_tui.charge_point.variables import (
    ConfigurationEntry,
    Connectors,
    ConnectorView,
    Fault,
    KeyChange,
    LinkAttempt,
    LinkError,
    LinkPhase,
    LinkView,
    StatusChange,
    Troubles,
)
from cp_tui.engine.hub import time_of
from cp_tui.engine.recorder import TROUBLES, StandingTroubles
from cp_tui.follow.connectors import WITH_CABLE
from cp_tui.follow.keys import TAKEN, bare_entry
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.configuration_key import find
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus

OF_MACHINE = frozenset({"link_attempts", "messages", "refusals", TROUBLES})
"""Streams whose times are those of the machine, as the times of the frames are; those of all others
are of the clock that the CSMS sets."""


class NotedEvents:
    """The events of one charge point."""

    def __init__(self, events: Iterable[tuple[str, Struct]]) -> None:
        """`events` are in the order in which they were written down, each with its stream."""
        streams: defaultdict[str, list[Struct]] = defaultdict(list)
        self._last: tuple[str, datetime] | None = None
        """Stream and time of what was written down last."""
        for name, event in events:
            streams[name].append(event)
            self._last = name, time_of(event)
        self._streams = {name: sorted(each, key=time_of) for name, each in streams.items()}
        self._times = {name: [*map(time_of, events)] for name, events in self._streams.items()}
        every = [each for times in self._times.values() for each in times]
        self._begin = min(every, default=None)

    def end(self, ahead_s: float) -> datetime | None:
        """When something was noted last, by the clock of the machine; None: nothing was.

        Of what has the clock of the charge point only the last counts: it alone surely goes with
        how far that clock was ahead at the end.
        """
        ends = [times[-1] for name, times in self._times.items() if name in OF_MACHINE]
        if self._last is not None and self._last[0] not in OF_MACHINE:
            ends.append(later(self._last[1], -ahead_s))
        return max(ends, default=None)

    @property
    def outages(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when it had no connection; None: it had none at the end."""
        found: list[tuple[datetime, datetime | None]] = []
        lost_at: datetime | None = None
        for each in self._of("link_attempts"):
            if not isinstance(each, LinkAttempt):
                continue
            if each.phase is not LinkPhase.OPEN:
                lost_at = lost_at or each.at
            elif lost_at is not None:
                found.append((lost_at, each.at))
                lost_at = None
        return found if lost_at is None else [*found, (lost_at, None)]

    def events(
        self, followed: Mapping[str, Sequence[Struct]], now: datetime, ahead_s: float
    ) -> dict[str, tuple[Struct, ...]]:
        """Give the events of all streams up to an instant.

        What a follower has told counts for the time before all that was noted. `ahead_s` says how
        far the clock of the charge point is ahead.
        """
        found = {name: tuple(events) for name, events in followed.items()}
        if self._begin is None:
            return found
        for name in {*found, *self._streams}:
            before = [each for each in found.get(name, ()) if time_of(each) < self._begin]
            found[name] = (*before, *self._until(name, now, ahead_s))
        return found

    def values(self, followed: Mapping[str, Any], now: datetime, ahead_s: float) -> dict[str, Any]:
        """Give the variables at an instant: those of a follower, and what was noted on top."""
        found = dict(followed)
        attempts = self._until("link_attempts", now, ahead_s)
        if attempts:
            link = _link([each for each in attempts if isinstance(each, LinkAttempt)], found)
            found["link"], found["is_connected"] = link, link.phase is LinkPhase.OPEN
            registration = found.get("registration", UNSET)
            if registration is not UNSET and not found["is_connected"]:
                found["registration"] = replace(registration, pending=None, unanswered=None)
        changes = self._until("status_changes", now, ahead_s)
        newest = {each.connector_id: each for each in changes if isinstance(each, StatusChange)}
        found["connectors"] = _connectors(found.get("connectors") or (), newest, ahead_s)
        found["troubles"] = (*self._alarms(now), *(found.get("troubles") or ()))
        keys = self._until("configuration_changes", now, ahead_s)
        found["configuration"] = _configuration(
            found.get("configuration") or (), (each for each in keys if isinstance(each, KeyChange))
        )
        return found

    def _alarms(self, now: datetime) -> Troubles:
        """The alarms of the program itself, as they stood."""
        noted = self._until(TROUBLES, now, 0.0)
        if not noted or not isinstance(noted[-1], StandingTroubles):
            return ()
        return tuple(
            each for each in noted[-1].troubles if each.ends_at is None or each.ends_at > now
        )

    def _of(self, stream: str) -> Sequence[Struct]:
        return self._streams.get(stream, ())

    def _until(self, stream: str, now: datetime, ahead_s: float) -> Sequence[Struct]:
        by_its_clock = now if stream in OF_MACHINE else later(now, ahead_s)
        return self._of(stream)[: bisect_right(self._times.get(stream, ()), by_its_clock)]


NOTHING_NOTED = NotedEvents(())


def _link(attempts: Sequence[LinkAttempt], followed: Mapping[str, Any]) -> LinkView:
    """The link as it says of itself, with the frames that went over it."""
    newest = begin = attempts[-1]
    for each in reversed(attempts):
        if each.phase is not newest.phase:
            break
        begin = each
    failed = next((each for each in reversed(attempts) if each.step is not None), None)
    seen = followed.get("link") or UNSET
    if seen is UNSET:
        seen = LinkView(phase=newest.phase, since=None, security_profile=None, authorization_key="")
    error = None
    if failed is not None and failed.step is not None:
        error = LinkError(
            step=failed.step,
            text=failed.text,
            hint=failed.hint,
            http_status=failed.http_status,
            close_code=failed.close_code,
            at=failed.at,
        )
    is_open = newest.phase is LinkPhase.OPEN
    return replace(
        seen,
        phase=newest.phase,
        since=newest.at if is_open else begin.at,
        attempt=0 if is_open else newest.attempt,
        last_error=error,
    )


def _connectors(
    followed: Connectors, newest: Mapping[int, StatusChange], ahead_s: float
) -> Connectors:
    """The connectors as they were, also while nobody was told."""
    seen = {each.connector_id: each for each in followed}
    for number, change in newest.items():
        since = later(change.time, -ahead_s)
        before = seen.get(number)
        if before is not None and _is_newer(before, change, since):
            continue
        if before is None:
            before = ConnectorView(
                connector_id=number,
                status=change.status,
                error_code=change.error_code,
                info=change.info,
                since=since,
                cause=change.cause,
                is_plugged=False,
                is_operative=True,
                scheduled_operative=None,
            )
        is_same_error = before.error_code is change.error_code
        seen[number] = replace(
            before,
            status=change.status,
            error_code=change.error_code,
            info=change.info,
            since=since,
            cause=change.cause,
            is_from_before_boot=False,
            is_plugged=change.status in WITH_CABLE,
            faults=before.faults if is_same_error else _faults(change, since),
        )
    return tuple(seen[number] for number in sorted(seen))


def _is_newer(seen: ConnectorView, noted: StatusChange, since: datetime) -> bool:
    """Whether frames have told another status since then, as after a boot."""
    return seen.status is not noted.status and seen.since is not None and seen.since > since


def _faults(change: StatusChange, since: datetime) -> tuple[Fault, ...]:
    if change.error_code is ChargePointErrorCode.NO_ERROR:
        return ()
    fault = Fault(
        error_code=change.error_code,
        info=change.info,
        vendor_error_code=None,
        blocks_charging=change.status is ChargePointStatus.FAULTED,
        since=since,
    )
    return (fault,)


def _configuration(
    followed: Sequence[ConfigurationEntry], changes: Iterable[KeyChange]
) -> tuple[ConfigurationEntry, ...]:
    """The keys with what became of them by itself or by people at it."""
    seen = {each.key.lower(): each for each in followed}
    for change in changes:
        name = change.key.lower()
        entry = seen.get(name) or bare_entry(find(change.key), change.key, change.read_only)
        if change.answer in TAKEN:
            entry = replace(
                entry,
                value=change.value,
                source=change.source,
                changed_at=change.time,
                old_value=change.old_value,
                last_refusal=None,
            )
        elif name in seen:
            entry = replace(entry, last_refusal=change)
        else:
            continue
        seen[name] = entry
    return tuple(seen.values())
