"""A CSMS of security profile 3 leads charge points there that come in profile 2 (W A02, A05).

A charge point cannot begin in profile 3, for it has no certificate yet. So there is a door of
profile 2 beside: whoever comes there and is registered is asked to request a certificate, and once
it has taken one its SecurityProfile is raised, upon which it comes to the other door.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.event_log import Called, Disconnected, Event, Received
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    BootNotificationResponse,
    ChangeConfigurationRequest,
)
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.security import (
    CertificateSignedRequest,
    CertificateSignedResponse,
    ExtendedTriggerMessageRequest,
)
from cp_tui.ocpp.security_enumerations import CertificateSignedStatus, ExtendedMessageTrigger

TRIGGER = ExtendedTriggerMessageRequest(
    requested_message=ExtendedMessageTrigger.SIGN_CHARGE_POINT_CERTIFICATE
)
RAISE = ChangeConfigurationRequest(key="SecurityProfile", value="3")


class Provisioning:
    """Watches a CSMS, and does for each charge point what comes next."""

    def __init__(self, csms: CentralSystem) -> None:
        self._csms = csms
        self._asked: set[str] = set()
        """Charge points that were asked for a request on their present connection."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._unlisten = csms.record.listen(self._take)

    async def close(self) -> None:
        """Do nothing any more."""
        self._unlisten()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, event: Event) -> None:
        who = event.charge_point_id
        if isinstance(event, Disconnected):
            self._asked.discard(who)
        if self._csms.profile_of(who) != 2 or self._csms.leads_to != 3:
            return
        match event:
            case Received() if _is_registered(event) and who not in self._asked:
                self._asked.add(who)
                self._send(who, TRIGGER)
            case Called(request=CertificateSignedRequest(), response=CertificateSignedResponse()):
                assert isinstance(event.response, CertificateSignedResponse)
                if event.response.status is CertificateSignedStatus.ACCEPTED:
                    self._send(who, RAISE)

    def _send(self, charge_point_id: str, request: WireModel) -> None:
        async def send() -> None:
            # What fails is in the record; its next connection is its next chance.
            with suppress(CallFailed):
                await self._csms.call(charge_point_id, request)

        task = asyncio.create_task(send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_registered(event: Received) -> bool:
    """Whether a charge point that has just said this may be asked for something."""
    if isinstance(event.request, BootNotificationRequest):
        return (
            isinstance(event.answer, BootNotificationResponse)
            and event.answer.status is RegistrationStatus.ACCEPTED
        )
    return isinstance(event.answer, WireModel)
