"""A charge point whose certificates, roots and security events have a past, in several states."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from cp_tui.certificates.facts import CertificateFacts, HashData
from cp_tui.charge_point import variables as v
from cp_tui.charge_point.reason import Reason, because
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import at

DAY = timedelta(days=1)


def certificate(
    name: str, issuer: str, *, days: int, began: datetime | None = None, **changes: object
) -> CertificateFacts:
    """A certificate that ends so many days after today, at noon."""
    facts = CertificateFacts(
        subject=f"CN={name},O=Example",
        issuer=f"CN={issuer},O=Example",
        common_name=name,
        organization="Example",
        serial="59d2755839892c13",
        not_before=began or at(0) - 100 * DAY,
        not_after=at(12) + days * DAY,
        key="EC P-256",
        signature="SHA-256 with ECDSA",
        fingerprint=f"{name.encode().hex():0<64}"[:64],
        names=(),
        more_names=0,
        usages=(),
        is_authority=name == issuer or "CA" in name,
        is_self_signed=name == issuer,
    )
    return replace(facts, **changes)


def server_chain(*, days: int = 265) -> tuple[CertificateFacts, ...]:
    """The CSMS and what issued it."""
    usages = ("proving a server",)
    return (
        certificate(
            "csms.example.com",
            "Example CA 1",
            days=days,
            names=("csms.example.com", "ocpp.example.com"),
            usages=usages,
        ),
        certificate("Example CA 1", "Example Root", days=1200),
    )


def root(name: str = "Example Root", *, days: int = 3650, **changes: object) -> v.InstalledRoot:
    """A root of the CSMS, that the settings name."""
    facts = certificate(name, name, days=days)
    installed = v.InstalledRoot(
        use=v.RootUse.CSMS,
        origin=v.RootOrigin.SETTINGS,
        state=v.RootState.ACTIVE,
        facts=facts,
        hash_data=HashData(
            algorithm="SHA256",
            issuer_name_hash="d3768132ad54b8162680d1ba88966d189e5719d226524f6cd893c5f1c506f068",
            issuer_key_hash="7569e411948ceda3d815f04caab0d8548035c624116e1be688344ef095aea53b",
            serial=facts.serial,
        ),
        is_in_use=True,
    )
    return replace(installed, **changes)


def roots() -> tuple[v.InstalledRoot, ...]:
    """One of the settings in use, one of the CSMS for later, one for firmware."""
    later = {"origin": v.RootOrigin.CSMS, "since": at(9, 30, day=3), "is_in_use": False}
    maker = {"use": v.RootUse.MANUFACTURER, "origin": v.RootOrigin.OPERATOR, "is_in_use": False}
    return (
        root(),
        root("Example Root 2", days=7000, **later),
        root("Maker Root", days=900, since=at(10, day=2), **maker),
    )


def own(
    *, days: int = 40, number: int = 1, is_in_use: bool = True, **changes: object
) -> v.OwnCertificate:
    """A certificate of the charge point."""
    facts = certificate("CP001", "Example CA 2", days=days, serial=f"1f0{number}")
    facts = replace(facts, fingerprint=f"{number:064x}", usages=("signing",))
    mine = v.OwnCertificate(
        facts=facts,
        issuers=(certificate("Example CA 2", "Example Root", days=900),),
        since=at(8, 15, day=2),
        is_in_use=is_in_use,
    )
    return replace(mine, **changes)


def security(**changes: object) -> v.SecurityView:
    """Security profile 3, all is well, an older certificate is kept beside the new one."""
    view = v.SecurityView(
        profile=3,
        url="wss://csms.example.com/ocpp/CP001",
        profile_tries=3,
        last_change=because(
            "security.profile.came_up",
            "W A05.FR.07",
            "{key} {now} works: the CSMS has let the charge point in with it",
            key="SecurityProfile",
            now=3,
        ),
        authorization_key="20 bytes (hex)",
        serial="CP001",
        cpo_name="Example",
        roots=roots(),
        roots_max=10,
        has_root_check=True,
        certificates=(own(), own(days=12, number=2, is_in_use=False)),
        server=server_chain(),
        shown=server_chain(),
    )
    return replace(view, **changes)


def unprotected(**changes: object) -> v.SecurityView:
    """Security profile 0 over ws://."""
    view = v.SecurityView(
        profile=0, url="ws://csms.example.com/ocpp/CP001", profile_tries=3, roots_max=10
    )
    return replace(view, **changes)


def in_profile_2(**changes: object) -> v.SecurityView:
    """The CSMS proves itself by TLS, the charge point by its key; a certificate was asked for."""
    view = security(
        profile=2,
        last_change=None,
        certificates=(),
        roots=roots()[:1],
        pending=v.PendingCertificate(
            since=at(13, 40, 5),
            common_name="CP001",
            organization="Example",
            key="EC P-256",
            is_taken=True,
        ),
    )
    return replace(view, **changes)


