"""LocalListConflict: the CSMS says something else about a tag than its own local list (S 3.5.2)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.effects import LogLevel
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Fault
from cp_tui.ocpp.datatypes import AuthorizationStatus, ChargePointErrorCode

CONFLICTS_MAX = 100
"""Tags in conflict that are remembered; the oldest goes first."""

_VALID = frozenset({AuthorizationStatus.ACCEPTED, AuthorizationStatus.CONCURRENT_TX})
"""ConcurrentTx says that a valid tag is in use, not that it is not valid (S 3.5.2)."""


class _Conflict(Struct, frozen=True):
    id_tag: str
    listed: AuthorizationStatus
    said: AuthorizationStatus

    @property
    def is_contradiction(self) -> bool:
        return (self.listed in _VALID) is not (self.said in _VALID)

    @property
    def info(self) -> str:
        return f"{self.id_tag}: list {self.listed}, CSMS {self.said}"


class LocalListConflicts:
    """A warning at connector 0 for as long as a contradiction is known; the list stays as it is."""

    def __init__(self, turn: Turn, charge_point: Connector, statuses: StatusNotifications) -> None:
        self._turn = turn
        self._charge_point = charge_point
        self._statuses = statuses
        self._conflicts: dict[str, _Conflict] = {}

    def compare(self, id_tag: str, listed: AuthorizationStatus, said: AuthorizationStatus) -> None:
        """Take what the CSMS said about a tag of the list: a contradiction appears, or is gone."""
        key = id_tag.lower()
        conflict = _Conflict(id_tag, listed, said)
        was_there = self._conflicts.pop(key, None) is not None
        if conflict.is_contradiction:
            self._turn.log(LogLevel.WARNING, f"local list conflict: {conflict.info}")
            self._conflicts[key] = conflict
            if len(self._conflicts) > CONFLICTS_MAX:
                del self._conflicts[next(iter(self._conflicts))]
        elif not was_there:
            return
        self._show()

    def recheck(self, listed: Callable[[str], AuthorizationStatus | None]) -> None:
        """Drop what a new list, or a list that no longer counts, has settled."""
        if not self._conflicts:
            return
        kept = {}
        for key, conflict in self._conflicts.items():
            status = listed(conflict.id_tag)
            now = None if status is None else replace(conflict, listed=status)
            if now is not None and now.is_contradiction:
                kept[key] = now
        self._conflicts = kept
        self._show()

    def _show(self) -> None:
        faults = self._charge_point.faults
        code = ChargePointErrorCode.LOCAL_LIST_CONFLICT
        if self._conflicts:
            newest = next(reversed(self._conflicts.values()))
            faults[code] = Fault(
                error_code=code, info=newest.info, blocks_charging=False, since=self._turn.now
            )
        else:
            faults.pop(code, None)
        self._statuses.refresh(self._charge_point, "local list conflict")
