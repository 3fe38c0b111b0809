"""Roots, chains and connections for the tests of security: a small CA, and a CSMS that knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from cp_tui.certificates.authority import Authority, Issued, Validity, new_root
from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import LinkFailed, LinkOpened
from cp_tui.charge_point.security.reconnection import RECONNECT_AFTER
from cp_tui.charge_point.variables import LinkFault, Tls
from tests.charge_point.rig import T0, Rig, rig

DAY = timedelta(days=1)
DECADE = Validity(T0 - 365 * DAY, T0 + 3650 * DAY)
PASSWORD = "0123456789abcdef0123456789abcdef01234567"
SERIAL, CPO = "SN-0001", "Operator"


def root(name: str = "CSMS Root") -> Authority:
    """Give a root, the same for the same name."""
    return _root(name)


@cache
def _root(name: str) -> Authority:
    return new_root(name, CPO, DECADE)


@cache
def successor(name: str = "New Root", of: str = "CSMS Root") -> Authority:
    """Give a root that another one has signed."""
    return root(of).authority(name, DECADE)


@cache
def server(of: str = "CSMS Root") -> Issued:
    """Give the certificate of a CSMS."""
    return root(of).server(["csms.example"], DECADE)


class Csms:
    """What a CSMS lets in, and shows."""

    def __init__(self, *profiles: int) -> None:
        self.profiles = set(profiles)
        """The security profiles that it lets in."""
        self.chain: tuple[str, ...] = ()
        self.asks_for_certificate: bool | None = True
        self.refused: set[str] = set()
        """Certificates that it does not take."""
        self.attempts: list[SetCredentials] = []

    def __call__(self, found: SetCredentials) -> LinkOpened | LinkFailed:
        """Say what comes of an attempt."""
        self.attempts.append(found)
        if found.profile not in self.profiles:
            return LinkFailed(LinkFault.OTHER, f"nobody there for profile {found.profile}")
        if found.profile == 3:
            if found.certificate is None:
                return LinkFailed(LinkFault.CLIENT_CERTIFICATE, "certificate required")
            if found.certificate.chain[0] in self.refused:
                return LinkFailed(LinkFault.CLIENT_CERTIFICATE, "bad certificate")
        if found.profile < 2:
            return LinkOpened()
        asked = self.asks_for_certificate if found.profile == 3 else False
        tls = Tls(version="TLS 1.3", cipher="TLS_AES_128_GCM_SHA256", asked_for_certificate=asked)
        return LinkOpened(1, tls, self.chain)


def secured(
    *profiles: int,
    keys: Mapping[str, str] | None = None,
    security: SecurityConfig | None = None,
    **config: Any,
) -> tuple[Rig, Csms]:
    """Give a charge point that is on line, and a CSMS that lets in these profiles."""
    csms = Csms(*profiles)
    values = {"AuthorizationKey": PASSWORD, "CpoName": CPO} | dict(keys or {})
    made = rig(
        boot=False,
        keys=values,
        charge_box_serial_number=SERIAL,
        security=security or SecurityConfig(),
        **config,
    )
    made.link = csms
    made.responders["SignCertificate"] = lambda _: {"status": "Accepted"}
    # Certificates take months, in which a heartbeat each five minutes would be most of the work.
    made.responders["BootNotification"] = lambda _: {
        "status": "Accepted",
        "currentTime": made.now.isoformat(),
        "interval": 86_400,
    }
    made.power_on()
    made.forget_sent()
    return made, csms


def install(made: Rig, pem: str, use: str = "CentralSystemRootCertificate") -> str:
    """Install a root certificate; give the status."""
    payload = {"certificateType": use, "certificate": pem}
    status: str = made.request("InstallCertificate", payload)[2]["status"]
    return status


def trigger_certificate(made: Rig) -> str:
    """Ask for a new certificate; give the request for it that came, empty where none did."""
    before = len(made.calls("SignCertificate"))
    made.request("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
    asked = made.calls("SignCertificate")[before:]
    return asked[0]["csr"] if asked else ""


def deliver(made: Rig, chain: str) -> str:
    """Deliver a certificate; give the status."""
    status: str = made.request("CertificateSigned", {"certificateChain": chain})[2]["status"]
    return status


def certify(made: Rig, by: Authority | None = None, validity: Validity = DECADE) -> str:
    """Have the charge point get a certificate; give the chain."""
    chain = (by or root()).charge_point(trigger_certificate(made), validity)
    assert deliver(made, chain) == "Accepted"
    return chain


def set_profile(made: Rig, profile: int) -> str:
    """Set SecurityProfile, and wait until the connection is made anew; give the status."""
    payload = {"key": "SecurityProfile", "value": str(profile)}
    status: str = made.request("ChangeConfiguration", payload)[2]["status"]
    made.after(RECONNECT_AFTER.total_seconds())
    return status


def profile_of(made: Rig) -> int:
    """Read SecurityProfile."""
    answer = made.request("GetConfiguration", {"key": ["SecurityProfile"]})[2]
    return int(answer["configurationKey"][0]["value"])


def in_profile_3(**config: Any) -> tuple[Rig, Csms]:
    """Give a charge point that is on line in security profile 3."""
    made, csms = secured(1, 2, 3, **config)
    csms.chain = (server().certificate,)
    assert install(made, root().certificate) == "Accepted"
    certify(made)
    assert set_profile(made, 3) == "Accepted"
    assert made.is_open
    assert profile_of(made) == 3
    made.forget_sent()
    csms.attempts.clear()
    return made, csms


def reason_of(made: Rig, action: str) -> Any:
    """Give why the newest answer to a request of an action was so."""
    records = [event for name, event in made.events if name == "messages"]
    found = [each for each in records if each.action == action and each.reason is not None]
    return found[-1].reason


def events(made: Rig) -> list[str]:
    """Give the security events that were sent, by type."""
    return [payload["type"] for payload in made.calls("SecurityEventNotification")]


def logged(made: Rig) -> list[str]:
    """Give the newest security events, oldest first, by type."""
    return [each.type for each in reversed(made.variables["security_events"].entries)]


def used(made: Rig) -> str:
    """Give the certificate that the next connection is made with."""
    assert made.credentials is not None
    assert made.credentials.certificate is not None
    return made.credentials.certificate.chain[0]
