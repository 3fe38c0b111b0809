"""Stand-ins for mind, link and disk, that do what a test tells them and note everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import ReportedKey
from cp_tui.charge_point.effects import (
    CloseLink,
    Download,
    Effect,
    PutAside,
    SetCredentials,
    StoredRecords,
    Upload,
)
from cp_tui.charge_point.events import Event, PoweredOn
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.variables import Direction, TagExplanation, TagOutcome
from cp_tui.engine.connection import Sender
from cp_tui.engine.errands import Errand, Errands
from cp_tui.engine.errors import StoreError
from cp_tui.engine.link import Link
from cp_tui.engine.rescue import Rescue
from cp_tui.engine.store import Changes
from cp_tui.engine.transfers import Transfers
from cp_tui.ocpp.datatypes import ChargingRateUnitType

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONFIG = ChargePointConfig(charge_point_id="CP001", url="ws://csms.example/CP001")

Answer = Callable[[Event], list[Effect]]


def nothing(_: Event) -> list[Effect]:
    """Want nothing done."""
    return []


class FakeMind(ChargePoint):
    """A mind that answers each event as the test says."""

    clock_offset = timedelta(0)
    may_answer = True

    def __init__(self, answer: Answer, body: Body, stored: StoredRecords) -> None:
        self.answer = answer
        self.body = body
        self.stored = stored
        self.events: list[Event] = []
        self.deadline: datetime | None = None
        self.changed: set[str] = set()
        self.variables: dict[str, Any | Exception] = {}
        self.looked: list[str] = []
        """The variables that somebody asked for, in order."""

    def handle(self, event: Event, now: datetime) -> list[Effect]:
        self.events.append(event)
        return self.answer(event)

    def next_deadline(self) -> datetime | None:
        return self.deadline

    def take_changed(self) -> set[str]:
        changed, self.changed = self.changed, set()
        return changed

    def prepare(self, name: str) -> bool:
        return False

    def view(self, name: str, now: datetime) -> Any:
        self.looked.append(name)
        value = self.variables[name]
        if isinstance(value, Exception):
            raise value
        return value

    def get_configuration_keys(self, keys: Sequence[str]) -> tuple[list[ReportedKey], list[str]]:
        return [ReportedKey(key="HeartbeatInterval", readonly=False, value="60")], list(keys)

    def composite_schedule(
        self,
        connector_id: int,
        start: datetime | None,
        duration_s: int,
        unit: ChargingRateUnitType | None,
        now: datetime,
    ) -> Work[CompositeSchedule]:
        yield
        return CompositeSchedule(
            connector_id=connector_id,
            start=start or now,
            duration_s=duration_s,
            unit=unit or ChargingRateUnitType.A,
            periods=(),
        )

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        return None

    def explain_tag(
        self, id_tag: str, now: datetime, connector_id: int | None = None
    ) -> TagExplanation:
        return TagExplanation(
            id_tag=id_tag,
            connector_id=connector_id,
            outcome=TagOutcome.ASK,
            reason=because("test", "cp-tui", "nobody knows it"),
        )


class Minds:
    """Makes minds, and keeps them for the test to look at."""

    def __init__(self, answer: Answer = nothing) -> None:
        self.answer = answer
        self.made: list[FakeMind] = []

    @property
    def mind(self) -> FakeMind:
        """The mind that is at work."""
        return self.made[-1]

    def events(self) -> list[Event]:
        """What the present mind was told, the boot apart."""
        return [event for event in self.mind.events if not isinstance(event, PoweredOn)]

    def __call__(
        self, config: ChargePointConfig, body: Body, stored: StoredRecords, random: Chance
    ) -> FakeMind:
        self.made.append(FakeMind(self.answer, body, stored))
        return self.made[-1]


class FakeDisk:
    """A store whose writes the test can hold up or refuse; `log` is shared with the link."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.records: dict[str, str] = {}
        self.is_full = False
        self.write_s = 0.0
        self.lets_through = asyncio.Event()
        """Cleared, a write hangs."""
        self.lets_through.set()
        self.is_asked = asyncio.Event()

    async def commit(self, changes: Changes) -> None:
        self.is_asked.set()
        await self.lets_through.wait()
        await asyncio.sleep(self.write_s)
        if self.is_full:
            raise StoreError("records were not written: database or disk is full")
        self.log.append(f"saved {' '.join(key for _, key in changes)}")
        self.records |= {key: value or "" for (_, key), value in changes.items()}


class FakeLink:
    """A link that notes its orders."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def sender(self, connection: int) -> Sender:
        return partial(self.send, connection=connection)

    def send(self, *texts: str, connection: int) -> bool:
        self.log += [f"sent {text} on {connection}" for text in texts]
        return True

    def open(self) -> None:
        self.log.append("open")

    def close(self, why: str = CloseLink().why, until: datetime | None = None) -> None:
        self.log.append("close")

    def reconnect(self, why: str) -> None:
        self.log.append(f"reconnect: {why}")

    def set_ping(self, interval_s: int) -> None:
        self.log.append(f"ping {interval_s}")

    def set_credentials(self, sent: SetCredentials) -> None:
        self.log.append("credentials")

    def note_frame(self, direction: Direction, at: datetime, action: str) -> None:
        self.log.append(f"noted {direction} {action}")

    def fate(self, message_id: str) -> Reason | None:
        return None

    async def cut(self) -> None:
        self.log.append("cut")

    async def end(self) -> None:
        self.log.append("end")

    def as_link(self) -> Link:
        """Pass for a link."""
        return cast(Link, self)


class FakeTransfers:
    """File transfers that are noted and never end."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def start(self, order: Download | Upload) -> None:
        self.log.append(f"begun {order.transfer_id}")

    def cancel(self, transfer_id: str) -> None:
        self.log.append(f"cancelled {transfer_id}")

    def cancel_all(self) -> None:
        """Forget everything; worth no note."""

    def as_transfers(self) -> Transfers:
        """Pass for transfers."""
        return cast(Transfers, self)


class FakeErrands:
    """Errands that are noted and never end."""

    readable_keys: frozenset[str] = frozenset()

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def start(self, errand: Errand) -> None:
        self.log.append(type(errand).__name__)

    def cancel_all(self) -> None:
        """Forget everything; worth no note."""

    def as_errands(self) -> Errands:
        """Pass for errands."""
        return cast(Errands, self)


class FakeRescue:
    """A look at the store that finds nothing, unless a test says what."""

    def __init__(self) -> None:
        self.looked: list[StoredRecords] = []
        self.finds: StoredRecords | None = None
        """What is left of the records where some are to blame."""
        self.aside: list[PutAside] = []

    def is_due(self) -> bool:
        return self.finds is not None

    async def heal(self, stored: StoredRecords) -> StoredRecords:
        self.looked.append(stored)
        return stored if self.finds is None else self.finds

    async def put_aside(self, records: Sequence[PutAside], words: str, hint: str) -> None:
        self.aside += records

    def as_rescue(self) -> Rescue:
        """Pass for a rescue."""
        return cast(Rescue, self)
