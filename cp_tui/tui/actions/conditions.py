"""Why an action is not possible now, in words; None where it is."""

from __future__ import annotations

from cp_tui.charge_point.variables import Direction, LinkPhase
from cp_tui.tui.state.log_state import LogPlace
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.safe_text import drawn

READ_ONLY = "read only: attached as an observer"

NO_ENGINE = "this screen has lost the charge point"


def always(snapshot: Snapshot) -> str | None:
    """Nothing stands against it."""
    return None


NO_LOG = "no log is looked at here; cp-tui open FILE shows one"

A_LOG = "this is a log: nothing can be asked of the charge point"


OF_A_LOG = Snapshot(log=LogPlace(), is_read_only=True)
"""What is known of a charge point in a log before anything is."""


AS_IT_IS = "a log is as it is"


def in_log(snapshot: Snapshot) -> str | None:
    """A log must be looked at, and be read."""
    place = snapshot.log
    return _unless(place is not None, NO_LOG) or _unless(
        place and place.frames, "the log is being read"
    )


def several(snapshot: Snapshot) -> str | None:
    """Several charge points must speak in the log."""
    place = snapshot.log
    has_several = place is not None and len(place.chargers) > 1
    why = "one charge point speaks in this log"
    if place is not None and place.is_mixed:
        why = "this log does not tell the charge points apart"
    return in_log(snapshot) or _unless(has_several, why)


def not_in_log(snapshot: Snapshot) -> bool:
    """No log is looked at."""
    return snapshot.log is None


def change(snapshot: Snapshot) -> str | None:
    """It needs an engine that takes commands from this screen."""
    return ask(snapshot) or may_act(snapshot)


def may_act(snapshot: Snapshot) -> str | None:
    """This screen must not be an observer, nor the charge point one that is only watched."""
    return _answers(snapshot) or _unless(not snapshot.is_read_only, READ_ONLY)


def ask(snapshot: Snapshot) -> str | None:
    """It needs an engine, and changes nothing there."""
    return _answers(snapshot) or _unless(snapshot.has_engine, NO_ENGINE)


def bundle(snapshot: Snapshot) -> str | None:
    """There must be a charge point behind this screen, if only one that is watched."""
    of_log = "a log is one file as it is; cp-tui bundle makes one of a charge point"
    return _unless(snapshot.log is None, of_log) or _unless(snapshot.has_engine, NO_ENGINE)


def _answers(snapshot: Snapshot) -> str | None:
    """It must be a charge point that can be asked: neither a log nor one that is only watched."""
    if snapshot.log is not None:
        return A_LOG
    through = f"only watched, through {drawn(snapshot.watched)}"
    return _unless(not snapshot.watched, f"{through}: nothing can be asked of it here")


def connected(snapshot: Snapshot) -> str | None:
    """There must be a connection to the CSMS."""
    return change(snapshot) or _unless(snapshot.is_connected, "there is no connection to the CSMS")


def csms(snapshot: Snapshot) -> str | None:
    """The CSMS must be ours to look at."""
    return _unless(snapshot.csms.is_ours, "this screen did not start the CSMS; cp-tui demo has one")


def at_csms(snapshot: Snapshot) -> str | None:
    """The CSMS must be ours, and take commands from this screen."""
    return (
        csms(snapshot)
        or may_act(snapshot)
        or _unless(snapshot.csms.is_here, "the CSMS does not answer")
    )


def played(snapshot: Snapshot) -> str | None:
    """The story or a scenario must be played by a CSMS that takes commands from this screen."""
    return at_csms(snapshot) or _unless(snapshot.csms.is_playing, "no story is told now")


def is_told(snapshot: Snapshot) -> bool:
    """The story or a scenario is told, and this screen may pause it."""
    return played(snapshot) is None


def stop(snapshot: Snapshot) -> str | None:
    """It must not be stopped already."""
    return change(snapshot) or _unless(not snapshot.is_stopped, "it is stopped already")


def restart(snapshot: Snapshot) -> str | None:
    """It must be stopped."""
    return change(snapshot) or _unless(
        snapshot.is_stopped, "it is not stopped; restart follows a stop"
    )


def weather(snapshot: Snapshot) -> str | None:
    """The charge point must be able to make its network bad."""
    why = "this charge point is of a version without weather"
    return change(snapshot) or _unless(snapshot.network is not None, why)


def try_now(snapshot: Snapshot) -> str | None:
    """The link, or the oldest message of the queue, must wait for its next attempt."""
    if (why := change(snapshot)) is not None:
        return why
    match snapshot.link.phase if snapshot.link else None:
        case LinkPhase.WAITING:
            return None
        case LinkPhase.OPEN:
            waits = any(message.next_attempt_at for message in snapshot.outbox.entries)
            registration = snapshot.registration
            boots = registration is not None and registration.next_boot_at is not None
            words = "it is connected, and nothing waits for its time"
            return _unless(waits or boots, words)
        case LinkPhase.STOPPED:
            return "stopped by the operator: restart it first"
        case _:
            return "it is trying right now"


