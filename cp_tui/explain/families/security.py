"""Keys, passwords and security profiles (J 6.2.2, W A00 to A05).

No finding repeats a secret: what is found is that it can be read.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    GetConfigurationResponse,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus
from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest, UpdateFirmwareRequest
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import MASK, SECRET_VALUE, is_secret_key, shown_location
from cp_tui.ocpp.security import GetLogRequest, SignedUpdateFirmwareRequest
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind, Record

PROFILE = "SecurityProfile"
_MASKED = frozenset({"", MASK, SECRET_VALUE, "<redacted>"})
_DONE = (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED)


class SecurityRules(Family):
    """What the log gives away, and what the charge point does with new keys and profiles."""

    ACTIONS = frozenset(
        {
            Action.CHANGE_CONFIGURATION,
            Action.GET_CONFIGURATION,
            Action.SIGN_CERTIFICATE,
            Action.CERTIFICATE_SIGNED,
            Action.SECURITY_EVENT_NOTIFICATION,
            Action.UPDATE_FIRMWARE,
            Action.SIGNED_UPDATE_FIRMWARE,
            Action.GET_DIAGNOSTICS,
            Action.GET_LOG,
        }
    )

    def __init__(self) -> None:
        self._to_reconnect: Waits[str, str] = Waits()
        """The name of the key that was changed."""
        self._has_asked = False
        """Whether SignCertificate was ever sent."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._to_reconnect)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.link is not None:
            yield from _handshake(record, record.link)
        exchange = known.exchange
        if exchange.is_call:
            yield from self._called(record, known)
        else:
            match exchange.request, exchange.response:
                case ChangeConfigurationRequest() as request, ChangeConfigurationResponse() as told:
                    if told.status in _DONE:
                        yield from self._changed(record, request, told.status, known)
                case _, GetConfigurationResponse() as response:
                    yield from _returned(record, response)
        yield from self._overdue(known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _called(self, record: Record, known: Known) -> Iterable[Finding]:
        action, request = known.exchange.action, known.exchange.request
        is_new_key = isinstance(request, ChangeConfigurationRequest) and is_secret_key(request.key)
        if is_new_key and not record.is_masked and not _is_masked(getattr(request, "value", "")):
            yield found(
                "security.secret_in_log",
                "The AuthorizationKey that the CSMS sends here can be read. Whoever has this log"
                " can connect as this charge point: give it a new one.",
                record,
                matter=Action.CHANGE_CONFIGURATION,
            )
        yield from _credentials(record, known)
        if action is Action.SIGN_CERTIFICATE:
            self._has_asked = True
        elif action is Action.CERTIFICATE_SIGNED and not self._has_asked and not known.is_cold:
            yield found(
                "security.certificate_unasked",
                "CertificateSigned came, and no SignCertificate before it in this log.",
                record,
            )
        elif action is Action.SECURITY_EVENT_NOTIFICATION:
            registration = known.registration
            is_told = registration.status is not None or registration.is_booting
            is_ours = record.direction is FrameDirection.TO_CSMS
            if is_ours and is_told and (registration.is_booting or not registration.is_accepted):
                yield found(
                    "security.event_before_accepted",
                    "SecurityEventNotification was sent before the CSMS had accepted the charge"
                    " point: it waits until then.",
                    record,
                    registration.told or registration.booted,
                )

    def _changed(
        self,
        record: Record,
        request: ChangeConfigurationRequest,
        status: ConfigurationStatus,
        known: Known,
    ) -> Iterable[Finding]:
        before = known.keys.integer(PROFILE)
        is_profile = request.key.lower() == PROFILE.lower()
        if is_profile and before is not None and _is_lower(request.value, before):
            yield found(
                "security.profile_lowered",
                f"SecurityProfile {request.value} was {status}, and {before} is in force: a lower"
                " one, or the same, is Rejected.",
                record,
            )
        is_key = is_secret_key(request.key) and before in (1, 2)
        has_links = known.survey.links[LinkKind.OPEN] + known.survey.links[LinkKind.CLOSE] > 0
        if (is_profile or is_key) and status is ConfigurationStatus.ACCEPTED and has_links:
            name = PROFILE if is_profile else "AuthorizationKey"
            self._to_reconnect.begin("", name, LIMITS.reconnect, record, known)

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for wait in self._to_reconnect.over(known):
            yield found(
                "security.no_reconnect",
                f"A new {wait.what} was Accepted, and the connection goes on for more than"
                f" {LIMITS.reconnect:g} s: the charge point connects anew with it.",
                wait.where,
            )


def _is_masked(value: str) -> bool:
    return value.strip() in _MASKED or not value.strip("*xX.•")


def _is_lower(value: str, before: int) -> bool:
    try:
        return int(value) <= before
    except ValueError:
        return False


def _handshake(record: Record, link: LinkEvent) -> Iterable[Finding]:
    if link.has_secret:
        yield found(
            "security.secret_in_log",
            "The password of the handshake can be read. Whoever has this log can connect as this"
            " charge point: give it a new AuthorizationKey.",
            record,
            matter="handshake",
        )
    if link.authorization.lower() == "basic" and link.is_tls is False and not _is_local(link.url):
        yield found(
            "security.plain_basic_auth",
            "The password went over a connection without TLS: anybody on the way can read it.",
            record,
        )


def _is_local(url: str) -> bool:
    """Whether a URL leads to this machine itself."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _credentials(record: Record, known: Known) -> Iterable[Finding]:
    """Whether a location names a user, without repeating it."""
    location = _location(known.exchange.request)
    user, is_there, _ = location.partition("://")[2].partition("/")[0].rpartition("@")
    if is_there and user != MASK and not record.is_masked:
        yield found(
            "security.credentials_in_location",
            f"The location {shown_location(location)} holds a user and a password, which this log"
            " shows.",
            record,
        )


def _location(request: WireModel | None) -> str:
    match request:
        case SignedUpdateFirmwareRequest():
            return request.firmware.location
        case GetLogRequest():
            return request.log.remote_location
        case UpdateFirmwareRequest() | GetDiagnosticsRequest():
            return request.location
        case _:
            return ""


def _returned(record: Record, response: GetConfigurationResponse) -> Iterable[Finding]:
    for each in response.configuration_key or ():
        if is_secret_key(each.key) and each.value and not _is_masked(each.value):
            yield found(
                "security.key_returned",
                "GetConfiguration was answered with a value of AuthorizationKey, which nobody may"
                " read.",
                record,
            )
