"""A charge point from the library against the small CSMS: what a test of a CSMS does with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cp_tui import CentralSystem, Charger, CommandError, WaitFailed
from cp_tui.charge_point.variables import SwipeOutcome
from cp_tui.csms.behaviour import Behaviour
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo
from cp_tui.ocpp.errors import OcppError
from cp_tui.settings.problem import SettingsError

WAIT_S = 30.0


async def test_a_session_is_driven_and_read_back() -> None:
    async with CentralSystem() as csms, Charger(csms.url, "CP1", connectors=1) as charger:
        await charger.connected()
        await charger.plug_in(1)
        outcome = await charger.swipe("TAG1", 1)
        assert outcome.outcome is SwipeOutcome.ACCEPTED
        await charger.until(lambda c: c.connector(1).is_charging, timeout_s=WAIT_S)
        await charger.until(lambda c: c.connector(1).transaction_id == 1, timeout_s=WAIT_S)

        await charger.until(
            lambda c: bool(c.messages.answers("StartTransaction")), timeout_s=WAIT_S
        )
        start = charger.messages.sent("StartTransaction")[-1]
        assert start["idTag"] == "TAG1"
        answer = charger.messages.answer_to(start)
        assert answer is not None
        assert answer["transactionId"] == 1
        with pytest.raises(KeyError, match="no tag in the payload of this StartTransaction"):
            start["tag"]
        assert [each.connector_id for each in charger.transactions] == [1]

        assert [each["idTag"] for each in csms.heard("CP1", "StartTransaction")] == ["TAG1"]
        with pytest.raises(OcppError, match="transactionId"):
            await csms.ask("CP1", "RemoteStopTransaction", {})
        answer_of_stop = await csms.ask("CP1", "RemoteStopTransaction", {"transactionId": 1})
        assert answer_of_stop == {"status": "Accepted"}
        assert charger.messages.received("RemoteStopTransaction")[0]["transactionId"] == 1
        await charger.until(lambda c: bool(c.messages.answers("StopTransaction")), timeout_s=WAIT_S)
        await charger.until(lambda c: c.is_idle, timeout_s=WAIT_S)
        folder = charger.data_dir
    assert not folder.exists()
    with pytest.raises(CommandError, match="CP1 is switched off"):
        charger.get("link")


async def test_a_refusal_and_a_wait_that_fails_say_why() -> None:
    refusing = Behaviour(unknown_id_tag=IdTagInfo(status=AuthorizationStatus.BLOCKED))
    async with CentralSystem(refusing) as csms, Charger(csms.url, "CP1") as charger:
        await charger.connected()
        await charger.plug_in(1)
        outcome = await charger.swipe("TAG1", 1)
        assert (outcome.outcome, outcome.by) == (SwipeOutcome.REFUSED, "CSMS")
        with pytest.raises(CommandError, match=r"connector_id = 'one': .*integer"):
            await charger.plug_in("one")  # type: ignore[arg-type]
        with pytest.raises(LookupError, match="connector 3 does not exist; there are 0 to 2"):
            charger.connector(3)
        with pytest.raises(WaitFailed) as failed:
            await charger.until(
                lambda c: c.connector(1).is_charging, timeout_s=0.05, what="connector 1 charges"
            )
    text = str(failed.value)
    assert text.startswith("not within 0.05 s: connector 1 charges\ninstead:\n  connected\n")
    assert "connector 1: Preparing (A2" in text
    assert re.search(r"  refused: .*Blocked.* \(S ", text)
    assert re.search(r'-> Authorize \{"idTag":"TAG1"\}\n', text)
    assert re.search(r'<- Authorize CALLRESULT \{"idTagInfo":\{"status":"Blocked"', text)


async def test_it_comes_back_from_a_power_cut_with_what_it_knew() -> None:
    async with CentralSystem() as csms, Charger(csms.url, "CP1", seed=1) as charger:
        await charger.connected()
        await charger.plug_in(2)
        await charger.swipe("TAG1", 2)
        await charger.until(lambda c: c.connector(2).transaction_id == 1, timeout_s=WAIT_S)
        await charger.kill()
        assert not charger.is_running
        await charger.start()
        await charger.connected()
        await charger.until(lambda c: bool(c.messages.sent("StopTransaction")), timeout_s=WAIT_S)
        stop = charger.messages.sent("StopTransaction")[0]
        assert (stop["transactionId"], stop["reason"]) == (1, "PowerLoss")
        assert len(charger.messages.sent("BootNotification")) == 2


async def test_a_folder_that_is_given_stays(tmp_path: Path) -> None:
    async with Charger("ws://127.0.0.1:9", "CP1", data_dir=tmp_path / "CP1") as charger:
        with pytest.raises(WaitFailed, match=r"  not connected, .*attempt \d"):
            await charger.connected(timeout_s=0.1)
    assert (tmp_path / "CP1").is_dir()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"station": {"phases": 4}}, "settings of CP1: station.phases: must be less than or equal"),
        ({"statoin": {}}, 'settings of CP1: statoin: unknown key; did you mean "station"?'),
        ({"station": 1}, "settings of CP1: station: must be a table"),
        (Path("/nowhere.toml"), "/nowhere.toml: no such file"),
    ],
    ids=["range", "table", "no-table", "no-file"],
)
def test_what_it_cannot_be_is_refused(settings: dict[str, object] | Path, words: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(words)):
        Charger("ws://127.0.0.1:9", "CP1", settings=settings)


def test_settings_of_a_file_count_and_arguments_win(tmp_path: Path) -> None:
    file = tmp_path / "cp.toml"
    file.write_text("[station]\nconnectors = 3\n[keys]\nHeartbeatInterval = 60\n")
    charger = Charger(
        "ws://127.0.0.1:9", "CP1", settings=file, keys={"heartbeatinterval": "30"}, connectors=4
    )
    config = charger._settings.engine.charge_point
    assert (len(config.connectors), config.keys) == (4, {"HeartbeatInterval": "30"})
    file.write_text("[station]\nconnectors = 0\n")
    with pytest.raises(SettingsError, match=r"cp\.toml: station\.connectors: must be greater"):
        Charger("ws://127.0.0.1:9", "CP1", settings=file)