def with_connectors(snapshot: Snapshot) -> str | None:
    """The connectors must be known."""
    return _unless(snapshot.connectors, "no connector is known yet")


def at_connector(snapshot: Snapshot) -> str | None:
    """A real connector must be selected."""
    return (
        change(snapshot)
        or _unless(snapshot.connector_id, "select a connector: 0 is all of it")
        or _unless(snapshot.selected, "no connector is known yet")
    )


def with_vehicle(snapshot: Snapshot) -> str | None:
    """A vehicle must be plugged in."""
    connector = snapshot.selected
    return at_connector(snapshot) or _unless(
        connector and connector.vehicle, f"no vehicle at connector {snapshot.connector_id}"
    )


def with_session(snapshot: Snapshot) -> str | None:
    """A transaction must run, or a tag be about to start one."""
    words = "nothing charges, and no tag may start"
    return change(snapshot) or _unless(snapshot.in_session, words)


def with_faults(snapshot: Snapshot) -> str | None:
    """There must be an error to clear."""
    connector = snapshot.selected
    return change(snapshot) or _unless(
        connector and connector.faults, f"connector {snapshot.connector_id} has no error"
    )


def acknowledge(snapshot: Snapshot) -> str | None:
    """Something must have gone wrong inside that is over."""
    is_over = any(trouble.ends_at is not None for trouble in snapshot.troubles)
    return change(snapshot) or _unless(is_over, "nothing waits to be acknowledged")


def stop_report(snapshot: Snapshot) -> str | None:
    """There must have been a stop."""
    return _unless(snapshot.stop_report, "it is not stopped")


def with_messages(snapshot: Snapshot) -> str | None:
    """There must be a message."""
    return _unless(len(snapshot.messages), "no message is known yet")


def with_news(snapshot: Snapshot) -> str | None:
    """There must be messages, and more may come."""
    return _unless(snapshot.log is None, AS_IT_IS) or with_messages(snapshot)


def with_message_to_send(snapshot: Snapshot) -> str | None:
    """A message must be selected, and whoever sent it must be ours and able to send."""
    if snapshot.log is not None:
        return A_LOG
    if (why := may_act(snapshot)) is not None:
        return why
    frames = snapshot.message.frames if snapshot.message is not None else ()
    if not frames:
        return "no message is selected"
    if frames[0].direction is Direction.OUT:
        return connected(snapshot)
    if not snapshot.csms.is_ours:
        return "only the CSMS of cp-tui demo can send it"
    return at_csms(snapshot)


def schedule(snapshot: Snapshot) -> str | None:
    """A schedule must be known."""
    return _unless(snapshot.charging_schedules, "no schedule is known yet")


def with_profiles(snapshot: Snapshot) -> str | None:
    """There must be a profile to clear."""
    return change(snapshot) or _unless(snapshot.profiles, "no charging profile is installed")


def with_queue(snapshot: Snapshot) -> str | None:
    """A message must wait."""
    return change(snapshot) or _unless(snapshot.outbox.entries, "no message waits")


def with_reservations(snapshot: Snapshot) -> str | None:
    """There must be a reservation to cancel."""
    held = snapshot.reservations
    return change(snapshot) or _unless(held and held.active, "no reservation is in force")


def with_cache(snapshot: Snapshot) -> str | None:
    """There must be a cached tag to forget."""
    cache = snapshot.authorization_cache
    return change(snapshot) or _unless(cache and cache.count, "the cache is empty")


def with_security(snapshot: Snapshot) -> str | None:
    """What the charge point says of security must be known."""
    return change(snapshot) or _unless(snapshot.security, "nothing is known of security yet")


def with_request_names(snapshot: Snapshot) -> str | None:
    """What stands in a request for a certificate must be set."""
    security = snapshot.security
    return with_security(snapshot) or (security and drawn(security.why_no_request)) or None


def with_roots(snapshot: Snapshot) -> str | None:
    """There must be a root certificate to delete."""
    security = snapshot.security
    return change(snapshot) or _unless(security and security.roots, "no root is installed")


def with_certificates(snapshot: Snapshot) -> str | None:
    """There must be a certificate."""
    security = snapshot.security
    known = security and (security.roots or security.certificates or security.shown)
    return ask(snapshot) or _unless(known, "no certificate is known")


def with_keys(snapshot: Snapshot) -> str | None:
    """The configuration keys must be known."""
    return _unless(snapshot.configuration, "no configuration key is known yet")


def with_lens(snapshot: Snapshot) -> str | None:
    """Some keys must be hidden."""
    return _unless(snapshot.lens.hides, "every key is shown")


def _unless(holds: object, why: str) -> str | None:
    """Why not, where something does not hold or is not there."""
    return None if holds else why
