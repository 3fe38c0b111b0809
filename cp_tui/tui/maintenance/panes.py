"""The panes of the maintenance screen: an overview of the subjects, and a pane for each of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from textual.content import Content

from cp_tui.charge_point.variables import (
    AuthorizationCacheView,
    CachedTag,
    LocalListView,
    TagEntry,
)
from cp_tui.tui.frame.subjects import OverviewPane, SubjectPane
from cp_tui.tui.maintenance.diagnostics_text import diagnostics_facts, diagnostics_line
from cp_tui.tui.maintenance.firmware_text import firmware_facts, firmware_line
from cp_tui.tui.maintenance.link_history_text import (
    attempt_columns,
    attempt_facts,
    attempt_id,
    attempt_lines,
    attempts_line,
    result,
    result_words,
)
from cp_tui.tui.maintenance.log_upload_text import log_upload_facts, log_upload_line
from cp_tui.tui.maintenance.reservations_text import (
    reservation_columns,
    reservation_facts,
    reservation_lines,
    reservation_of,
    reservations_line,
)
from cp_tui.tui.maintenance.status_history_text import (
    change_id,
    history_line,
    matching_changes,
    status_change_columns,
    status_change_facts,
)
from cp_tui.tui.maintenance.tags_text import (
    cache_facts,
    cache_line,
    cached_columns,
    list_facts,
    list_line,
    matching,
    shown_of,
    tag_columns,
    tag_facts,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.gaps import divided
from cp_tui.tui.text.status import SIGNS
from cp_tui.tui.text.words import Clock, joined, unseen
from cp_tui.tui.widgets.facts_pane import FactsPane
from cp_tui.tui.widgets.table_pane import TablePane

EntryT = TypeVar("EntryT", bound=TagEntry)

NOT_KNOWN_YET = Content.styled("not known yet", "$text-muted")


class FirmwarePane(FactsPane, SubjectPane):
    """The newest UpdateFirmware, step by step."""

    NAME = "firmware"
    TITLE = "Firmware"
    ABOUT = "Which one runs, and how far an update has come."
    SHOWS = frozenset({"firmware"})
    HELP_SENTENCES = (
        (
            "UpdateFirmware (S 5.19): fetch the file from its retrieveDate on, as often as retries "
            "says; wait until nobody charges; install; boot."
        ),
        (
            "SignedUpdateFirmware (W L01): the signing certificate is checked first, the signature "
            "over the file as it was downloaded, then it is installed."
        ),
        "The CSMS is told of each step. Signed: who has signed what runs now, and how.",
        "The location is shown without user, password and query.",
    )

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """Version and state."""
        return firmware_line(snapshot.firmware, clock, is_watched=bool(snapshot.watched))

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Version, state, what comes next, tries, file."""
        return firmware_facts(snapshot.firmware, clock, is_watched=bool(snapshot.watched))


class DiagnosticsPane(FactsPane, SubjectPane):
    """The newest GetDiagnostics: which file is uploaded where, and how far it has come."""

    NAME = "diagnostics"
    TITLE = "Diagnostics"
    ABOUT = "Which file is uploaded where, and how far it has come."
    SHOWS = frozenset({"diagnostics"})
    HELP_SENTENCES = (
        (
            "GetDiagnostics (S 5.9): one file with logs and states is uploaded to the location "
            "that the CSMS names; the answer told it the name of the file."
        ),
        "The location is shown without user, password and query.",
    )

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """State and file."""
        return diagnostics_line(snapshot.diagnostics, clock, is_watched=bool(snapshot.watched))

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """State, file, location, tries."""
        return diagnostics_facts(snapshot.diagnostics, clock, is_watched=bool(snapshot.watched))


