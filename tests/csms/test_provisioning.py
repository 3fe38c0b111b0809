"""A charge point with the settings that the CSMS wrote comes to profile 3, and stays there."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cp_tui.csms.behaviour import Behaviour, CertificateAnswer
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Called, Connected, Noted, TurnedAway
from cp_tui.csms.first_charge_point import write_settings
from cp_tui.csms.provisioning import TRIGGER, Provisioning
from cp_tui.engine.engine import Engine
from cp_tui.ocpp.core import ChangeConfigurationRequest
from cp_tui.ocpp.security import CertificateSignedRequest, CertificateSignedResponse
from cp_tui.settings.load import Options, load
from tests.engine.links import FAST

WAIT_S = 30.0


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def led(folder: Path) -> AsyncIterator[tuple[CentralSystem, Engine]]:
    """Have a CSMS of profile 3, and a charge point that comes to it for the first time."""
    async with CentralSystem(profile=3, folder=folder) as csms:
        csms.doors.reserve(2)
        await csms.doors.open(2)
        provisioning = Provisioning(csms)
        settings = load(Options(config=write_settings(csms)))
        engine = Engine(
            settings.engine,
            data_dir=folder / "data",
            link_settings=FAST,
            log_stream=io.StringIO(),
        )
        await engine.start()
        try:
            await until(lambda: csms.profile_of("CP001") == 3)
            yield csms, engine
        finally:
            await engine.close()
            await provisioning.close()


def connections(csms: CentralSystem) -> list[Connected]:
    return [event for event in csms.record.events if isinstance(event, Connected)]


def verdicts(csms: CentralSystem) -> list[str]:
    """Give what the charge point said to each certificate."""
    return [
        str(event.response.status)
        for event in csms.record.events
        if isinstance(event, Called) and isinstance(event.response, CertificateSignedResponse)
    ]


async def test_it_comes_in_profile_2_and_is_led_to_3_and_its_old_certificate_ends(
    folder: Path,
) -> None:
    async with led(folder) as (csms, engine):
        assert [each.profile for each in connections(csms)] == [2, 3]
        first = connections(csms)[-1].security
        assert "CN=CP001,O=cp-tui CSMS, 90 days left" in first

        await csms.call("CP001", TRIGGER)
        await until(lambda: len(connections(csms)) == 3)
        assert connections(csms)[-1].security == f"{first}; 1 older certificate revoked"

        # Revoked, it is refused by TLS, and told so on both sides.
        csms.security.revoke("CP001", datetime.now(UTC))
        await csms.disconnect("CP001")
        await until(lambda: any("revoked" in e.why for e in away(csms)))
        await until(lambda: "revoked" in str(engine.get("link").last_error))


def away(csms: CentralSystem) -> list[TurnedAway]:
    return [event for event in csms.record.events if isinstance(event, TurnedAway)]


def has_said(csms: CentralSystem, times: int) -> bool:
    return len(verdicts(csms)) == times


async def test_what_the_csms_delivers_wrong_is_refused_and_twice_is_once_too_often(
    folder: Path,
) -> None:
    async with led(folder) as (csms, _):
        assert verdicts(csms) == ["Accepted"]
        for answer, said in (
            (CertificateAnswer.WRONG_CHAIN, ["Rejected"]),
            (CertificateAnswer.OTHER_KEY, ["Rejected"]),
            (CertificateAnswer.EXPIRED, ["Rejected"]),
            (CertificateAnswer.TWICE, ["Accepted", "Rejected"]),
        ):
            csms.behaviour = Behaviour(certificates=answer)
            before = len(verdicts(csms))
            await csms.call("CP001", TRIGGER)
            await until(partial(has_said, csms, before + len(said)))
            assert verdicts(csms)[before:] == said, answer
        taken = [
            e for e in csms.record.events if isinstance(e, Noted) and "it has taken" in e.words
        ]
        assert len(taken) == 2
        requests = [e.request for e in csms.record.events if isinstance(e, Called)]
        assert any(isinstance(each, CertificateSignedRequest) for each in requests)


async def test_a_new_password_counts_at_once_and_is_in_no_record(folder: Path) -> None:
    async with led(folder) as (csms, _):
        key = "a password of text"
        request = ChangeConfigurationRequest(key="AuthorizationKey", value=key)
        await csms.call("CP001", request)
        assert csms.security.authorization_key("CP001") == key
        text = f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{key} 2"}}]'
        await csms.compose("CP001", text)
        assert csms.security.authorization_key("CP001") == f"{key} 2"
        assert key not in repr(csms.record.events)
        assert key not in repr(csms.security.folder.known())
