"""A link in bad weather: each kind of trouble in real time, against an independent CSMS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection

from cp_tui.charge_point.events import FrameReceived, LinkClosed, LinkOpened
from cp_tui.charge_point.variables import LinkError, LinkPhase, LinkStep
from cp_tui.engine import frames_under_way
from cp_tui.engine.network import UnknownWeather
from cp_tui.network.weather import FaultKind, NetworkFault, Way, Weather
from cp_tui.network.weathers import FAIR
from tests.demo.fast_time import in_fast_time
from tests.engine.links import (
    ENDLESS,
    FAST,
    PATIENT,
    WAIT_S,
    LinkUnderTest,
    link_to,
    url_of,
    websocket_server,
)
from tests.peer import PeerCsms

SEED = 7
TURNS = 50
"""Of the loop: more than it takes to read what has come."""


def weather(kind: FaultKind, way: Way | None = None, **numbers: Any) -> Weather:
    """A weather with one fault, under the name of its kind and direction."""
    fault = NetworkFault(kind=kind, direction=way, **numbers)
    return Weather(name=f"{kind}_{way}" if way else kind, about="", faults=(fault,))


_ALL = (
    FAIR,
    weather(FaultKind.LOSS, Way.TO_CSMS),
    weather(FaultKind.LOSS, Way.TO_CHARGE_POINT, actions=("Heartbeat",)),
    weather(FaultKind.DOUBLE, Way.TO_CSMS),
    weather(FaultKind.DOUBLE, Way.TO_CHARGE_POINT),
    weather(FaultKind.HOLD, Way.TO_CSMS),
    weather(FaultKind.HOLD, Way.TO_CHARGE_POINT),
    weather(FaultKind.DELAY, latency_s=0.02),
    weather(FaultKind.SILENCE),
    weather(FaultKind.SILENCE, Way.TO_CSMS),
    replace(weather(FaultKind.SILENCE, lasts_s=0.25), name="tunnel"),
    weather(FaultKind.RESET, actions=("Heartbeat",)),
    weather(FaultKind.CLOSE, begins_s=0.05, code=1013, reason="try again later"),
    weather(FaultKind.SLOW_HANDSHAKE, latency_s=3600.0),
    *map(weather, (FaultKind.DNS, FaultKind.REFUSED, FaultKind.TLS, FaultKind.CAPTIVE)),
    weather(FaultKind.TIMEOUT),
)
WEATHERS = {each.name: each for each in _ALL}


class Talk:
    """A link and the CSMS that it is connected to, and what went over the wire between them."""

    def __init__(self, under_test: LinkUnderTest, csms: PeerCsms) -> None:
        self.under_test = under_test
        self.csms = csms
        self.link = under_test.link

    @property
    def answered(self) -> list[str]:
        """The ids of the answers that have come."""
        frames = [each.data for each in self.under_test.events if isinstance(each, FrameReceived)]
        return [json.loads(frame)[1] for frame in frames]

    def ask(self, *message_ids: str, action: str = "Heartbeat", payload: str = "{}") -> None:
        """Send a request each, in one go."""
        send = self.link.sender(self.number)
        assert send is not None
        send(*(f'[2,"{each}","{action}",{payload}]' for each in message_ids))

    @property
    def number(self) -> int:
        """Of the newest connection."""
        return sum(isinstance(each, LinkOpened) for each in self.under_test.events)

    async def until(self, is_so: Callable[[], bool]) -> None:
        await self.under_test.until(is_so)

    def set(self, name: str) -> None:
        assert self.link.set_weather(name, SEED)

    @property
    def error(self) -> LinkError:
        error = self.under_test.state.last_error
        assert error is not None
        return error


@in_fast_time
async def test_frames_are_lost_doubled_and_held_and_let_go_in_their_order() -> None:
    async with PeerCsms() as csms, link_to(csms.url, weathers=WEATHERS) as under_test:
        talk = Talk(under_test, csms)
        talk.link.open()
        await under_test.until_open()

        talk.set("loss_to_csms")
        talk.ask("lost")
        talk.set("double_to_csms")
        talk.ask("twice asked")
        await talk.until(lambda: talk.answered == ["twice asked"] * 2)
        talk.set("double_to_charge_point")
        talk.ask("twice answered")
        await talk.until(lambda: talk.answered[2:] == ["twice answered"] * 2)
        assert csms.message_ids == ["twice asked", "twice asked", "twice answered"]

        talk.set("loss_to_charge_point")
        talk.ask("not answered")
        talk.ask("authorized", action="Authorize", payload='{"idTag":"TAG1"}')
        await talk.until(lambda: talk.answered[4:] == ["authorized"])
        talk.set("hold_to_charge_point")
        talk.ask("answered late", "answered later")
        await csms.receive("Heartbeat", count=6)
        assert len(csms.received) == 7
        talk.set("hold_to_csms")
        talk.ask("asked late", "asked later")
        await talk.until(lambda: len(talk.answered) == 7)
        assert len(csms.received) == 7, "what is held does not leave"
        talk.set("fair")
        talk.ask("at once")
        await talk.until(lambda: len(talk.answered) == 10)
        assert talk.answered[5:] == [
            *("answered late", "answered later", "asked late", "asked later", "at once")
        ]
        talk.set("delay")
        talk.ask("a", "b")
        talk.ask("c")
        await talk.until(lambda: talk.answered[10:] == ["a", "b", "c"])
        assert under_test.events.count(LinkClosed()) == 0
        view = under_test.weathers[-1]
        assert (view.weather, view.seed, view.until) == ("delay", SEED, None)
        assert view.doing == "frames take 0.02 s longer"


@in_fast_time
async def test_a_frame_can_reset_the_connection_and_the_cause_is_named() -> None:
    settings = replace(PATIENT, session=FAST.session)
    async with (
        PeerCsms() as csms,
        link_to(csms.url, weathers=WEATHERS, settings=settings) as under_test,
    ):
        talk = Talk(under_test, csms)
        talk.link.open()
        await under_test.until_open()
        talk.set("reset")
        talk.ask("harmless", action="Authorize", payload='{"idTag":"TAG1"}')
        await talk.until(lambda: talk.answered == ["harmless"])
        talk.ask("the last")
        await under_test.until_error()
        assert talk.error.text == "the connection was reset, by the weather reset, seed 7"
        assert talk.error.hint.startswith("nothing is broken: in fair weather")
        assert (talk.error.step, talk.error.close_code) == (LinkStep.OPEN, 1006)
        # The wait of an hour is not waited for once another weather is set.
        talk.set("fair")
        await talk.until(lambda: talk.number == 2)
        talk.ask("over the next")
        await talk.until(lambda: talk.answered == ["harmless", "over the next"])
        assert under_test.weathers[-1].weather == "fair"
        assert [each.cut for each in under_test.weathers if each.cut] in ([], [1])


@in_fast_time
async def test_the_csms_sees_the_code_of_a_close_by_the_weather_and_nobody_is_blamed() -> None:
    codes: list[tuple[int | None, str | None]] = []

    async def note(connection: ServerConnection) -> None:
        await connection.wait_closed()
        codes.append((connection.close_code, connection.close_reason))

    async with (
        websocket_server(note) as server,
        link_to(
            url_of(server),
            weathers=WEATHERS,
            settings=replace(PATIENT, session=FAST.session),
        ) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_weather("close", SEED)
        state = await under_test.until_error()
    assert codes == [(1013, "try again later")]
    assert state.last_error is not None
    assert state.last_error.close_code == 1013
    assert state.last_error.text == (
        "closed with code 1013: try again later, by the weather close, seed 7"
    )


@in_fast_time
async def test_a_silent_connection_is_found_out_by_its_ping_and_the_hint_names_the_weather() -> (
    None
):
    async with PeerCsms() as csms, link_to(csms.url, weathers=WEATHERS) as under_test:
        talk = Talk(under_test, csms)
        talk.link.open()
        await under_test.until_open()
        talk.set("silence")
        talk.ask("into silence")
        talk.link.set_ping(cast(int, 0.01))  # No whole second has to pass.
        await under_test.until_error()
        assert talk.error.text == "the CSMS did not answer a ping within 10 s"
        assert talk.error.hint.startswith("the weather silence, seed 7, is set")
        assert csms.received == []


@pytest.mark.parametrize("silence", ["silence", "silence_to_csms"])
@in_fast_time
async def test_in_silence_the_pings_of_a_csms_have_no_answer_and_nobody_here_knows(
    silence: str,
) -> None:
    given_up = asyncio.Event()

    async def note(connection: ServerConnection) -> None:
        await connection.wait_closed()
        given_up.set()

    async with (
        websocket_server(note, ping_interval=0.01, ping_timeout=0.1) as server,
        link_to(url_of(server), weathers=WEATHERS, settings=PATIENT) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_weather(silence, SEED)
        async with asyncio.timeout(WAIT_S):
            await given_up.wait()
        assert under_test.state.phase is LinkPhase.OPEN, "it has heard nothing"
        under_test.link.set_weather("fair", SEED)
        assert (await under_test.until_error()).last_error


@in_fast_time
async def test_a_csms_keeps_what_died_in_silence_beside_the_next_connection() -> None:
    opened, is_open = list[ServerConnection](), set[ServerConnection]()
    changed = asyncio.Event()

    async def note(connection: ServerConnection) -> None:
        opened.append(connection)
        is_open.add(connection)
        await connection.wait_closed()
        is_open.remove(connection)
        changed.set()

    async with (
        websocket_server(note, ping_interval=None) as server,
        link_to(url_of(server), weathers=WEATHERS) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_weather("tunnel", SEED)
        under_test.link.set_ping(cast(int, 0.01))  # No whole second has to pass.
        await under_test.until(lambda: LinkOpened(2) in under_test.events)
        assert is_open == set(opened)
        assert len(opened) == 2
        under_test.link.set_weather("fair", SEED)
        async with asyncio.timeout(WAIT_S):
            await changed.wait()
        assert is_open == {opened[1]}


@in_fast_time
async def test_what_is_held_is_bounded_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_under_way, "UNDER_WAY_FRAMES_MAX", 3)
    numbers = [str(number) for number in range(10)]

    sent = asyncio.Event()

    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        for number in numbers:
            await connection.send(number)
        await (await connection.ping())
        sent.set()
        await connection.wait_closed()

    async with (
        websocket_server(talk) as server,
        link_to(url_of(server), weathers=WEATHERS, settings=PATIENT) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_weather("hold_to_charge_point", SEED)
        under_test.send("go")
        await sent.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        # More than are held: the rest waits to be read, and none is lost.
        under_test.link.set_weather("fair", SEED)
        await under_test.until(lambda: len(under_test.events) == 1 + len(numbers))
        assert under_test.events[1:] == [FrameReceived(number) for number in numbers]
        under_test.link.set_weather("hold_to_csms", SEED)
        assert [under_test.send("held") for _ in range(4)] == [True, True, True, False]
        state = await under_test.until_error()
        assert state.last_error is not None
        held = ", by the weather hold_to_csms, seed 7"
        assert state.last_error.text == f"too many frames are held back{held}"


@pytest.mark.parametrize(
    ("name", "step", "phase", "words"),
    [
        ("dns", LinkStep.DNS, LinkPhase.RESOLVING, "no such name: localhost"),
        ("refused", LinkStep.TCP, LinkPhase.CONNECTING, "connection refused: nothing listens on"),
        ("timeout", LinkStep.TCP, LinkPhase.CONNECTING, "does not answer"),
        ("tls", LinkStep.TLS, LinkPhase.TLS, "broke the TLS handshake off"),
        ("captive", LinkStep.HTTP, LinkPhase.UPGRADING, "HTTP 200 OK: a web page"),
        ("slow_handshake", LinkStep.HTTP, LinkPhase.CONNECTING, "does not answer the upgrade"),
    ],
)
@in_fast_time
async def test_an_attempt_fails_as_the_weather_wants_and_says_so(
    name: str, step: LinkStep, phase: LinkPhase, words: str
) -> None:
    async with PeerCsms() as csms:
        url = csms.url.replace("127.0.0.1", "localhost")
        async with link_to(url, weathers=WEATHERS, settings=PATIENT) as under_test:
            talk = Talk(under_test, csms)
            talk.set(name)
            talk.link.open()
            await under_test.until_error()
            assert words in talk.error.text
            assert talk.error.text.endswith(f", by the weather {name}, seed 7")
            assert talk.error.step is step
            assert phase in under_test.phases()
            assert csms.charge_point_ids == [], "nothing left this machine"
            for seed in (SEED, None):
                assert not talk.link.set_weather(name, seed), "it is so already"
            talk.link.set_weather("fair", None)
            await csms.until(lambda: csms.charge_point_ids == ["CP001"])


@in_fast_time
async def test_a_slow_attempt_is_not_waited_for_once_the_weather_is_fair() -> None:
    async with (
        PeerCsms() as csms,
        link_to(csms.url, weathers=WEATHERS, settings=ENDLESS) as under_test,
    ):
        under_test.link.set_weather("slow_handshake", SEED)
        under_test.link.open()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.CONNECTING)
        with pytest.raises(UnknownWeather, match='did you mean "silence"'):
            under_test.link.set_weather("silent", SEED)
        under_test.link.set_weather("fair", SEED)
        await under_test.until_open()
        assert under_test.state.last_error is None
        assert under_test.weathers[-1].seed is None
