"""What is asked of the engine itself: each method is a command, with its name and parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cp_tui.charge_point.command_fields import (
    ConnectorId,
    ConnectorIdOrZero,
    Duration,
    Fingerprint,
    IdTag,
    Instant,
    KeysOrAll,
    Nonce,
    Seed,
    Unit,
    WeatherName,
)
from cp_tui.charge_point.events import TryNow
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import Measurements
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import SLICE_PAUSE_S
from cp_tui.engine.network import UnknownWeather
from cp_tui.engine.pending_requests import REPLY_TIMEOUT_S, CommandAnswer
from cp_tui.ocpp.datatypes import ChargingRateUnitType, format_date_time

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.charge_point.configuration import ReportedKey
    from cp_tui.charger.charger import Charger
    from cp_tui.engine.engine_loop import EngineLoop
    from cp_tui.engine.link import Link
    from cp_tui.engine.transfers import Transfers
    from cp_tui.engine.troubles import TroubleKeeper

SCHEDULE_AWAY_MAX = timedelta(days=10 * 365)
"""How far away a window may begin; one further away is a mistake."""


class Operations(Struct, frozen=True):
    """An engine as its commands see it."""

    loop: EngineLoop
    charger: Charger
    link: Link
    transfers: Transfers
    troubles: TroubleKeeper
    clock: Callable[[], datetime]
    connectors: int

    @classmethod
    def of_charger(
        cls, charger: Charger, clock: Callable[[], datetime], connectors: int
    ) -> Operations:
        """Give what can be asked where there is no engine: all that looks at mind and body."""
        nobody: Any = None
        return cls(nobody, charger, nobody, nobody, nobody, clock, connectors)

    def get_configuration_key(self, keys: KeysOrAll) -> CommandAnswer:
        """Read configuration keys: those that are named, or all."""
        known, unknown = self.charger.mind.get_configuration_keys(keys)
        entries = [_entry(each) for each in known]
        return CommandAnswer({"configuration_key": [*entries], "unknown_key": [*unknown]})

    def digest_authorization_key(self, nonce: Nonce) -> str | None:
        """Give a digest of the AuthorizationKey, to find out whether another has the same one."""
        return self.charger.mind.digest_authorization_key(bytes.fromhex(nonce))

    def get_certificate(self, fingerprint: Fingerprint) -> str:
        """Give a certificate in PEM: an installed root, one of its own, or one that the CSMS shows.

        It is named by its SHA-256.
        """
        pem = self.charger.mind.certificate(fingerprint)
        if pem is None:
            raise CommandError(ErrorNumber.REFUSED, f"no certificate has fingerprint {fingerprint}")
        return pem

    async def get_composite_schedule(
        self,
        connector_id: ConnectorIdOrZero,
        duration_s: Duration,
        start: Instant | None = None,
        unit: Unit = ChargingRateUnitType.A,
    ) -> CompositeSchedule:
        """Compute the limits of a connector over time, as GetCompositeSchedule.req asks (S 5.7)."""
        work = self.schedule_work(connector_id, duration_s, start, unit)
        while True:
            try:
                next(work)
            except StopIteration as end:
                schedule: CompositeSchedule = end.value
                return schedule
            # A year of changes takes a second.
            await asyncio.sleep(SLICE_PAUSE_S)

    def schedule_work(
        self, connector_id: int, duration_s: int, start: datetime | None, unit: ChargingRateUnitType
    ) -> Generator[None, None, CompositeSchedule]:
        """Check what is asked for, and give the work, which can be done in slices."""
        self._require_connector(connector_id)
        now = self.clock()
        if start is not None and abs(start - now) > SCHEDULE_AWAY_MAX:
            years = SCHEDULE_AWAY_MAX.days // 365
            text = f"start {format_date_time(start)} is more than {years} years away"
            raise CommandError(ErrorNumber.REFUSED, text)
        return self.charger.mind.composite_schedule(connector_id, start, duration_s, unit, now)

    def get_measurements(
        self,
        connector_id: ConnectorIdOrZero,
        start: Instant | None = None,
        end: Instant | None = None,
    ) -> Measurements:
        """Give the measured power of a connector; without start and end, all that is known."""
        if start is not None and end is not None and end < start:
            method = "get_measurements"
            raise CommandError(ErrorNumber.INVALID_PARAMS, f"{method}: end lies before start")
        self._require_connector(connector_id)
        return self.charger.measurements(connector_id, start, end, self.clock())

    def explain_tag(self, id_tag: IdTag, connector_id: ConnectorId | None = None) -> CommandAnswer:
        """Say what would happen if a tag were shown now, at any connector or one, and why."""
        if connector_id is not None:
            self._require_connector(connector_id)
        explanation = self.charger.mind.explain_tag(id_tag, self.clock(), connector_id)
        return CommandAnswer(explanation, explanation.reason)

    def set_network(self, up: bool) -> bool:
        """Pull the network cable of the charge point, or put it back."""
        self.transfers.set_network(up)
        return self.link.set_network(up)

    def set_weather(self, weather: WeatherName, seed: Seed | None = None) -> bool:
        """Have the network to the CSMS be as bad as a weather of `network`; `fair` changes nothing.

        All chance comes from the seed, which `network` shows; without one, that of a weather which
        is there already stays, and for another one it is drawn.
        """
        try:
            return self.link.set_weather(weather, seed)
        except UnknownWeather as error:
            method = "set_weather"
            raise CommandError(ErrorNumber.INVALID_PARAMS, f"{method}: {error}") from None

    async def try_now(self) -> bool | CommandAnswer:
        """Connect, or send the oldest message again, at once instead of when its time comes."""
        return self.link.try_now() or await self.loop.ask(TryNow, REPLY_TIMEOUT_S)

    async def power_cycle(self) -> bool:
        """Cut the power and switch it on again; cables stay plugged."""
        await self.loop.power_cycle(REPLY_TIMEOUT_S)
        return True

    def acknowledge_troubles(self) -> int:
        """Forget what went wrong inside and is over; give how much that was."""
        return self.troubles.acknowledge()

    def _require_connector(self, connector_id: int) -> None:
        if connector_id > self.connectors:
            text = f"connector {connector_id} does not exist; there are 0 to {self.connectors}"
            raise CommandError(ErrorNumber.REFUSED, text)


def _entry(key: ReportedKey) -> dict[str, JsonValue]:
    entry: dict[str, JsonValue] = {"key": key.key, "read_only": key.readonly}
    return entry if key.value is None else {**entry, "value": key.value}
