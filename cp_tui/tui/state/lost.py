"""What is left of what a charge point said when it is lost: what it was about to do is not told.

Nobody knows whether it tries, boots or sends anything now; a time to come would be a promise. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point import variables as v


def without_plans(
    link: v.LinkView | None,
    registration: v.RegistrationView | None,
    outbox: v.OutboxView,
    connectors: v.Connectors,
    firmware: v.FirmwareView | None,
    diagnostics: v.DiagnosticsView | None,
    log_upload: v.LogUploadView | None,
) -> dict[str, Any]:
    """The variables that tell of something to come, by name, without that."""
    found: dict[str, Any] = {
        "outbox": replace(
            outbox, entries=tuple(replace(each, next_attempt_at=None) for each in outbox.entries)
        ),
        "connectors": v.Connectors(_connectors(connectors)),
    }
    if link is not None:
        found["link"] = replace(link, next_attempt_at=None)
    if registration is not None:
        found["registration"] = replace(
            registration, next_boot_at=None, next_heartbeat_at=None, pending=None
        )
    jobs = ("firmware", firmware), ("diagnostics", diagnostics), ("log_upload", log_upload)
    for name, work in jobs:
        if work is not None and work.transfer is not None:
            found[name] = replace(work, transfer=replace(work.transfer, next_try_at=None))
    return found


def _connectors(connectors: v.Connectors) -> Iterator[v.ConnectorView]:
    for each in connectors:
        vehicle, restraint = each.vehicle, each.restraint
        yield replace(
            each,
            vehicle=None if vehicle is None else replace(vehicle, full_at=None),
            restraint=None if restraint is None else replace(restraint, until=None),
        )
