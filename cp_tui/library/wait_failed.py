"""Why what a test waits for did not come: what was seen instead, the reasons, the last frames."""

from __future__ import annotations

from collections.abc import Iterator

from cp_tui.charge_point.variables import (
    ConnectorView,
    LinkView,
    NetworkView,
    OutboxView,
    RegistrationView,
    Troubles,
)
from cp_tui.engine.errors import CommandError
from cp_tui.engine.told_frames import told
from cp_tui.library.looks import Looks
from cp_tui.ocpp.plural import count

FRAMES_SHOWN = 12
"""How many of the last frames a failure shows: an exchange of a transaction and what was before."""
OUTBOX_SHOWN = 3


class WaitFailed(AssertionError):
    """Something did not come in time; the message says what was there instead."""


def wait_failed(charger: Looks, what: str, within: str) -> WaitFailed:
    """Make the error: `what` was waited for, for as long as `within` says."""
    lines = [f"not within {within}: {what}", "instead:"]
    try:
        lines += [f"  {line}" for line in seen(charger)]
    except CommandError as error:
        lines.append(f"  {error}")
    lines.append("the last frames:")
    lines += [f"  {line}" for line in told(charger.messages.all[-FRAMES_SHOWN:])]
    return WaitFailed("\n".join(lines))


def seen(charger: Looks) -> Iterator[str]:
    """Tell the present state of a charge point, a line for each fact, with the reasons."""
    connected: bool = charger.get("is_connected")
    yield from _link(charger.get("link"), is_connected=connected)
    yield from _weather(charger.get("network"))
    yield from _registration(charger.get("registration"))
    connectors: tuple[ConnectorView, ...] = charger.get("connectors")
    for connector in connectors[1:]:
        yield from _connector(connector)
    yield from _outbox(charger.get("outbox"))
    troubles: Troubles = charger.get("troubles")
    for trouble in troubles:
        yield f"trouble: {trouble.text}"


def _weather(network: NetworkView) -> Iterator[str]:
    """Say what is wrong on purpose, and how it is had again."""
    if network.seed is not None:
        doing = f": {network.doing}" if network.doing else ""
        yield f"the weather {network.weather}, seed {network.seed}{doing}"


def _link(link: LinkView, *, is_connected: bool) -> Iterator[str]:
    words = "connected" if is_connected else f"not connected, {link.phase}, attempt {link.attempt}"
    if not link.network_up:
        words += "; the network cable is pulled"
    if not is_connected and link.last_error is not None:
        words += f": {link.last_error.text}"
    yield words


def _registration(registration: RegistrationView) -> Iterator[str]:
    yield f"BootNotification: {registration.status or 'not answered yet'}"
    if registration.clock_refused is not None:
        yield f"clock: {registration.clock_refused.text}"


def _connector(connector: ConnectorView) -> Iterator[str]:
    words = f"connector {connector.connector_id}: {connector.status} ({connector.cause})"
    if connector.transaction is not None:
        number = connector.transaction.transaction_id
        name = "without an id yet" if number is None else f"{number}"
        words += f", transaction {name} of {connector.transaction.id_tag}"
    elif connector.authorized_id_tag is not None:
        words += f", {connector.authorized_id_tag} may start"
    elif connector.asked_id_tag is not None:
        words += f", {connector.asked_id_tag} is being decided upon"
    yield words
    for fault in connector.faults:
        yield f"  {fault.error_code} is raised"
    if connector.last_refusal is not None:
        yield f"  refused: {connector.last_refusal.text} ({connector.last_refusal.rule})"
    if connector.restraint is not None:
        yield f"  power is held by: {connector.restraint.kind}"


def _outbox(outbox: OutboxView) -> Iterator[str]:
    if not outbox.count:
        return
    yield f"{count(outbox.count, 'message')} not delivered:"
    for entry in outbox.entries[:OUTBOX_SHOWN]:
        yield f"  {entry.action}: {entry.why}"
