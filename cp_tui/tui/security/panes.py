"""The panes of the security screen: an overview, the link, certificates, roots and events."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.frame.subjects import OverviewPane, SubjectPane
from cp_tui.tui.security.events_text import (
    event_columns,
    event_facts,
    event_id,
    events_line,
    log_facts,
)
from cp_tui.tui.security.link_text import link_facts, link_line
from cp_tui.tui.security.own_text import (
    line_facts as own_line_facts,
    own_columns,
    own_facts,
    own_line,
    own_lines,
)
from cp_tui.tui.security.roots_text import (
    root_columns,
    root_facts,
    root_id,
    roots_line,
    store_facts,
)
from cp_tui.tui.security.server_text import (
    line_facts as server_line_facts,
    server_columns,
    server_facts,
    server_line,
    server_lines,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock, unseen
from cp_tui.tui.widgets.facts_pane import FactsPane
from cp_tui.tui.widgets.table_pane import NOT_KNOWN, TablePane

LABEL_WIDTH = 7
"""Cells for the labels of the facts below a list."""


class SecureLinkPane(FactsPane, SubjectPane):
    """How the link is protected, who wanted it so, and what if it fails."""

    NAME = "secure_link"
    TITLE = "Link"
    ABOUT = "Security profile, who set it and what if it does not come up, TLS, form of the key."
    SHOWS = frozenset({"security", "link", "configuration", "configuration_changes"})
    HELP_SENTENCES = (
        "Profile 0: no security; 1: a password; 2: TLS and a password; 3: TLS on both sides.",
        "The CSMS can only raise it (W A05); to lower it is up to the operator.",
        "If not: what happens when a new profile does not come up.",
        "Of the AuthorizationKey only length and form are told.",
    )
    LABEL_WIDTH = LABEL_WIDTH

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """Profile, TLS and key."""
        return link_line(snapshot, clock)

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Trouble, profile, TLS, key."""
        return link_facts(snapshot, clock)


class ListPane(TablePane):
    """A table over everything about what is under its cursor, which takes what the table leaves."""

    DEFAULT_CSS = """
    ListPane LineTable { height: auto; min-height: 2; max-height: 60%; }
    """

    SHOWS = frozenset({"security"})
    FACTS = "below"
    LABEL_WIDTH = LABEL_WIDTH

    def why_empty(self, snapshot: Snapshot) -> str:
        """Nothing is known before the charge point has said anything."""
        return super().why_empty(snapshot) if snapshot.security is not None else NOT_KNOWN


