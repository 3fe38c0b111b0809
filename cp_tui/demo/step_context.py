"""What the steps of the story and of the scenarios work with: acting, asking, checking in time.

Whatever does not happen as it should becomes a `StoryFailed` with a sentence for people.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, field
from pydantic import JsonValue

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.event_log import Event
from cp_tui.demo.charge_point_watch import ChargePointWatch
from cp_tui.demo.pacing import Pacing
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.core import StatusNotificationRequest
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.printable import clean
from cp_tui.ocpp.security_enumerations import CertificateUse
from cp_tui.rpc.client import ConnectionLost, EngineConnection, RpcError

DEADLINE_S = 8.0
"""How long each check waits; the slowest thing to wait for is a vehicle that ramps up."""

LEAD_S = 2.0
"""The pause at speed 1 before something is done, so that a person can look at what was before."""

READ_S = 3.0
"""How long people have to read what was put in order, at speed 1."""

R = TypeVar("R", bound=WireModel)
T = TypeVar("T")


class StoryFailed(Exception):
    """A check of the story failed; the text says which, in a sentence."""


class Undo(Struct):
    """What a scenario has changed at the charge point and takes back at its end."""

    roots: list[CertificateUse] = field(default_factory=list)
    """Roots that were not there before."""
    cpo_name: str | None = None
    profile: int | None = None


class StepContext:
    """An engine and a CSMS that are connected, and what a step may do with them."""

    def __init__(
        self,
        client: EngineConnection,
        csms: CentralSystem,
        charge_point_id: str,
        view: ChargePointWatch,
        report: Callable[[str], None],
        *,
        pacing: Pacing,
        deadline_s: float,
    ) -> None:
        self.csms = csms
        self.charge_point_id = charge_point_id
        self.view = view
        self.pacing = pacing
        self.transactions: dict[int, int] = {}
        """The transaction that the newest step started, by connector."""
        self.rises_at = csms.now()
        """When the limit that a step has lowered rises again."""
        self.undo = Undo()
        self.is_cable_pulled = False
        """Whether a step has pulled the network cable."""
        self._began: Callable[[], None] | None = None
        self._client = client
        self._report = report
        self.deadline_s = deadline_s
        self._mark = 0
        self._is_mended = False

    def expect_step(self, began: Callable[[], None]) -> None:
        """Have `began` called when the step that comes next happens, and not while it is due."""
        self._began = began

    def begin_step(self) -> None:
        """Say that the step happens now, if nothing has said so yet: whatever acts or tells does.

        Until then the step before is the truth about what is seen.
        """
        began, self._began = self._began, None
        if began is not None:
            began()

    def tell(self, text: str) -> None:
        """Report what has just been seen to happen."""
        self.begin_step()
        self._report(clean(text))

    def mend(self, what: str) -> None:
        """Report something that had to be put in order before the play begins."""
        self._is_mended = True
        self.tell(f"First, {what}")

    async def let_read(self) -> None:
        """Pause so that people can read what was put in order, if anything was."""
        if self._is_mended:
            self._is_mended = False
            await self.pacing.rest(READ_S)

    async def next_step(self) -> None:
        """Pause before something is done, for as long as the pace says, and begin.

        What happens from here on counts for the checks that follow.
        """
        await self.lead()
        self.begin_step()

    async def lead(self) -> None:
        """Pause as `next_step` does, before something that happens by itself, and later."""
        await self.pacing.rest(LEAD_S)
        self.mark()

    async def pause(self) -> None:
        """Pause as `lead` does, before a look at what may have happened already."""
        await self.pacing.rest(LEAD_S)

    def mark(self) -> None:
        """Have the checks count only what the CSMS hears from here on."""
        self._mark = self.csms.record.mark

    async def act(self, method: str, **params: JsonValue) -> JsonValue:
        """Carry out a command of the engine."""
        self.begin_step()
        try:
            result: JsonValue = (await self._client.call(method, **params)).result
        except RpcError as error:
            raise StoryFailed(f"The charge point refused {method}: {error.message}.") from error
        except ConnectionLost as error:
            raise StoryFailed(f"The charge point was lost during {method}: {error}.") from error
        return result

    async def request(self, request: WireModel) -> WireModel:
        """Send a CALL of the CSMS and return its response."""
        self.begin_step()
        try:
            return await self.csms.call(self.charge_point_id, request, timeout_s=self.deadline_s)
        except CallFailed as error:
            text = f"The CSMS got no answer to {action_of(request)}: {error}."
            raise StoryFailed(text) from error

    async def ask(self, request: WireModel, *expected: str) -> str:
        """Send a CALL of the CSMS and return the status of its answer, which must be expected."""
        action = action_of(request)
        response = await self.request(request)
        status = str(response.to_payload().get("status"))
        if status not in expected:
            wanted = " or ".join(expected)
            raise StoryFailed(f"{action} was answered {status}, expected {wanted}.")
        return status

    async def hear(
        self,
        what: str,
        request_type: type[R],
        where: Callable[[R], bool] = lambda _: True,
        *,
        timeout_s: float | None = None,
    ) -> R:
        """Return the request that the CSMS must have received in this step."""
        try:
            return await self.csms.record.received(
                self.charge_point_id,
                request_type,
                where,
                after=self._mark,
                timeout_s=self.deadline_s if timeout_s is None else timeout_s,
            )
        except TimeoutError:
            raise StoryFailed(f"The CSMS heard nothing of this: {what}.") from None

    async def happen(
        self, what: str, is_wanted: Callable[[Event], bool], *, timeout_s: float | None = None
    ) -> Event:
        """Return what the CSMS must have seen of the charge point in this step."""

        def is_mine(event: Event) -> bool:
            return event.charge_point_id == self.charge_point_id and is_wanted(event)

        try:
            return await self.csms.record.wait_for(
                is_mine,
                after=self._mark,
                timeout_s=self.deadline_s if timeout_s is None else timeout_s,
            )
        except TimeoutError:
            raise StoryFailed(f"The CSMS saw nothing of this: {what}.") from None

    async def hear_status(self, connector_id: int, status: ChargePointStatus) -> None:
        """Await the StatusNotification of a connector."""
        await self.hear(
            f"connector {connector_id} is {status}",
            StatusNotificationRequest,
            lambda heard: heard.connector_id == connector_id and heard.status is status,
        )

    async def see(
        self, what: str, look: Callable[[], T | None], *, timeout_s: float | None = None
    ) -> T:
        """Return what `look` finds in the variables as soon as it does; raises `StoryFailed`."""
        try:
            return await self.view.until(look, self.deadline_s if timeout_s is None else timeout_s)
        except TimeoutError:
            raise StoryFailed(f"The charge point does not show this: {what}.") from None
        except ConnectionLost as error:
            raise StoryFailed(f"The charge point was lost: {error}.") from error
