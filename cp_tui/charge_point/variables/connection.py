"""The variables `identity`, `link`, `is_connected`, `registration` and `stop_report`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.clock import ClockStep
from cp_tui.ocpp.datatypes import RegistrationStatus


class Identity(Value, frozen=True, kw_only=True):
    """Who this charge point says it is, and where it really connects to."""

    charge_point_id: str
    vendor: str
    model: str
    charge_point_serial_number: str | None = None
    charge_box_serial_number: str | None = None
    firmware_version: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None
    url: str
    """The connection URL as really used, id percent-encoded; never with credentials."""
    connectors: int
    """How many, without connector 0."""
    hardware: tuple[str, ...] = ()
    """Of each connector from 1, in words."""
    preset: str = ""
    """The kind of charge point that was asked for; empty: none."""
    preset_about: str = ""
    """What such a charge point does, in a sentence."""
    habits: tuple[str, ...] = ()
    """What it does otherwise than the standard wants it, each by its name and in words."""
    data_folder: str = ""
    """Where its state is kept, as an absolute path."""
    watched: str = ""
    """Through what it is only watched, such as `tap 127.0.0.1:9100`; empty: it is one of ours, and
    what no variable says is not so. Of one that is watched it is not known."""
    cp_tui_version: str
    started_at: datetime | None = None
    """When its process was started, by the clock of the machine. Another one: what was told of its
    streams before goes on with other numbers."""


class LinkPhase(StrEnum):
    """Where the WebSocket stands."""

    STOPPED = "stopped"
    """Stopped by the operator; not offline: nothing is tried."""
    RESOLVING = "resolving"
    CONNECTING = "connecting"
    TLS = "tls"
    UPGRADING = "upgrading"
    OPEN = "open"
    WAITING = "waiting"
    """Between two attempts."""


class LinkStep(StrEnum):
    """The step of connecting that failed."""

    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    HTTP = "HTTP"
    SUBPROTOCOL = "subprotocol"
    OPEN = "open"
    """It was open and broke: closed by the CSMS, ping unanswered, network gone."""


class LinkFault(StrEnum):
    """What an attempt to connect has failed at, as far as it concerns security (W A00)."""

    REFUSED_CREDENTIALS = "refused credentials"
    """The CSMS did not take the AuthorizationKey."""
    CLIENT_CERTIFICATE = "client certificate"
    """The CSMS did not take the certificate of the charge point, or misses it."""
    SERVER_CERTIFICATE = "server certificate"
    """The certificate of the CSMS is not trusted, or is for another name."""
    TLS_VERSION = "TLS version"
    """The CSMS offers only versions that are too old."""
    CIPHER_SUITE = "cipher suite"
    """The CSMS shares no cipher suite that is allowed."""
    OTHER = "other"
    """Anything else: no name, nobody there, a certificate or a key of ours that cannot be used."""


class LinkError(Value, frozen=True, kw_only=True):
    """Why the last attempt failed or the last connection ended, in plain words."""

    step: LinkStep
    """How far it had come."""
    text: str
    hint: str = ""
    """What to check."""
    http_status: int | None = None
    """Where the CSMS answered the handshake with one."""
    close_code: int | None = None
    """Of the WebSocket, where the CSMS closed it."""
    at: datetime


class Certificate(Value, frozen=True, kw_only=True):
    """The server certificate of a TLS connection."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime


class Tls(Value, frozen=True, kw_only=True):
    """What TLS agreed on."""

    version: str
    cipher: str
    certificate: Certificate | None = None
    """Of the server itself."""
    chain: tuple[Certificate, ...] = ()
    """The same, and those that the server has sent with it; empty: not known."""
    anchor: str = ""
    """The root that stands for them, by its subject; empty: not known."""
    asked_for_certificate: bool | None = None
    """Whether the server has asked for the certificate of the charge point; None: not known."""


class LastFrame(Value, frozen=True, kw_only=True):
    """The newest frame in one direction."""

    at: datetime
    action: str
    """Of an answer: that of its request."""