class ServerCertificatePane(ListPane, SubjectPane):
    """The chain that the CSMS shows, up to the root that stands for it."""

    NAME = "server_certificate"
    TITLE = "CSMS certificate"
    ABOUT = "The certificates of the CSMS up to their root, when each ends, which check failed."
    SHOWS = frozenset({"security", "link", "cursor.server_certificate"})
    HELP_SENTENCES = (
        "The certificate of the CSMS first, below each the one that issued it; last the root.",
        "Check: whether it is what it should be, and if not, which rule it breaks.",
        "Shown is what came with the newest connection or attempt, trusted or not.",
        "Enter tells everything about one, with all it may be used for.",
    )
    EMPTY = "no certificate"
    UNSEEN = "no certificate was seen"
    DETAILS = "Certificate"
    GONE = "The CSMS shows other certificates now."

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """The first that ends, or what is wrong."""
        return unseen() if snapshot.watched else server_line(snapshot, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the chain, and everything about the certificate under the cursor."""
        lines = server_lines(snapshot, clock)
        line = self.fill_table(server_columns(clock), [(each.id, each) for each in lines])
        self.facts.show([] if snapshot.watched else server_facts(snapshot, line, clock))
        security = snapshot.security
        words = ""
        if security is not None and lines and not security.server:
            words = "not trusted" if security.is_refused else "as it was, not connected now"
        self.note(Content(words))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a certificate."""
        found = (each for each in server_lines(snapshot, clock) if each.id == record)
        return next((server_line_facts(line, clock) for line in found), ())


class OwnCertificatePane(ListPane, SubjectPane):
    """The certificates of the charge point, and the one that is asked for."""

    NAME = "own_certificate"
    TITLE = "Own certificate"
    ABOUT = "The certificates of the charge point: in use, fallback, asked for; when each ends."
    SHOWS = frozenset({"security", "cursor.own_certificate"})
    HELP_SENTENCES = (
        "What the charge point shows in security profile 3, and what it sends with it.",
        "The newest that has begun is used; the one before stays a month as a fallback.",
        "Within a month of the end it asks for a new one by itself, once a day (W A03).",
        "Its private keys are never shown, nor exported.",
    )
    EMPTY = "no certificate"
    UNSEEN = "no certificate was seen"
    DETAILS = "Certificate of the charge point"
    GONE = "The charge point has this certificate no more."

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """The one in use, and what is asked for."""
        return unseen() if snapshot.watched else own_line(snapshot.security, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the certificates, and everything about the one under the cursor."""
        security = snapshot.security
        lines = own_lines(security)
        line = self.fill_table(own_columns(security, clock), [(each.id, each) for each in lines])
        self.facts.show([] if snapshot.watched else own_facts(security, line, clock))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a certificate."""
        security = snapshot.security
        found = (each for each in own_lines(security) if each.id == record)
        if security is None:
            return ()
        return next((own_line_facts(security, line, clock) for line in found), ())


class RootsPane(ListPane, SubjectPane):
    """The roots that are trusted, for the CSMS and for firmware."""

    NAME = "roots"
    TITLE = "Trusted"
    ABOUT = "The roots that are trusted, who installed each, its hash data, when it ends."
    SHOWS = frozenset({"security", "cursor.roots"})
    HELP_SENTENCES = (
        "CSMS: a root that stands for the CSMS; firmware: for who signs firmware.",
        "In use: it stands for the certificate that the CSMS shows now.",
        "Fallback: it counts until the root that it has signed has proved itself (W M05).",
        "The hash data is by what the CSMS names a root when it deletes one.",
    )
    EMPTY = "no root installed"
    UNSEEN = "no root was seen"
    DETAILS = "Root certificate"
    GONE = "This root is not installed any more."

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """How many for what, and the first that ends."""
        return unseen() if snapshot.watched else roots_line(snapshot.security, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the roots, and everything about the one under the cursor."""
        security = snapshot.security
        roots = security.roots if security is not None else ()
        columns = root_columns(roots, clock)
        root = self.fill_table(columns, [(root_id(each), each) for each in roots])
        facts = root_facts(root, clock) if root is not None else []
        is_known = security is not None and not snapshot.watched
        store = store_facts(security) if security is not None and is_known else []
        self.facts.show([*facts, *store])
        self.note(Content(f"{len(roots)}" if roots else ""))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a root."""
        roots = snapshot.security.roots if snapshot.security is not None else ()
        found = (each for each in roots if root_id(each) == record)
        return next((root_facts(root, clock) for root in found), ())


class SecurityEventsPane(ListPane, SubjectPane):
    """What happened that security has to know, and whether the CSMS was told."""

    NAME = "security_events"
    COPIED_FIRST = "Event"
    TITLE = "Events"
    ABOUT = "The newest security events: sent to the CSMS, queued for it, or logged alone."
    SHOWS = frozenset({"security_events", "cursor.security_events"})
    HELP_SENTENCES = (
        "Security events (W A04), newest first; the security log has all of them.",
        "Sent: the CSMS has taken it; queued: it waits for the CSMS, also over a restart.",
        "Logged: events of this type are told to the security log alone.",
        "Those in bold are critical: the CSMS has to be told of them.",
    )
    EMPTY = "no security event yet"
    UNSEEN = "no security event was seen"
    NEWEST_FIRST = True
    DETAILS = "Security event"

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """The newest one, and how many wait."""
        told = snapshot.security_events
        if snapshot.watched and told is not None and not told.entries:
            return unseen()
        return events_line(told, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the events, and everything about the one under the cursor."""
        view = snapshot.security_events
        events = view.entries if view is not None else ()
        columns = event_columns(events, clock)
        event = self.fill_table(columns, [(event_id(each), each) for each in events])
        facts = event_facts(event, clock) if event is not None else []
        self.facts.show([*facts, *log_facts(view)])
        waiting = view.waiting if view is not None else 0
        self.note(Content(f"{count(waiting, 'waits', 'wait')} for the CSMS" if waiting else ""))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about an event."""
        events = snapshot.security_events.entries if snapshot.security_events is not None else ()
        found = (each for each in events if event_id(each) == record)
        return next((event_facts(event, clock) for event in found), ())


SUBJECTS: tuple[type[SubjectPane], ...] = (
    SecureLinkPane,
    ServerCertificatePane,
    OwnCertificatePane,
    RootsPane,
    SecurityEventsPane,
)
"""In the order of the overview."""


class SecurityPane(OverviewPane):
    """A line for each subject: when what ends is told without going into it."""

    NAME = "security"
    TITLE = "Security"
    SUBJECTS = SUBJECTS
    SHOWS = frozenset({"engine"}).union(*(subject.SHOWS for subject in SUBJECTS))
    HELP_SENTENCES = (
        "Every subject with its state; the one under the cursor is shown in full.",
        "Of the certificates the first that ends is told, with its date.",
        "Enter or tab goes into it; escape leads back.",
    )
