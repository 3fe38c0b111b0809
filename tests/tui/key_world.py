"""A charger whose keys have a past: changed by the CSMS, the operator and the file, and refused."""

from __future__ import annotations

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.reason import Reason
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import at, entry

KEYS_MANY = 300


def entries() -> v.ConfigurationView:
    """The keys of the worlds, with rules for the custom ones, and values from before the boot."""
    changes: dict[str, dict[str, object]] = {
        "FanLevel": {"minimum": 0, "maximum": 5, "constraint": "an integer from 0 to 5"},
        "SiteName": {"type": "string"},
        "ConnectionTimeOut": {
            "value": "90",
            "source": v.KeySource.CSMS,
            "changed_at": at(8, 30, day=3),
            "old_value": "60",
        },
        "LocalPreAuthorize": {"value": "false", "source": v.KeySource.FILE},
        "HeartbeatInterval": {"old_value": "300"},
    }
    known = [replace(e, **changes.get(e.key, {})) for e in worlds.configuration()]
    known.append(
        entry(
            "Tariff",
            "night",
            default="day",
            is_custom=True,
            type="string",
            choices=("day", "night"),
            constraint="one of day, night",
            source=v.KeySource.OPERATOR,
        )
    )
    return v.ConfigurationView(tuple(known))


def changes() -> tuple[v.KeyChange, ...]:
    """What happened since the start, the oldest first."""
    not_allowed = Reason(
        id="configuration.bad_value",
        rule="S 9",
        text='WebSocketPingInterval: "-5" is refused (too small); must be an integer of at least 0',
    )
    return (
        worlds.change("HeartbeatInterval", "86400", "300", at(11, 52, 40)),
        v.KeyChange(
            key="FanLevel",
            value="3",
            read_only=False,
            old_value="1",
            time=at(13, 11),
            source=v.KeySource.OPERATOR,
            answer="Accepted",
        ),
        worlds.change("MeterValueSampleInterval", "60", "15", at(13, 59, 12)),
        replace(
            worlds.change("WebSocketPingInterval", "60", "30", at(14, 0, 1)),
            answer="RebootRequired",
        ),
        worlds.change("HeartbeatInterval", "300", "60", at(14, 1, 5)),
        replace(
            worlds.change("WebSocketPingInterval", "30", "-5", at(14, 2, 9)),
            answer="Rejected",
            reason=not_allowed,
        ),
    )


def normal() -> worlds.World:
    """All is well."""
    return worlds.healthy() | {"configuration": entries()}


def crowded() -> worlds.World:
    """Three hundred keys."""
    many = (entry(f"Vendor{n:03}Setting", f"{n}", default="0") for n in range(KEYS_MANY))
    return worlds.healthy() | {"configuration": v.ConfigurationView((*entries(), *many))}


def engine(world: worlds.World | None = None) -> FakeEngine:
    """An engine on it that tells of the changes as well."""
    fake = FakeEngine(normal() if world is None else world)
    for change in changes():
        fake.emit("configuration_changes", change)
    return fake
