"""Why an action is not possible now, in words; None where it is."""

from __future__ import annotations

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.store import Snapshot

READ_ONLY = "read only: attached as an observer"

NO_ENGINE = "the engine does not answer"


def always(snapshot: Snapshot) -> str | None:
    """Nothing stands against it."""
    return None


def change(snapshot: Snapshot) -> str | None:
    """It needs an engine that takes commands from this screen."""
    if not snapshot.has_engine:
        return NO_ENGINE
    return READ_ONLY if snapshot.is_read_only else None


def stop(snapshot: Snapshot) -> str | None:
    """It must not be stopped already."""
    return change(snapshot) or ("it is stopped already" if snapshot.is_stopped else None)


def restart(snapshot: Snapshot) -> str | None:
    """It must be stopped."""
    if (why := change(snapshot)) is not None:
        return why
    return None if snapshot.is_stopped else "it is not stopped; restart follows a stop"


def try_now(snapshot: Snapshot) -> str | None:
    """It must be waiting for its next attempt."""
    if (why := change(snapshot)) is not None:
        return why
    match snapshot.link.phase if snapshot.link else None:
        case LinkPhase.WAITING:
            return None
        case LinkPhase.OPEN:
            return "it is connected"
        case LinkPhase.STOPPED:
            return "stopped by the operator: restart it first"
        case _:
            return "it is trying right now"


def at_connector(snapshot: Snapshot) -> str | None:
    """A real connector must be selected."""
    if (why := change(snapshot)) is not None:
        return why
    if snapshot.connector_id == 0:
        return "0 is the whole charge point, select a connector"
    if snapshot.connector(snapshot.connector_id) is None:
        return "no connector is known yet"
    return None


def with_vehicle(snapshot: Snapshot) -> str | None:
    """A vehicle must be plugged in."""
    if (why := at_connector(snapshot)) is not None:
        return why
    connector = snapshot.connector(snapshot.connector_id)
    has_vehicle = connector is not None and connector.vehicle is not None
    return None if has_vehicle else f"no vehicle at connector {snapshot.connector_id}"


def with_faults(snapshot: Snapshot) -> str | None:
    """There must be an error to clear."""
    if (why := change(snapshot)) is not None:
        return why
    connector = snapshot.connector(snapshot.connector_id)
    has_faults = connector is not None and bool(connector.faults)
    return None if has_faults else f"connector {snapshot.connector_id} has no error"


def stop_report(snapshot: Snapshot) -> str | None:
    """There must have been a stop."""
    return None if snapshot.stop_report else "it is not stopped"


def schedule(snapshot: Snapshot) -> str | None:
    """A schedule must be known."""
    return None if snapshot.schedules else "no schedule is known yet"


def with_profiles(snapshot: Snapshot) -> str | None:
    """There must be a profile to clear."""
    return change(snapshot) or (None if snapshot.profiles else "no charging profile is installed")
