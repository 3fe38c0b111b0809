"""LogStatusNotification, as far as the CSMS can ask for it: how an upload stands (W N01)."""

from __future__ import annotations

from cp_tui.charge_point.calls import Calls, Outgoing


class LogUploads:
    """The upload that GetLog asked for: there is none, for GetLog is not carried out."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def trigger(self) -> None:
        """Tell the present status because ExtendedTriggerMessage asks for it (W 5.5)."""
        # A boot has nothing to tell, and the models of security would hold it up.
        from cp_tui.ocpp.security import LogStatusNotificationRequest
        from cp_tui.ocpp.security_enumerations import UploadLogStatus

        request = LogStatusNotificationRequest(status=UploadLogStatus.IDLE)
        self._calls.call(Outgoing(request, lambda _: None, lambda _: None, is_triggered=True))
