"""Charging profiles as a CSMS sends them, and a session to which they apply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.end_to_end.raw_csms import RawCsms
from tests.questions.place import Place, machine_now
from tests.questions.situations import TAG

Profile = dict[str, Any]


def profile(
    profile_id: int,
    purpose: str,
    periods: Sequence[tuple[int, float]],
    *,
    level: int = 0,
    unit: str = "A",
    phases: int | None = None,
    start: datetime | None = None,
    **more: Any,
) -> Profile:
    """An absolute profile of (start in s, limit), since an hour ago if not told otherwise."""
    started = start or machine_now() - timedelta(hours=1)
    on_phases = {} if phases is None else {"numberPhases": phases}
    return {
        "chargingProfileId": profile_id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "startSchedule": started.isoformat(),
            "chargingSchedulePeriod": [
                {"startPeriod": at_s, "limit": limit, **on_phases} for at_s, limit in periods
            ],
        },
        **more,
    }


async def install(server: RawCsms, connector_id: int, wanted: Profile) -> None:
    """Have the CSMS set a profile."""
    payload = {"connectorId": connector_id, "csChargingProfiles": wanted}
    assert (await server.call("SetChargingProfile", payload))[2] == {"status": "Accepted"}


async def start_charging(here: Place, connector_id: int = 1) -> None:
    """Plug in, swipe, and wait until the CSMS has given the transaction its id."""
    await here.act("plug_in", connector_id=connector_id)
    await here.act("swipe", id_tag=TAG, connector_id=connector_id)
    await here.reads(f"{connector_id} ● Charging")
    await here.until(lambda: _has_id(here, connector_id))


def _has_id(here: Place, connector_id: int) -> bool:
    connector = here.app.store.snapshot.connector(connector_id)
    transaction = connector.transaction if connector else None
    return transaction is not None and transaction.transaction_id is not None
