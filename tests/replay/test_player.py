"""A log is played to a peer that does the same, less, more, or something else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cp_tui.replay.player import LogPlayer, PeerGone, ReplayReport
from cp_tui.replay.script import ReplayAct, steps
from cp_tui.traces.record import FrameDirection, LinkKind
from tests.explain.talk import BEGIN, Talk, status

NOW = BEGIN.timestamp() + 1_000_000
Answer = Callable[["Peer", list[Any]], Awaitable[None]]


class Peer:
    """Whoever is on the other side; it answers with what it is given."""

    def __init__(self, talk: Talk, answer: Answer, ours: FrameDirection) -> None:
        self.got: list[list[Any]] = []
        self.connections = 1
        self._answer = answer
        self.player = LogPlayer(
            steps(talk.records, ours),
            self._take,
            self._reconnect,
            clock=lambda: NOW,
            speed=1e6,
            wait_s=0.05,
        )

    async def _take(self, text: str) -> None:
        frame = json.loads(text)
        self.got.append(frame)
        await self._answer(self, frame)

    async def _reconnect(self) -> None:
        self.connections += 1
        self.player.back()

    def send(self, *elements: Any) -> None:
        self.player.take(json.dumps(elements))

    async def play(self) -> ReplayReport:
        return await asyncio.wait_for(self.player.play(), 30)


def session() -> Talk:
    talk = Talk()
    talk.booted()
    talk.started()
    talk.ask("Reset", {"type": "Soft"}, {"status": "Accepted"})
    talk.stopped(reason="SoftReset")
    return talk


def csms(id: int = 4711, info: str = "Accepted", resets: str = "Soft") -> Answer:
    """A CSMS like that of the log, which gives another transactionId."""

    async def answer(peer: Peer, frame: list[Any]) -> None:
        if frame[0] != 2:
            return
        boot = {"status": "Accepted", "currentTime": "2030-01-01T00:00:00Z", "interval": 300}
        known = {
            "BootNotification": boot,
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": {"transactionId": id, "idTagInfo": {"status": info}},
        }
        peer.send(3, frame[1], known.get(frame[2], {}))
        if frame[2] == "StatusNotification" and frame[3]["status"] == "Charging" and resets:
            peer.send(2, "r", "Reset", {"type": resets})

    return answer


async def test_the_same_conversation_has_no_difference() -> None:
    peer = Peer(session(), csms(), FrameDirection.TO_CSMS)
    report = await peer.play()
    assert report.differences == []
    sent = {frame[2]: frame[3] for frame in peer.got if frame[0] == 2}
    assert sent["StopTransaction"]["transactionId"] == 4711
    assert sent["StopTransaction"]["timestamp"].startswith("2026-11-14")
    assert [3, "r", {"status": "Accepted"}] in peer.got
    ids = [frame[1] for frame in peer.got if frame[0] == 2]
    assert len(set(ids)) == len(ids)


async def test_what_the_peer_does_otherwise_is_told_with_its_line() -> None:
    peer = Peer(session(), csms(info="Blocked"), FrameDirection.TO_CSMS)
    [difference] = (await peer.play()).differences
    assert "idTagInfo.status is 'Blocked', and was 'Accepted'" in difference.text
    assert difference.line is not None
    peer = Peer(session(), csms(resets=""), FrameDirection.TO_CSMS)
    [difference] = (await peer.play()).differences
    assert "Reset did not come" in difference.text
    peer = Peer(session(), csms(resets="Hard"), FrameDirection.TO_CSMS)
    [difference] = (await peer.play()).differences
    assert difference.text == "Reset.req: type is 'Hard', and was 'Soft'"


async def test_silence_errors_and_more_than_was_asked_end_no_replay() -> None:
    async def odd(peer: Peer, frame: list[Any]) -> None:
        if frame[0] == 2 and frame[2] == "BootNotification":
            peer.send(4, frame[1], "InternalError", "", {})
            peer.send(2, "x", "ClearCache", {})
            peer.send(3, "nobody", {})
            peer.player.take("hello")

    talk = Talk()
    talk.booted()
    peer = Peer(talk, odd, FrameDirection.TO_CSMS)
    texts = [each.text for each in (await peer.play()).differences]
    assert "BootNotification was answered InternalError, and was accepted" in texts
    assert any("the peer sent ClearCache" in text for text in texts)
    assert "the peer answered what nobody has asked" in texts
    assert any("is no frame" in text for text in texts)
    assert sum("no answer to StatusNotification" in text for text in texts) == 2
    assert [4, "x", "NotImplemented", "not in the log", {}] in peer.got


async def test_a_csms_is_played_to_a_charge_point() -> None:
    talk = session()

    async def ignored(peer: Peer, frame: list[Any]) -> None:
        if frame[0] == 2 and frame[2] == "Reset":
            peer.send(3, frame[1], {"status": "Accepted"})

    peer = Peer(talk, ignored, FrameDirection.TO_CHARGE_POINT)
    for record in talk.records:
        if record.direction is FrameDirection.TO_CSMS and record.kind == "call":
            assert record.frame
            number, payload = f"n{record.number}", record.frame.payload
            if record.frame.action == "StopTransaction":
                payload = payload | {"meterStop": 5}
            peer.send(2, number, record.frame.action, payload)
    report = await peer.play()
    assert [each.text for each in report.differences] == [
        "StopTransaction.req: meterStop is 5, and was 2000"
    ]
    boot = peer.got[0]
    assert (boot[:2], boot[2]["currentTime"][:10]) == ([3, "n1"], "2026-11-14")


async def test_what_is_asked_more_often_gets_the_answer_of_the_log() -> None:
    talk = Talk()
    talk.booted()
    peer = Peer(talk, csms(), FrameDirection.TO_CHARGE_POINT)
    for number, record in enumerate(each for each in talk.records if each.kind == "call"):
        assert record.frame
        peer.send(2, f"{number}", record.frame.action, record.frame.payload)
    peer.send(2, "more", "StatusNotification", status(1, "Available"))
    report = await peer.play()
    assert [each.text for each in report.differences] == [
        "the peer sent StatusNotification, which the log does not have here"
    ]
    assert [3, "more", {}] in peer.got


async def test_masked_and_broken_frames_are_not_sent_and_connections_are_made_anew() -> None:
    talk = Talk()
    talk.booted()
    talk.csms("ChangeConfiguration", {"key": "AuthorizationKey", "value": "***"}, is_masked=True)
    talk.link(LinkKind.CLOSE)
    talk.link(LinkKind.OPEN)
    talk.text('[2,"x","Heart', FrameDirection.TO_CSMS, is_truncated=True)
    kinds = [each.kind for each in steps(talk.records, FrameDirection.TO_CHARGE_POINT)]
    assert kinds[-3:] == [ReplayAct.SKIP, ReplayAct.RECONNECT, ReplayAct.SKIP]
    peer = Peer(talk, csms(), FrameDirection.TO_CSMS)
    report = await peer.play()
    assert peer.connections == 2
    assert report.skipped == 1


async def test_a_peer_that_goes_ends_the_replay_with_what_was_found() -> None:
    async def gone(peer: Peer, frame: list[Any]) -> None:
        peer.player.gone()

    peer = Peer(session(), gone, FrameDirection.TO_CSMS)
    with pytest.raises(PeerGone):
        await peer.play()
    peer.player.ended_early()
    assert "ended the connection" in peer.player.report.differences[-1].text
