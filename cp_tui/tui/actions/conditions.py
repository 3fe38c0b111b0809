"""Why an action is not possible now, in words; None where it is."""

from __future__ import annotations

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.state.store import Snapshot

READ_ONLY = "read only: attached as an observer"

NO_ENGINE = "this screen has lost the charge point"


def always(snapshot: Snapshot) -> str | None:
    """Nothing stands against it."""
    return None


def change(snapshot: Snapshot) -> str | None:
    """It needs an engine that takes commands from this screen."""
    if not snapshot.has_engine:
        return NO_ENGINE
    return READ_ONLY if snapshot.is_read_only else None


def ask(snapshot: Snapshot) -> str | None:
    """It needs an engine, and changes nothing there."""
    return None if snapshot.has_engine else NO_ENGINE


def connected(snapshot: Snapshot) -> str | None:
    """There must be a connection to the CSMS."""
    if (why := change(snapshot)) is not None:
        return why
    return None if snapshot.is_connected else "there is no connection to the CSMS"


def csms(snapshot: Snapshot) -> str | None:
    """The CSMS must be ours to look at."""
    if snapshot.csms.is_ours:
        return None
    return "this screen did not start the CSMS; cp-tui demo has one"


def at_csms(snapshot: Snapshot) -> str | None:
    """The CSMS must be ours, and take commands from this screen."""
    if (why := csms(snapshot)) is not None:
        return why
    if snapshot.is_read_only:
        return READ_ONLY
    return None if snapshot.csms.is_here else "the CSMS does not answer"


def stop(snapshot: Snapshot) -> str | None:
    """It must not be stopped already."""
    return change(snapshot) or ("it is stopped already" if snapshot.is_stopped else None)


def restart(snapshot: Snapshot) -> str | None:
    """It must be stopped."""
    if (why := change(snapshot)) is not None:
        return why
    return None if snapshot.is_stopped else "it is not stopped; restart follows a stop"


def try_now(snapshot: Snapshot) -> str | None:
    """The link, or the oldest message of the queue, must wait for its next attempt."""
    if (why := change(snapshot)) is not None:
        return why
    match snapshot.link.phase if snapshot.link else None:
        case LinkPhase.WAITING:
            return None
        case LinkPhase.OPEN:
            waits = any(message.next_attempt_at for message in snapshot.outbox.entries[:1])
            registration = snapshot.registration
            boots = registration is not None and registration.next_boot_at is not None
            words = "it is connected, and neither a boot nor a message waits for its time"
            return None if waits or boots else words
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


def with_session(snapshot: Snapshot) -> str | None:
    """A transaction must run, or a tag be about to start one."""
    if (why := at_connector(snapshot)) is not None:
        return why
    found = snapshot.connector(snapshot.connector_id)
    if found and (found.transaction or found.authorized_id_tag or found.asked_id_tag):
        return None
    return f"no transaction at connector {snapshot.connector_id}, and no tag that may start"


def with_faults(snapshot: Snapshot) -> str | None:
    """There must be an error to clear."""
    if (why := change(snapshot)) is not None:
        return why
    connector = snapshot.connector(snapshot.connector_id)
    has_faults = connector is not None and bool(connector.faults)
    return None if has_faults else f"connector {snapshot.connector_id} has no error"


def acknowledge(snapshot: Snapshot) -> str | None:
    """Something must have gone wrong inside that is over."""
    if (why := change(snapshot)) is not None:
        return why
    is_over = any(trouble.ends_at is not None for trouble in snapshot.troubles)
    return None if is_over else "nothing waits to be acknowledged"


def stop_report(snapshot: Snapshot) -> str | None:
    """There must have been a stop."""
    return None if snapshot.stop_report else "it is not stopped"


def with_messages(snapshot: Snapshot) -> str | None:
    """There must be a message."""
    return None if len(snapshot.messages) else "no message is known yet"


def schedule(snapshot: Snapshot) -> str | None:
    """A schedule must be known."""
    return None if snapshot.charging_schedules else "no schedule is known yet"


def with_profiles(snapshot: Snapshot) -> str | None:
    """There must be a profile to clear."""
    return change(snapshot) or (None if snapshot.profiles else "no charging profile is installed")


def with_queue(snapshot: Snapshot) -> str | None:
    """A message must wait."""
    return change(snapshot) or (None if snapshot.outbox.entries else "no message waits")


def with_reservations(snapshot: Snapshot) -> str | None:
    """There must be a reservation to cancel."""
    held = snapshot.reservations is not None and bool(snapshot.reservations.active)
    return change(snapshot) or (None if held else "no reservation is in force")


def with_cache(snapshot: Snapshot) -> str | None:
    """There must be a cached tag to forget."""
    cache = snapshot.authorization_cache
    has_tags = cache is not None and cache.count > 0
    return change(snapshot) or (None if has_tags else "the cache is empty")


def with_keys(snapshot: Snapshot) -> str | None:
    """The configuration keys must be known."""
    return None if snapshot.configuration else "no configuration key is known yet"


def with_lens(snapshot: Snapshot) -> str | None:
    """Some keys must be hidden."""
    return None if snapshot.lens.hides else "every key is shown"
