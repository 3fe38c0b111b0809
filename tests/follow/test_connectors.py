"""The connectors of a charge point that is watched."""

from __future__ import annotations

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.follow.connectors import BEFORE_BOOT, CAUSE
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.text.status import status_content
from tests.explain.talk import BOOT, Talk, status


def test_a_status_from_before_a_boot_is_said_to_be_from_then_until_it_is_told_anew() -> None:
    follower, talk = Follower("CP-1"), Talk()

    def connector() -> ConnectorView:
        for record in talk.records:
            follower.learn(record)
        talk.records.clear()
        view: ConnectorView = follower.view("connectors", talk.now)[1]
        return view

    talk.booted()
    talk.tell("StatusNotification", status(1, "Preparing"))
    assert (connector().is_from_before_boot, connector().cause) == (False, CAUSE)
    talk.ask("Reset", {"type": "Hard"}, {"status": "Accepted"})
    talk.charge_point("BootNotification", BOOT)
    assert (connector().is_from_before_boot, connector().cause) == (True, BEFORE_BOOT)
    assert connector().status is ChargePointStatus.PREPARING
    assert status_content(connector().status, is_old=True).plain == "? Preparing"
    talk.answer({"status": "Accepted", "currentTime": talk.time, "interval": 300})
    talk.tell("StatusNotification", status(1, "Preparing"))
    assert not connector().is_from_before_boot
