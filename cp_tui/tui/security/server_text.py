"""The certificates that the CSMS shows, in words: a tree up to the root, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content

from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.variables import (
    InstalledRoot,
    RootUse,
    SecurityView,
)
from cp_tui.tui.security.link_text import TO_GET_TLS, link_facts
from cp_tui.tui.security.roots_text import CAME_WORDS
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.certificates import (
    certificate_facts,
    first_to_end,
    is_over,
    left,
    name_of,
)
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock

BRANCH = "└ "


class ServerLine(Struct, frozen=True):
    """A certificate of the chain: what the CSMS has shown, and above that the root."""

    depth: int
    """0 is the CSMS itself; each issuer is one deeper."""
    facts: CertificateFacts | None
    """None: a root of the system, of which only the name is known."""
    name: str
    """Cleaned."""
    check: str
    """What was found."""
    is_wrong: bool = False
    root: InstalledRoot | None = None
    """It is installed."""

    @property
    def id(self) -> str:
        """Names the line."""
        return self.facts.fingerprint if self.facts is not None else self.name


def server_lines(snapshot: Snapshot, clock: Clock) -> list[ServerLine]:
    """The chain as it was shown last, the CSMS first and the root last."""
    security = snapshot.security
    if security is None or not security.shown:
        return []
    refused = security.is_refused
    roots = {root.facts.fingerprint: root for root in security.roots if root.use is RootUse.CSMS}
    lines = [
        _line(depth, facts, roots.get(facts.fingerprint), clock)
        for depth, facts in enumerate(security.shown)
    ]
    if not refused:
        return [*lines, *_anchor(snapshot, security, lines, clock)]
    if not any(line.is_wrong for line in lines):
        top = lines[-1]
        issuers = {root.facts.subject for root in roots.values()}
        if top.facts is not None and top.root is None and top.facts.issuer not in issuers:
            lines[-1] = _wrong(top, "its issuer is not installed")
        else:
            lines[0] = _wrong(lines[0], "not trusted, see below")
    return lines


def server_columns(clock: Clock) -> list[Column[ServerLine]]:
    """The columns of the tree, in reading order."""
    return [
        Column("Certificate", 22, _tree, is_flexible=True, said=lambda line: line.name),
        Column("Issuer", 24, _issuer, rank=1, is_flexible=True),
        Column(
            "Until",
            10,
            lambda line: Content(clock.date(line.facts.not_after) if line.facts else ""),
            order=lambda line: line.facts.not_after if line.facts else None,
        ),
        Column("Left", 14, lambda line: left_of(line, clock)),
        Column("Check", 28, _check),
    ]


def left_of(line: ServerLine, clock: Clock) -> Content:
    """How long it is good for."""
    return left(line.facts.not_after, clock) if line.facts is not None else Content("")


def server_facts(snapshot: Snapshot, line: ServerLine | None, clock: Clock) -> list[Fact]:
    """What is wrong, then everything about a certificate; without any, what that means."""
    security, link = snapshot.security, snapshot.link
    if security is None or link is None:
        return []
    facts = [fact for fact in link_facts(snapshot, clock) if fact.label in ("Fails", "Hint")]
    if line is None:
        return [*facts, *_nothing(security)]
    return [*facts, *line_facts(line, clock)]


def line_facts(line: ServerLine, clock: Clock) -> list[Fact]:
    """Everything about one certificate of the tree."""
    facts = [Fact("Check", _check(line))]
    if line.facts is None:
        return [Fact("Subject", safe_text(line.name, "bold")), *facts]
    return [*facts, *certificate_facts(line.facts, clock)]


def server_line(snapshot: Snapshot, clock: Clock) -> Content:
    """The certificate of the CSMS and the first that ends, in one line."""
    security = snapshot.security
    if security is None:
        return Content.styled("not known yet", QUIET)
    lines = server_lines(snapshot, clock)
    if not lines:
        if security.url.startswith("wss:"):
            return Content.styled("none was shown yet", QUIET)
        return Content.styled("none: without TLS the CSMS proves nothing", ODD)
    wrong = next((line for line in lines if line.is_wrong), None)
    if wrong is not None:
        return Content.styled(f"× {wrong.name}: {wrong.check}", BOLD_BAD)
    return first_to_end([line.facts for line in lines if line.facts is not None], clock)


def _line(
    depth: int, facts: CertificateFacts, root: InstalledRoot | None, clock: Clock
) -> ServerLine:
    line = ServerLine(depth, facts, name_of(facts), _fits(root), root=root)
    if is_over(facts.not_after, clock):
        return _wrong(line, f"expired {clock.date(facts.not_after)}")
    if facts.not_before > clock.now:
        return _wrong(line, f"not valid before {clock.date(facts.not_before)}")
    return line


def _fits(root: InstalledRoot | None) -> str:
    if root is None:
        return "fits"
    return f"{root.state} root, {CAME_WORDS[root.origin]}"


def _wrong(line: ServerLine, check: str) -> ServerLine:
    return ServerLine(line.depth, line.facts, line.name, check, is_wrong=True, root=line.root)


def _anchor(
    snapshot: Snapshot, security: SecurityView, lines: Sequence[ServerLine], clock: Clock
) -> list[ServerLine]:
    """The root that stands for what was shown, where it was not among that."""
    known = {line.id for line in lines}
    in_use = [root for root in security.roots if root.is_in_use]
    found = [root for root in in_use if root.facts.fingerprint not in known]
    if found:
        return [_line(len(lines), found[0].facts, found[0], clock)]
    tls = snapshot.link.tls if snapshot.link is not None else None
    if in_use or tls is None or not tls.anchor:
        return []
    subjects = {line.facts.subject for line in lines if line.facts is not None}
    if tls.anchor in subjects:
        return []
    return [ServerLine(len(lines), None, drawn(tls.anchor), "a root of this machine")]


def _tree(line: ServerLine) -> Content:
    indent = "  " * (line.depth - 1) + BRANCH if line.depth else ""
    return Content.assemble(Content.styled(indent, QUIET), Content(line.name))


def _issuer(line: ServerLine) -> Content:
    if line.facts is None:
        return Content("")
    if line.facts.is_self_signed:
        return Content.styled("itself", QUIET)
    return safe_text(line.facts.issuer, QUIET)


def _check(line: ServerLine) -> Content:
    if line.is_wrong:
        return Content.styled(f"× {line.check}", BOLD_BAD)
    return Content.styled(line.check, GOOD)


def _nothing(security: SecurityView) -> list[Fact]:
    if security.url.startswith("wss:"):
        words = "it shows its certificate when a connection with TLS is made"
        return [Fact("None", Content.styled(words, QUIET))]
    words = "without TLS the CSMS proves nothing: whoever answers at its address is believed"
    return [Fact("None", Content.styled(words, ODD)), Fact("To do", Content(TO_GET_TLS))]
