"""`ctl` at the door of a CSMS, in this process: it looks, waits, follows, and tells mistakes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cp_tui.cli import ctl
from cp_tui.cli.csms import behaviour_of
from cp_tui.cli.parser import parse
from cp_tui.csms.behaviour import AnswerCallError, Behaviour, Delay, Silence
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.rpc.server import RpcServer
from tests.csms.raw_charge_point import raw_charge_point

Capture = pytest.CaptureFixture[str]


class Done(NamedTuple):
    status: int
    out: str
    err: str


class Door(NamedTuple):
    csms: CentralSystem
    rpc: CsmsRpc
    socket: Path
    capture: Capture

    async def ctl(self, *arguments: str) -> Done:
        options = parse(["ctl", "--csms", f"--socket={self.socket}", *arguments])
        status = await asyncio.to_thread(ctl.run, options)
        return Done(status, *self.capture.readouterr())

    async def until_followed(self, by: int) -> None:
        """Wait until so many look at what the CSMS tells."""
        async with asyncio.timeout(30):
            while len(self.rpc._hub._subscriptions) != by:
                await asyncio.sleep(0.005)


@pytest.fixture
async def door(tmp_path: Path, capsys: Capture) -> AsyncIterator[Door]:
    async with CentralSystem() as csms:
        rpc = CsmsRpc(csms)
        server = RpcServer(rpc, tmp_path / "csms")
        await server.start()
        yield Door(csms, rpc, tmp_path / "csms", capsys)
        await server.close()


async def test_a_csms_alone_is_asked_told_and_has_messages_sent(door: Door) -> None:
    assert (await door.ctl("get", "behaviour", "path=registration_status")).out == '"Accepted"\n'
    told = await door.ctl("set_behaviour", 'faults={"Authorize": "silent"}')
    assert (told.status, told.out) == (0, "true\n")
    assert door.csms.behaviour.faults == {Action.AUTHORIZE: Silence()}
    refused = await door.ctl("run_scenario", "offline")
    assert refused.status == 1
    assert "story and scenarios are those of `cp-tui demo`" in refused.err
    async with raw_charge_point(door.csms.url) as charge_point:
        await charge_point.boot()
        waited = await door.ctl("wait", "charge_points.CP001.is_connected=true")
        assert json.loads(waited.out) == {"charge_points.CP001.is_connected": True}
        seen = await door.ctl("tail", "exchanges", "action:boot*", "!Heartbeat", "count=1")
        assert json.loads(seen.out)["action"] == "BootNotification"


async def test_what_comes_is_waited_for_and_followed(door: Door) -> None:
    waiting = asyncio.create_task(
        door.ctl("wait", "behaviour.interval_s>=7", "behaviour.is_normal=false", "timeout=60")
    )
    following = asyncio.create_task(asyncio.to_thread(_follow, door))
    await door.until_followed(by=2)
    door.csms.behaviour = Behaviour(interval_s=7)
    door.rpc._publish_behaviour()
    async with asyncio.timeout(30):
        waited = await waiting
        assert waited.status == 0
        async with raw_charge_point(door.csms.url) as charge_point:
            await charge_point.boot()
            assert await following == 0
    told = waited.out + door.capture.readouterr().out
    assert '"behaviour.interval_s": 7' in told
    assert '"action": "BootNotification"' in told


def _follow(door: Door) -> int:
    arguments = ["tail", "exchanges", "kind:received", "past=0", "count=1", "timeout=60"]
    return ctl.run(parse(["ctl", "--csms", f"--socket={door.socket}", *arguments]))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("wait", "behaviour.interval_s=7", "timeout=0"), 1, "after 0 s behaviour.interval_s is"),
        (("wait", "behaviour.intervall=7"), 2, "there are: registration_status, interval_s"),
        (("wait", "nothing=7"), 2, "no variable or stream 'nothing'; there are: charge_points"),
        (("wait", "exchanges.0=7"), 2, "exchanges is a stream: follow it with tail"),
        (("wait", "behaviour"), 2, "behaviour: must be PLACE=VALUE"),
        (("wait", "timeout=3"), 2, "what is waited for is missing"),
        (("wait", "behaviour.interval_s=7", "timeout=soon"), 2, "a number from 0 to 86400"),
        (("wait", "a=1", "timeout=1", "timeout=2"), 2, "timeout is given twice"),
        (("tail",), 2, "the stream is missing"),
        (("tail", "behaviour"), 2, "behaviour is a variable, no stream"),
        (("tail", "nothing"), 2, "no variable or stream 'nothing'"),
        (("tail", "exchanges", "count=2", "timeout=0"), 1, "0 of 2 within 0 s"),
        (("tail", "exchanges", "past=-1"), 2, "past=-1: must be a number from 0 to"),
        (("tail", "exchanges", "timeout=0"), 0, ""),
        (("get", "behaviour", "path=x.y"), 2, "no x; there are"),
        (("get", "behaviour", "demo"), 2, "demo: a parameter is NAME=VALUE; get takes variable"),
        (("set_behaviour", "registration_status=Perhaps"), 2, "registration_status"),
        (("subscribe", "variables=[]"), 2, "name a variable or a stream"),
    ],
)
async def test_what_cannot_be_is_told(
    door: Door, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = await door.ctl(*arguments)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert done.err.count("\n") == (1 if status else 0)


async def test_a_field_that_no_event_has_is_told(door: Door) -> None:
    async with raw_charge_point(door.csms.url) as charge_point:
        await charge_point.boot()
    done = await door.ctl("tail", "exchanges", "acton:Boot*")
    assert done.status == 2
    assert "acton:Boot*: no field 'acton'; there are: at, charge_point_id, kind, action" in done.err


def test_help_is_that_of_a_csms(capsys: Capture) -> None:
    for asked, said in (((), "install_root use"), (("install_root",), "cp-tui ctl --csms install")):
        with pytest.raises(SystemExit):
            parse(["ctl", "--csms", *asked, "--help"])
        out = capsys.readouterr().out
        assert said in out
        assert "plug_in [" not in out


async def test_a_text_with_a_sign_for_equals_is_a_value(door: Door) -> None:
    done = await door.ctl("send_raw", "-----BEGIN X-----\nMII=\n")
    assert "NAME=VALUE" not in done.err
    assert "name the charge point" in done.err


async def test_nobody_there_is_told(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(Exception, match="no CSMS answers at"):
        ctl.run(parse(["ctl", "--csms", f"--socket={tmp_path / 'none'}", "get", "behaviour"]))
    assert ctl.run(parse(["ctl", "--csms", "--id=X", "get", "behaviour"])) == 2
    assert "--id is of a charge point" in capsys.readouterr().err


async def test_the_end_of_the_door_ends_the_wait(door: Door) -> None:
    server = RpcServer(door.rpc, door.socket.with_name("other"))
    await server.start()
    options = parse(
        ["ctl", "--csms", f"--socket={door.socket.with_name('other')}", "wait", "demo.attach=x"]
    )
    waiting = asyncio.create_task(asyncio.to_thread(ctl.run, options))
    await door.until_followed(by=1)
    await server.close()
    async with asyncio.timeout(30):
        assert await waiting == 1
    assert "has ended" in door.capture.readouterr().err


def test_what_a_csms_does_wrong_on_purpose_can_be_typed() -> None:
    options = parse(
        [
            *("csms", "--pending", "30", "--reject-tag", "bad", "--silent", "StatusNotification"),
            *("--delay", "Authorize=2.5", "--error", "DataTransfer=GenericError"),
        ]
    )
    behaviour = behaviour_of(options)
    assert behaviour.registration_status is RegistrationStatus.PENDING
    assert behaviour.interval_s == 10
    assert behaviour.verdict("BAD").status is AuthorizationStatus.INVALID
    assert behaviour.verdict("Blocked").status is AuthorizationStatus.BLOCKED
    assert behaviour.verdict("other").status is AuthorizationStatus.ACCEPTED
    with pytest.raises(ValueError, match=r"--reject-tag .*1 to 20"):
        behaviour_of(parse(["csms", "--reject-tag", "T" * 21]))
    faults = behaviour.faults
    assert faults[Action.STATUS_NOTIFICATION] == Silence()
    assert faults[Action.AUTHORIZE] == Delay(2.5)
    fault = faults[Action.DATA_TRANSFER]
    assert isinstance(fault, AnswerCallError)
    assert fault.code is ErrorCode.GENERIC_ERROR
    assert behaviour_of(parse(["csms"])) == Behaviour()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--silent=Reset", "'Reset' is no action that the CSMS answers"),
        ("--delay=Authorize", "--delay Authorize: must be ACTION=VALUE"),
        ("--delay=Authorize=-1", "Authorize: delay '-1'"),
        ("--error=Authorize=Wrong", "an error code"),
    ],
)
def test_what_it_cannot_do_wrong_is_told(capsys: Capture, option: str, said: str) -> None:
    from cp_tui.cli import csms

    assert csms.run(parse(["csms", option])) == 2
    assert said in capsys.readouterr().err


async def test_the_time_of_pending_ends_unless_somebody_has_changed_it(door: Door) -> None:
    door.csms.behaviour = Behaviour(registration_status=RegistrationStatus.PENDING, interval_s=2)
    door.rpc.end_pending()
    assert door.csms.behaviour == Behaviour()
    door.csms.behaviour = Behaviour(registration_status=RegistrationStatus.REJECTED, interval_s=2)
    door.rpc.end_pending()
    assert door.csms.behaviour.registration_status is RegistrationStatus.REJECTED