class LinkView(Value, frozen=True, kw_only=True):
    """The WebSocket to the CSMS."""

    phase: LinkPhase
    """How far it has come."""
    since: datetime | None
    """When it became open, stopped or offline; while the cable is pulled, when it was pulled. None:
    of a charge point that is only watched, not told."""
    attempt: int = 0
    """Attempts since the link was last open; 0 while it is open for the first time."""
    next_attempt_at: datetime | None = None
    """None while nothing is waited for."""
    last_error: LinkError | None = None
    """Why it failed or ended last, however long ago."""
    own_cause: str = ""
    """Why the charge point itself ended the link or an attempt, until the next attempt; else empty.
    """
    ping_round_trip_ms: float | None = None
    """Of the newest ping; None: none was answered yet."""
    last_in: LastFrame | None = None
    last_out: LastFrame | None = None
    subprotocol: str | None = None
    """What the CSMS agreed to, normally `ocpp1.6`."""
    tls: Tls | None = None
    """None: no TLS, or not connected."""
    security_profile: int | None = 0
    """0 plain, 1 Basic authentication, 2 TLS with Basic authentication; None: of a charge point
    that is only watched, not told."""
    authorization_key: str = "not set"
    """Length and form of the AuthorizationKey, such as `20 bytes (hex)`; never the key."""
    trust: str = ""
    """What the server certificate is held against, in words; empty where the URL has no TLS."""
    network_up: bool = True
    """False while the operator has pulled the network cable (`set_network`)."""


class LinkAttempt(Value, frozen=True, kw_only=True):
    """What became of an attempt to connect, or of an open link: the event of `link_attempts`."""

    at: datetime
    attempt: int
    """Since the link was last open; 0 where an open link ended."""
    phase: LinkPhase
    """`open`: it succeeded; `waiting`: it failed, or the link ended; `stopped`: by the operator, or
    the power went."""
    step: LinkStep | None = None
    """The step that failed; None where nothing did."""
    text: str = ""
    """The cause in plain words."""
    hint: str = ""
    """What to check."""
    http_status: int | None = None
    """Where the CSMS answered the handshake with one."""
    close_code: int | None = None
    """Of the WebSocket, where the CSMS closed it."""
    open_for_s: float | None = None
    """How long the link that ended had been open."""


class StopReport(Value, frozen=True, kw_only=True):
    """What `stop()` did with what was under way; none unless stopped by the operator."""

    at: datetime
    lines: tuple[str, ...]
    """A sentence each: what became of a transaction, or of what waited."""


class PendingCall(Value, frozen=True, kw_only=True):
    """A CALL that waits for its answer: BootNotification at once, others when they wait long."""

    action: str
    since: datetime
    times_out_at: datetime | None
    """When it is given up (MessageTimeout); None: of a charge point that is only watched, nobody
    knows."""


class UnansweredCall(Value, frozen=True, kw_only=True):
    """A CALL that was given up, and the CSMS has answered none since."""

    action: str
    since: datetime
    """When it was sent."""


class RegistrationView(Value, frozen=True, kw_only=True):
    """Whether the CSMS wants this charge point, and how their clocks agree."""

    status: RegistrationStatus | None = None
    """None: no answer to a BootNotification yet."""
    since: datetime | None
    """When this began; the same answer once more changes nothing. None: of a charge point that is
    only watched, not told."""
    interval_s: int | None = None
    """What BootNotification.conf said; None: nothing that counts."""
    next_boot_at: datetime | None = None
    """None also while the link is down: then it goes as soon as the link is open, or later."""
    next_heartbeat_at: datetime | None = None
    """When one goes if nothing is sent until then; to the second. None also while one is due, and
    waits behind a CALL without an answer."""
    clock_offset_s: float | None = None
    """CSMS clock minus the clock of this machine; None: never synchronised."""
    clock_set_at: datetime | None = None
    """When the CSMS last told the time; None: never."""
    clock_set_by: str | None = None
    """The message that set it, `BootNotification` or `Heartbeat`."""
    clock_kept_offset_s: float | None = None
    """The offset from before the boot, in use until the CSMS tells the time; None: the CSMS has
    told it, or none is known."""
    clock_step: ClockStep | None = None
    """The newest step of the clock that is worth telling; kept over a boot."""
    clock_refused: Reason | None = None
    """Why the clock of the CSMS is not followed."""
    pending: PendingCall | None = None
    """What waits for its answer now."""
    unanswered: UnansweredCall | None = None
    """The first call that the CSMS left without an answer, as long as it answers nothing."""
    """A CALL that the CSMS leaves without an answer."""
    reason: Reason | None = None
    """Why it is not Accepted, where that is known."""

    @property
    def clock_ahead_s(self) -> float:
        """What the clock of the charge point is ahead of this machine's now; 0: never set."""
        told_s = self.clock_offset_s
        return (self.clock_kept_offset_s or 0.0) if told_s is None else told_s
