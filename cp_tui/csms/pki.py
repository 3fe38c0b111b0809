"""The certificates and keys of the small CSMS: two roots, and what they have issued for itself.

The root of the CSMS stands for its servers and for the charge points, that of the manufacturer for
firmware: two hierarchies that do not know each other (W A00). Pure: times are arguments.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.certificates.authority import Authority, Issued, Validity, new_root
from cp_tui.certificates.described import facts_of
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import public_key_of
from cp_tui.certificates.pem import loaded
from cp_tui.certificates.rules import has_key
from cp_tui.csms.known_charge_points import CPO_NAME
from cp_tui.ocpp.discreet import Discreet

MANUFACTURER = "cp-tui Manufacturer"
SERVER_NAMES = ("localhost", "127.0.0.1", "::1")

BEFORE = timedelta(days=1)
"""How long before it is made a certificate begins: clocks differ."""
ROOT_FOR = timedelta(days=3_650)
ISSUED_FOR = timedelta(days=365)
"""For how long the CSMS shows one certificate, and signs firmware with another."""
RENEWED_BEFORE = timedelta(days=30)
"""So long before their end they are made anew."""


class Pki(Discreet, frozen=True):
    """All of it, in PEM; the keys are in no representation."""

    csms_root: Authority
    manufacturer_root: Authority
    server: Issued
    server_rsa: Issued
    """The same for charge points that know the cipher suites of RSA alone (W A00.FR.318)."""
    signing: Issued
    """What the manufacturer signs firmware with."""

    @property
    def ends_at(self) -> datetime:
        """When the first of those ends that can be made anew."""
        return min(
            facts_of(issued.certificate).not_after
            for issued in (self.server, self.server_rsa, self.signing)
        )

    def renewed(self, at: datetime) -> Pki:
        """Make anew what the roots have issued; the roots stay."""
        return _under(self.csms_root, self.manufacturer_root, at)

    def has_whole_pairs(self) -> bool:
        """Whether each key that signs is that of its certificate; raises CertificateError.

        Those of the servers are looked at by TLS, which takes no tenth of a second for RSA.
        """
        signing = self.csms_root, self.manufacturer_root, self.signing
        return all(has_key(loaded(each.certificate), public_key_of(each.key)) for each in signing)


def validity(at: datetime, lasts: timedelta) -> Validity:
    """Give a validity from a little before now on."""
    begin = at.replace(microsecond=0) - BEFORE
    return Validity(begin, begin + BEFORE + lasts)


def new_pki(at: datetime) -> Pki:
    """Make everything; a tenth of a second, most of it for the key of RSA."""
    csms_root = new_root("cp-tui CSMS root", CPO_NAME, validity(at, ROOT_FOR))
    manufacturer = new_root("cp-tui manufacturer root", MANUFACTURER, validity(at, ROOT_FOR))
    return _under(csms_root, manufacturer, at)


def _under(csms_root: Authority, manufacturer_root: Authority, at: datetime) -> Pki:
    shown = validity(at, ISSUED_FOR)
    return Pki(
        csms_root,
        manufacturer_root,
        csms_root.server(SERVER_NAMES, shown),
        csms_root.server(SERVER_NAMES, shown, KeyKind.RSA_2048),
        manufacturer_root.signing_certificate("cp-tui firmware", shown),
    )