class LogUploadPane(FactsPane, SubjectPane):
    """The newest GetLog: which log is uploaded where, and how far it has come."""

    NAME = "log_upload"
    TITLE = "Log upload"
    ABOUT = "Which log is uploaded where, and how far it has come."
    SHOWS = frozenset({"log_upload"})
    HELP_SENTENCES = (
        "GetLog (W N01): the diagnostics log or the security log, for a time if one is named.",
        "A new GetLog ends the upload before it.",
        "The location is shown without user, password and query.",
    )

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """Which log, state and file."""
        return log_upload_line(snapshot.log_upload, clock, is_watched=bool(snapshot.watched))

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """State, log, file, location, tries."""
        return log_upload_facts(snapshot.log_upload, clock, is_watched=bool(snapshot.watched))


class ReservationsPane(TablePane, SubjectPane):
    """Every reservation: those in force with the time that is left, then those that ended."""

    DEFAULT_CSS = """
    ReservationsPane FactLines { display: none; height: 8; }
    """

    NAME = "reservations"
    TITLE = "Reservations"
    ABOUT = "For whom connectors are held, until when, why it ended."
    # The link as well: each frame is an occasion to tell anew how much time is left.
    SHOWS = frozenset({"reservations", "link", "cursor.reservations"})
    HELP_SENTENCES = (
        "ReserveNow (S 5.13): a connector is held for one tag, or for the tags of a group.",
        "Conn any: connector 0 is reserved, one connector is kept free.",
        "The time left is as of the instant in the title.",
        "Enter tells everything about one.",
    )
    EMPTY = "no reservation"
    UNSEEN = "no reservation was seen"
    FACTS = "below"
    DETAILS = "Reservation"
    GONE = "This reservation is no longer listed."

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """How many are in force, and the first to expire."""
        told = snapshot.reservations
        if snapshot.watched and told is not None and not (told.active or told.ended):
            return unseen()
        return reservations_line(told, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the reservations, and as of when the time left is told."""
        lines = reservation_lines(snapshot.reservations)
        columns = reservation_columns(lines, clock, snapshot.schedule_time(clock.now))
        line = self.fill_table(columns, [(line.id, line) for line in lines])
        self.facts.show(self.everything(line.id, snapshot, clock) if line is not None else [])
        active = sum(line.ended is None for line in lines)
        note = f"{active} in force, as of {clock.minute(clock.now)}" if active else ""
        self.note(joined([note, clock.csms_mark if lines else ""]))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """For whom, where, until when, and why it ended."""
        line = reservation_of(snapshot.reservations, record)
        time = snapshot.schedule_time(clock.now)
        return reservation_facts(line, clock, time) if line is not None else ()


class TagsPane(TablePane, SubjectPane):
    """Tags that the charge point knows; above them a line about all of them."""

    DEFAULT_CSS = """
    TagsPane FactLines { height: 1; }
    """

    EMPTY = "no tag"
    UNSEEN = "no tag was seen"
    FILTER = "filter: words of tag, status, group; !word leaves out"
    FILTERS_ITSELF = True
    NO_MATCH = "no tag matches the filter"
    FACTS = "above"
    GONE = "This tag is no longer among those shown."

    @abstractmethod
    def entries(self, snapshot: Snapshot) -> Sequence[TagEntry]:
        """The tags that the engine tells."""

    def show_tags(
        self,
        known: LocalListView | AuthorizationCacheView | None,
        entries: Sequence[EntryT],
        columns: Callable[[Sequence[EntryT], Clock, datetime], Sequence[Column[EntryT]]],
        clock: Clock,
        time: datetime,
    ) -> None:
        """Show the tags that pass the filter, and how many of all that are."""
        found = matching(entries, self.words, time)
        self.fill_table(columns(found, clock, time), [(each.id_tag, each) for each in found])
        self.note(Content(shown_of(len(found), len(entries), (known.count or 0) if known else 0)))

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a tag."""
        time = snapshot.schedule_time(clock.now)
        entry = next((each for each in self.entries(snapshot) if each.id_tag == record), None)
        return tag_facts(entry, clock, time) if entry is not None else ()


class LocalListPane(TagsPane):
    """What SendLocalList has brought."""

    NAME = "local_list"
    TITLE = "Local list"
    ABOUT = "Version and tags of the local authorization list."
    SHOWS = frozenset({"local_list"})
    HELP_SENTENCES = (
        "The list of tags that the CSMS has sent (S 3.5.2); only SendLocalList changes it.",
        "It beats the cache. After its expiry date a tag counts as Expired.",
        "The first hundred tags are shown; W looks up any tag, shown or not.",
    )
    DETAILS = "Tag of the local list"

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """Version, size and use."""
        return list_line(snapshot.local_list)

    def entries(self, snapshot: Snapshot) -> Sequence[TagEntry]:
        """The first ones by tag."""
        return snapshot.local_list.entries if snapshot.local_list else ()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the list as a whole, and its tags."""
        known, time = snapshot.local_list, snapshot.schedule_time(clock.now)
        self.facts.show(list_facts(known, clock))
        self.show_tags(known, self.entries(snapshot), tag_columns, clock, time)


class CachePane(TagsPane):
    """What the CSMS last said about each tag that it was asked about, and how long ago."""

    NAME = "cache"
    TITLE = "Cache"
    ABOUT = "What the CSMS last said about each tag."
    SHOWS = frozenset({"authorization_cache"})
    HELP_SENTENCES = (
        "What the CSMS last said about each tag (S 3.5.1), newest first; kept over a restart.",
        "A tag of the local list is never in the cache.",
        "The newest hundred are shown; W looks up any tag, shown or not.",
    )
    DETAILS = "Tag of the cache"

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """Size and use."""
        return unseen() if snapshot.watched else cache_line(snapshot.authorization_cache)

    def entries(self, snapshot: Snapshot) -> Sequence[CachedTag]:
        """The newest ones."""
        return snapshot.authorization_cache.entries if snapshot.authorization_cache else ()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the cache as a whole, and its tags."""
        known, time = snapshot.authorization_cache, snapshot.schedule_time(clock.now)
        self.facts.show(cache_facts(known))
        self.show_tags(known, self.entries(snapshot), cached_columns, clock, time)


class StatusHistoryPane(TablePane, SubjectPane):
    """The changes of status that this screen knows of, newest first, with code and cause."""

    DEFAULT_CSS = """
    StatusHistoryPane FactLines { display: none; height: 8; }
    """

    NAME = "status_history"
    COPIED_FIRST = "Cause"
    TITLE = "Status history"
    ABOUT = "Every change of status with its code and its cause."
    SHOWS = frozenset({"status_changes", "connectors", "cursor.status_history"})
    HELP_SENTENCES = (
        "Code: the transition of S 4.9.",
        (
            "The letter is the state before, the digit the one after: A1 Available, B2 Preparing, "
            "C3 Charging, D4 SuspendedEV, E5 SuspendedEVSE, F6 Finishing, G7 Reserved, H8 "
            "Unavailable, I9 Faulted."
        ),
        "So B3: Preparing to Charging.",
        "In the filter a number alone is a connector, such as 2.",
    )
    EMPTY = "nothing has changed since the boot"
    UNSEEN = "no change was seen yet"
    FACTS = "below"
    FILTER = (
        "filter: a number is a connector; words of status, code, cause, error; !word leaves out"
    )
    FILTERS_ITSELF = True
    NO_MATCH = "no change matches the filter"
    NEWEST_FIRST = True
    DETAILS = "Status change"

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """The newest change."""
        changes = snapshot.status_changes
        if not changes and snapshot.watched:
            return unseen()
        return history_line(changes, clock) if snapshot.link else NOT_KNOWN_YET

    def said(self, snapshot: Snapshot, clock: Clock) -> str:
        """The newest change without its sign, which is the first there."""
        line = super().said(snapshot, clock)
        newest = snapshot.status_changes[-1:]
        return line.replace(f"{SIGNS[newest[0].status]} ", "", 1) if newest else line

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the changes that pass the filter."""
        changes = matching_changes(snapshot.status_changes, self.words)
        columns = status_change_columns(changes, clock)
        records = [(change_id(each), each) for each in changes]
        gaps = snapshot.gaps.get("status_changes", ())
        change = self.fill_table(columns, divided(records, gaps, clock, changes))
        self.facts.show(status_change_facts(change, clock) if change is not None else [])
        # Of one that is only watched, they stand when they passed.
        mark = "" if snapshot.watched else clock.csms_mark
        self.note_count(len(changes), len(snapshot.status_changes), mark)

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """When, where, from what to what, why."""
        found = (each for each in snapshot.status_changes if change_id(each) == record)
        return next((status_change_facts(change, clock) for change in found), ())


class LinkHistoryPane(TablePane, SubjectPane):
    """Each attempt to connect, newest first; below, cause and check of the one under the cursor."""

    DEFAULT_CSS = """
    LinkHistoryPane FactLines { height: 3; }
    """

    NAME = "link_history"
    COPIED_FIRST = "Cause"
    TITLE = "Link history"
    ABOUT = "Every attempt to connect, and the step that failed."
    SHOWS = frozenset({"link_attempts", "link", "cursor.link_history"})
    HELP_SENTENCES = (
        "One line for each attempt that ended, and for each link that ended or was stopped.",
        "Result names the step that failed: DNS, TCP, TLS, HTTP, subprotocol.",
        "Try counts since the link was last open.",
        "Below: cause and what to check, in full.",
    )
    EMPTY = "no attempt yet"
    UNSEEN = "no connection was seen yet"
    FACTS = "below"
    LABEL_WIDTH = 8
    NEWEST_FIRST = True
    DETAILS = "Attempt to connect"

    def state(self, snapshot: Snapshot, clock: Clock) -> Content:
        """The newest outcome."""
        attempts = snapshot.link_attempts
        if not attempts and snapshot.watched:
            return unseen()
        return attempts_line(attempts, clock) if snapshot.link else NOT_KNOWN_YET

    def said(self, snapshot: Snapshot, clock: Clock) -> str:
        """The newest outcome without its sign, which is the first there."""
        line = super().said(snapshot, clock)
        newest = snapshot.link_attempts[-1:]
        return line.replace(result(newest[0]).plain, result_words(newest[0]), 1) if newest else line

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the attempts, and why the one under the cursor failed."""
        attempts = {attempt_id(each): each for each in reversed(snapshot.link_attempts)}
        columns = attempt_columns(snapshot.link_attempts, clock)
        gaps = snapshot.gaps.get("link_attempts", ())
        records = divided(attempts.items(), gaps, clock, attempts.values())
        attempt = self.fill_table(columns, records)
        facts = attempt_lines(attempt) if attempt is not None else []
        self.show_facts(facts, snapshot, clock)

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """When, which one, what became of it, why."""
        found = (each for each in snapshot.link_attempts if attempt_id(each) == record)
        return next((attempt_facts(attempt, clock) for attempt in found), ())


SUBJECTS: tuple[type[SubjectPane], ...] = (
    FirmwarePane,
    DiagnosticsPane,
    LogUploadPane,
    ReservationsPane,
    LocalListPane,
    CachePane,
    StatusHistoryPane,
    LinkHistoryPane,
)
"""In the order of the overview."""


class MaintenancePane(OverviewPane):
    """A line for each subject; the one under the cursor is shown in full beside it."""

    NAME = "maintenance"
    TITLE = "Maintenance"
    SUBJECTS = SUBJECTS
    SHOWS = frozenset({"engine"}).union(*(subject.SHOWS for subject in SUBJECTS))
    HELP_SENTENCES = (
        "Every subject with its state; the one under the cursor is shown in full.",
        "Enter or tab goes into it; escape leads back.",
        "W looks up a tag: what would happen if it were shown to the reader now, and why.",
    )
