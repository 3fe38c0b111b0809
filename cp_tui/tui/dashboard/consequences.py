"""What a stop, a restart and a power cut do to what is under way: kept, lost, sent.

Pure: from what is known now to the facts of a question, before anything is done.
"""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import energy
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn

SETTINGS = "charge point profiles, keys, local list, reservations, availability"
"""What survives whatever is done."""


def stop_facts(snapshot: Snapshot) -> list[Fact]:
    """What a stop of OCPP means."""
    kept = _messages(snapshot, "its StopTransaction", "their StopTransactions")
    lost = f"{_tx_profiles(snapshot)}what happens until the restart is never sent"
    return [
        *running_facts(snapshot, "ends now with reason Other"),
        Fact("Sent", Content("nothing from now on: the link closes with code 1000 until restart")),
        Fact("Kept", Content(f"{kept}, sent after the restart; {SETTINGS}")),
        Fact("Lost", Content(lost)),
    ]


def restart_facts(snapshot: Snapshot) -> list[Fact]:
    """What a restart of OCPP means."""
    waiting = snapshot.outbox.count
    queue = f", then {count(waiting, 'waiting message')}" if waiting else ""
    return [
        Fact("Sent", Content(f"BootNotification; once accepted, the statuses{queue}")),
        Fact("Kept", Content(f"{_messages(snapshot, '', '')}; {SETTINGS}")),
        Fact("Lost", Content("nothing more: what happened while stopped was not recorded")),
    ]


def power_cut_facts(snapshot: Snapshot) -> list[Fact]:
    """What it means to cut the power and boot again."""
    kept = _messages(snapshot, "its StopTransaction", "their StopTransactions")
    return [
        *running_facts(snapshot, "ends with reason PowerLoss after the boot"),
        Fact("Sent", Content("BootNotification; once accepted, what was kept, the oldest first")),
        Fact("Kept", Content(f"{kept}; the meters; {SETTINGS}")),
        Fact("Lost", Content(f"{_tx_profiles(snapshot)}a tag that waits for its cable")),
    ]


def unplug_facts(snapshot: Snapshot, connector_id: int) -> list[Fact]:
    """What it means to unplug the vehicle of a running transaction."""
    connector = snapshot.connector(connector_id)
    if connector is None or connector.transaction is None:
        return [Fact("Session", Content("no transaction is running here any more"))]
    key = "StopTransactionOnEVSideDisconnect"
    entry = snapshot.entry(key)
    value = "" if entry is None or entry.value is None else entry.value.lower()
    then = {
        "true": f"stops with reason EVDisconnected, as {key} is true",
        "false": f"goes on without the vehicle, as {key} is false",
    }.get(value, f"{key} decides whether it stops")
    facts = [Fact("Session", running_words(connector, then))]
    if connector.is_lock_jammed:
        facts.append(Fact("Cable", Content("its lock is jammed: it stays in the connector")))
    return facts


def stop_charge_facts(snapshot: Snapshot, connector_id: int) -> list[Fact]:
    """What the stop button means for a running transaction."""
    connector = snapshot.connector(connector_id)
    if connector is None or connector.transaction is None:
        return [Fact("Session", Content("no transaction is running here any more"))]
    facts = [Fact("Session", running_words(connector, "ends now with reason Local"))]
    if not snapshot.is_connected:
        facts.append(Fact("Sent", Content("its StopTransaction waits for the connection")))
    return facts


def running_facts(snapshot: Snapshot, then: str) -> list[Fact]:
    """Each running transaction, and what becomes of it; each tag that is about to start."""
    running = [Fact(f"Conn. {c.connector_id}", running_words(c, then)) for c in snapshot.running]
    if not running:
        running = [Fact("Charging", Content("no transaction is running"))]
    return running + [
        Fact(f"Conn. {c.connector_id}", Content(f"{words}; it has to be shown again"))
        for c in snapshot.connectors
        if c.transaction is None and (words := _about_to_start(c))
    ]


def _about_to_start(connector: ConnectorView) -> str:
    if connector.asked_id_tag is not None:
        return f"tag {drawn(connector.asked_id_tag)} is being decided upon"
    if connector.authorized_id_tag is not None:
        return f"tag {drawn(connector.authorized_id_tag)} may start"
    return ""


def running_words(connector: ConnectorView, then: str) -> Content:
    """A running transaction in one line, and what becomes of it."""
    transaction = connector.transaction
    assert transaction is not None
    name = drawn(transaction.id_tag)
    number = "" if transaction.transaction_id is None else f"#{transaction.transaction_id} "
    return Content(f"transaction {number}of {name}, {energy(transaction.known_energy_wh)}: {then}")


def _messages(snapshot: Snapshot, one: str, several: str) -> str:
    """The messages that wait, and those that the ends of the running transactions add."""
    parts = [count(snapshot.outbox.count, "waiting message")] if snapshot.outbox.count else []
    if snapshot.running and one:
        parts.append(one if len(snapshot.running) == 1 else several)
    return " and ".join(parts) or "no message waits"


def _tx_profiles(snapshot: Snapshot) -> str:
    return "profiles of the transaction (TxProfile); " if snapshot.running else ""


def emergency_facts(snapshot: Snapshot) -> list[Fact]:
    """What the emergency button ends, and until when."""
    running = count(len(snapshot.running), "transaction")
    return [
        Fact("Now", Content(f"{running} ended with reason EmergencyStop; the CSMS is told")),
        Fact("Then", Content("no charging until the errors of connector 0 are cleared")),
    ]


def end_of_demo_facts(others: int) -> list[Fact]:
    """What the end of a demo means for the other screens that show it."""
    who, it = ("Another screen", "it") if others == 1 else (f"{others} other screens", "they")
    goes_on = "shows what was last, and says" if others == 1 else "show what was last, and say"
    return [
        Fact("Ends", Content("the demo: charge point, CSMS and story end with this screen")),
        Fact("Screens", Content(f"{who} {'shows' if others == 1 else 'show'} this demo")),
        Fact("Then", Content(f"{it} {goes_on} that the demo has ended")),
    ]


def screens_facts(others: int) -> list[Fact]:
    """What becomes of the other screens on a charge point that is left running, or stopped."""
    if not others:
        return []
    who = "another one shows" if others == 1 else f"{others} others show"
    words = f"{who} it as well: nothing changes there where it is left running"
    return [Fact("Screens", Content(words))]
