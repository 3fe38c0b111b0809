"""The pane of security and certificates: how the link is protected, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cp_tui.tui.maintenance.certificates_text import certificate_facts
from cp_tui.tui.maintenance.facts_pane import MaintenanceFactsPane
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock


class CertificatesPane(MaintenanceFactsPane):
    """Security profile, key, and the certificate of the server."""

    NAME = "certificates"
    TITLE = "Certificates"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"link", "identity"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Profile 0: no security. 1: HTTP Basic with the AuthorizationKey. 2: TLS as well.",
        "Of the key only length and form are told. Server is who the CSMS proves to be.",
        "A server certificate with less than 30 days left is due for renewal.",
    )

    def facts(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Profile, key, certificate, and what is not there."""
        return certificate_facts(snapshot, clock)