def ending() -> v.SecurityView:
    """Away from a CSMS that changes its profile; what it rests on ends this week."""
    change = v.SecurityProfileChange(
        wanted=3, fallback=2, is_back=False, tries_left=1, since=at(13, 45), by="CSMS"
    )
    spare = tuple(replace(each, is_in_use=False) for each in roots())
    return security(
        change=change,
        last_change=None,
        certificates=(own(days=5),),
        roots=spare,
        server=(),
        shown=server_chain(days=12),
        renewal=because(
            "security.renewal.rejected",
            "W A02",
            "the CSMS answered SignCertificate with Rejected: nothing is pending any more",
        ),
    )


def crowded() -> tuple[v.SecurityView, v.SecurityEventsView]:
    """As many roots and events as are kept, with names as long as a certificate has."""
    name = "Root of the Charging Infrastructure of the Harbour of the Free City, generation"
    many = tuple(root(f"{name} {number}", days=100 * number) for number in range(1, 31))
    newest = events().entries[0]
    kept = tuple(replace(newest, sequence=number) for number in range(50, 0, -1))
    view = security(roots=many, certificates=tuple(own(number=each) for each in range(1, 6)))
    return view, v.SecurityEventsView(entries=kept, waiting=50, log_bytes=1_048_576)


def refused(
    text: str, *, shown: tuple[CertificateFacts, ...] = (), **changes: object
) -> v.SecurityView:
    """The CSMS is not trusted."""
    problem = because(
        "security.link_failed",
        "W A00",
        "{fault}: {why}",
        fault=v.LinkFault.SERVER_CERTIFICATE,
        why=text,
    )
    chain = shown or server_chain()
    found = security(server=(), shown=chain, is_refused=True, server_problem=problem)
    return replace(found, **changes)


def tls_failed(text: str, hint: str = "") -> v.LinkView:
    """The link, when TLS fails for this."""
    error = v.LinkError(step=v.LinkStep.TLS, text=text, hint=hint, at=at(14, 3, 17))
    return replace(worlds.broken_link(), last_error=error, security_profile=3)


def event(
    number: int, kind: str, state: v.SecurityEventState, time: datetime, **changes: object
) -> v.SecurityEventEntry:
    """A security event."""
    entry = v.SecurityEventEntry(
        sequence=number, time=time, type=kind, is_critical=False, state=state
    )
    return replace(entry, **changes)


def events() -> v.SecurityEventsView:
    """One that waits, one that was sent, some that were only logged."""
    logged = {"why": "events of this type are only logged"}
    states = v.SecurityEventState
    changed = "ReconfigurationOfSecurityParameters"
    profile = "SecurityProfile 2 -> 3, set by CSMS"
    return v.SecurityEventsView(
        entries=(
            event(
                14,
                "TamperDetectionActivated",
                states.QUEUED,
                at(14, 2, 50),
                is_critical=True,
                tech_info="the door of the cabinet is open",
            ),
            event(13, changed, states.LOGGED, at(11, 48, 59), tech_info=profile, **logged),
            event(12, "StartupOfTheDevice", states.SENT, at(11, 30), is_critical=True),
            event(
                11,
                "InvalidCentralSystemCertificate",
                states.SENT,
                at(9, 14, 3, day=3),
                tech_info="expired: the certificate ended on 2026-01-02 12:00:00Z",
            ),
        ),
        waiting=1,
        log_bytes=48_210,
    )


def link() -> v.LinkView:
    """An open link in security profile 3."""
    opened = worlds.open_link()
    assert opened.tls is not None
    leaf = server_chain()[0]
    shown = v.Certificate(
        subject=leaf.subject,
        issuer=leaf.issuer,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
    )
    tls = replace(
        opened.tls,
        certificate=shown,
        anchor="CN=Example Root,O=Example",
        asked_for_certificate=True,
    )
    return replace(opened, security_profile=3, tls=tls, trust="3 installed roots")


def entry() -> v.ConfigurationEntry:
    """The key SecurityProfile, that the CSMS has set."""
    return worlds.entry(
        "SecurityProfile", "3", default="0", source=v.KeySource.CSMS, changed_at=at(11, 48, 59)
    )


def fell_back() -> Reason:
    """What became of a profile that did not come up."""
    return because(
        "security.profile.fell_back",
        "W A05.FR.08",
        "{key} {wanted} did not come up in {count:attempt}, so {now} is in force again: {why}",
        key="SecurityProfile",
        wanted=3,
        count=3,
        now=2,
        why="csms.example.com:443 refused the certificate of this charge point: unknown CA",
    )


def world(**changes: object) -> worlds.World:
    """All of it."""
    keys = v.ConfigurationView((*worlds.configuration(), entry()))
    return worlds.healthy() | {
        "link": link(),
        "configuration": keys,
        "security": security(),
        "security_events": events(),
        **changes,
    }


def engine(**changes: object) -> FakeEngine:
    """A charge point in security profile 3."""
    return FakeEngine(world(**changes))


def untrusted() -> FakeEngine:
    """The certificate of the CSMS has ended, and TLS fails."""
    text = "the server certificate expired on 2026-01-02 12:00Z; here it is 2026-01-05 14:03:17Z"
    hint = "the CSMS needs a new certificate; or the clock of this machine is wrong"
    spare = tuple(replace(each, is_in_use=False) for each in roots())
    view = refused(text, shown=server_chain(days=-3), roots=spare, last_change=None)
    return engine(security=view, link=tls_failed(text, hint), is_connected=False)
