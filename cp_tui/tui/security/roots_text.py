"""The roots that the charge point trusts, in words: for what, who installed each, when it ends."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from cp_tui.charge_point.variables import (
    InstalledRoot,
    RootOrigin,
    RootState,
    RootUse,
    SecurityView,
)
from cp_tui.tui.text.certificates import (
    certificate_facts,
    first_to_end,
    hash_facts,
    left,
    name_of,
)
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock, joined

USES = {RootUse.CSMS: "CSMS", RootUse.MANUFACTURER: "firmware"}
"""What a root stands for, in a word."""
USE_WORDS = {
    RootUse.CSMS: "stands for the CSMS, and for certificates of the charge point",
    RootUse.MANUFACTURER: "stands for who signs firmware",
}
CAME_WORDS = {
    RootOrigin.SETTINGS: "of the settings",
    RootOrigin.CSMS: "by the CSMS",
    RootOrigin.OPERATOR: "by the operator",
}
STATE_WORDS = {
    RootState.ACTIVE: "active",
    RootState.FALLBACK: "fallback: the new root has not proved itself yet",
    RootState.DELETED: "deleted, and still in the settings",
}

NO_CSMS_ROOT = "none installed for the CSMS: the roots of this machine count"
NO_ROOT_AT_ALL = "none: the CSMS is held against the roots of this machine, firmware against none"


def root_id(root: InstalledRoot) -> str:
    """Names a root: one certificate may be installed for both uses."""
    return f"{root.use} {root.facts.fingerprint}"


def root_columns(roots: Iterable[InstalledRoot], clock: Clock) -> list[Column[InstalledRoot]]:
    """The columns of the table, in reading order."""
    return [
        Column("For", 8, lambda r: Content(USES[r.use])),
        Column("Certificate", 16, lambda r: Content(name_of(r.facts)), is_flexible=True),
        Column(
            "Until",
            10,
            lambda r: Content(clock.date(r.facts.not_after)),
            order=lambda r: r.facts.not_after,
        ),
        Column("Left", 14, lambda r: left(r.facts.not_after, clock)),
        Column("By", 8, lambda r: Content.styled(r.origin.value, "$text-accent")),
        Column("State", 8, _state),
    ]


def root_facts(root: InstalledRoot, clock: Clock) -> list[Fact]:
    """Everything about a root, with the hash data by which the CSMS names it."""
    since = f"{clock.time(root.since)}" if root.since is not None else ""
    return [
        Fact("For", Content(USE_WORDS[root.use])),
        Fact("State", Content.styled(_state_words(root), _style(root))),
        Fact("Came", joined([CAME_WORDS[root.origin], since])),
        *certificate_facts(root.facts, clock),
        *hash_facts(root.hash_data),
    ]


def roots_line(security: SecurityView | None, clock: Clock) -> Content:
    """The first that ends, and whether there is a fallback."""
    if security is None:
        return Content.styled("not known yet", QUIET)
    roots = security.roots
    if not roots:
        return Content.styled("none installed: those of this machine count", QUIET)
    fallback = any(root.state is RootState.FALLBACK for root in roots)
    first = first_to_end([root.facts for root in roots], clock)
    return joined([first, Content.styled("with a fallback", ODD) if fallback else ""])


def store_facts(security: SecurityView) -> list[Fact]:
    """What holds for all roots together."""
    number = len(security.roots)
    room = f"{number} of at most {security.roots_max} (CertificateStoreMaxLength)"
    check = "a new root of the CSMS must be signed by the one before"
    facts = [Fact("Store", joined([room, check if security.has_root_check else ""]))]
    if not number:
        facts.insert(0, Fact("None", safe_text(NO_ROOT_AT_ALL, QUIET)))
        words = "install the root certificate of the CSMS, or of the manufacturer, from a file"
        facts.append(Fact("To do", Content(words)))
    elif not any(root.use is RootUse.CSMS for root in security.roots):
        facts.append(Fact("CSMS", Content.styled(NO_CSMS_ROOT, QUIET)))
    return facts


def _state(root: InstalledRoot) -> Content:
    return Content.styled("in use" if root.is_in_use else root.state.value, _style(root))


def _state_words(root: InstalledRoot) -> str:
    words = STATE_WORDS[root.state]
    return f"{words}; it stands for the CSMS now" if root.is_in_use else words


def _style(root: InstalledRoot) -> str:
    if root.is_in_use:
        return GOOD
    return "" if root.state is RootState.ACTIVE else ODD
