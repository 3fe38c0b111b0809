"""What the charge point asks, how that stays open, and what it notes of the answers."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.events import TransferData
from cp_tui.charge_point.variables import (
    MessageKind,
    MessageRecord,
    RegistrationView,
    TransactionsView,
)
from tests.charge_point.rig import Rig

INFO = {"status": "Accepted"}
QUIET = {"MeterValueSampleInterval": "0"}


def open_call(made: Rig, action: str) -> str:
    """Have the charge point ask something that stays open; give the id."""
    made.responders[action] = lambda _: None
    match action:
        case "StartTransaction":
            made.act("plug_in", connector_id=1)
            made.act("swipe", id_tag="TAG")
        case "StopTransaction":
            made.act("plug_in", connector_id=1)
            made.act("swipe", id_tag="TAG")
            made.act("swipe", id_tag="TAG")
        case "MeterValues":
            made.act("plug_in", connector_id=1)
            made.act("swipe", id_tag="TAG")
            made.after(60)
        case "BootNotification":
            made.power_cycle()
        case "Authorize":
            made.act("plug_in", connector_id=1)
            made.act("swipe", id_tag="TAG", connector_id=1)
        case "DataTransfer":
            made.start_command(lambda n: TransferData(n, "V", None, None))
        case _:
            made.request("TriggerMessage", {"requestedMessage": action})
    return asked(made, action)[-1]


def asked(made: Rig, action: str) -> list[str]:
    """Give the ids under which something was asked."""
    return [frame[1] for frame in made.sent if frame[0] == 2 and frame[2] == action]


def answers(made: Rig, message_id: str) -> list[MessageRecord]:
    found = [event for name, event in made.events if name == "messages"]
    records = [event for event in found if isinstance(event, MessageRecord)]
    return [r for r in records if r.message_id == message_id and r.kind is not MessageKind.CALL]


def registration(made: Rig) -> RegistrationView:
    view = made.variables["registration"]
    assert isinstance(view, RegistrationView)
    return view


def newest(made: Rig) -> Any:
    view: TransactionsView = made.variables["transactions"]
    return view[0]
