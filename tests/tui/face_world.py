"""What a first screen has to tell at times: a CSMS that is away or says no, a fault."""

from __future__ import annotations

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.datatypes import RegistrationStatus
from tests.tui import power_world, session_world, states, worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import at


def offline() -> FakeEngine:
    """Two vehicles charge on; for a quarter of an hour nothing has listened at the CSMS."""
    fake = power_world.engine()
    fake.world |= {
        "link": worlds.broken_link(),
        "is_connected": False,
        "outbox": session_world.offline_queue(),
    }
    return fake


def rejected() -> FakeEngine:
    """The CSMS does not want the charge point."""
    fake = power_world.idle()
    fake.world["link"] = worlds.open_link(since=at(14, 1, 2))
    fake.world["registration"] = v.RegistrationView(
        status=RegistrationStatus.REJECTED,
        since=at(14, 1, 3),
        interval_s=300,
        next_boot_at=at(14, 6, 3),
    )
    return fake


def unauthorized() -> FakeEngine:
    """The CSMS answers the handshake with 401."""
    fake = power_world.idle()
    link = replace(worlds.broken_link(), last_error=states.UNAUTHORIZED)
    fake.world |= {"link": link, "is_connected": False}
    return fake


def faulted() -> FakeEngine:
    """A residual current has stopped connector 2; the other one is free."""
    fake = power_world.idle()
    whole, free, _other = fake.world["connectors"]
    *_others, broken = worlds.broken()["connectors"]
    fake.world["connectors"] = v.Connectors((whole, free, broken))
    return fake
