"""Rules of the configuration keys: what was asked, what was answered, and what it came to (S 5.3).

What a key allows is read from the keys as the program itself has them; bounds of our own, where the
standard sets none, are not held against others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.configuration_key import STANDARD_KEYS, Access, KeySpec, KeyType, find
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    GetConfigurationRequest,
    GetConfigurationResponse,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus, KeyValue
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_items import MEASURAND_RULE
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.redaction import sounds_secret
from cp_tui.ocpp.validation import quoted
from cp_tui.traces.record import Record

_TAKEN = frozenset({ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED})
_KNOWS_KEY = frozenset({*_TAKEN, ConfigurationStatus.REJECTED})
"""To answer so is to say that there is such a key (S 5.3)."""

EITHER_ACCESS = frozenset(
    {
        "AuthorizeRemoteTxRequests",
        "StopTransactionOnEVSideDisconnect",
        "UnlockConnectorOnEVSideDisconnect",
    }
)
"""A charge point may let these be changed or not (S 9.1.3, E 3.80, E 3.84)."""

CHANGES_MAX = 2_000
"""Names of keys that are remembered; beyond are inventions."""


_OPTIONAL = frozenset(
    action for action, spec in SPEC.items() if spec.feature_profile is not FeatureProfile.CORE
)


class ConfigurationRules(Family):
    """Configuration keys of one charge point."""

    ACTIONS = _OPTIONAL | {Action.GET_CONFIGURATION, Action.CHANGE_CONFIGURATION}

    def __init__(self) -> None:
        self._answered: dict[str, FrameRef] = {}
        """Key in small letters -> the answer to a change, from which there is such a key."""
        self._unused: set[FeatureProfile] = set()

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            yield from self._profile_unused(record, known)
            if isinstance(exchange.request, GetConfigurationRequest):
                yield from _too_many_keys(record, exchange.request, known)
            return
        match exchange.request, exchange.response:
            case ChangeConfigurationRequest() as change, ChangeConfigurationResponse() as answer:
                yield from self._changed(record, change, answer.status, known)
            case GetConfigurationRequest() as asked, GetConfigurationResponse() as told:
                yield from self._told(record, asked, told, known)

    def _changed(
        self,
        record: Record,
        change: ChangeConfigurationRequest,
        status: ConfigurationStatus,
        known: Known,
    ) -> Iterator[Finding]:
        spec, call = find(change.key), known.exchange.asked
        if status in _KNOWS_KEY and not _is_write_only(spec):
            yield from _unknown(record, call, change.key, status, known)
            if len(self._answered) < CHANGES_MAX:
                self._answered.setdefault(change.key.lower(), ref(record))
        before = known.keys.get(change.key)
        is_read_only = bool(before and before.is_read_only)
        if status in _TAKEN and is_read_only:
            yield found(
                "config.read_only_accepted",
                f"The charge point answered {status} for {quoted(change.key)}, which it had told "
                "as read-only. A change of such a key is Rejected.",
                record,
                call,
                before.where if before else None,
                matter=change.key.lower(),
            )
        if spec is None or spec not in STANDARD_KEYS or _is_write_only(spec):
            return
        if record.is_masked or (call and call.is_masked):
            return
        defect = _unlawful(spec, change.value)
        shown = quoted(change.value)
        if status in _TAKEN and defect:
            yield found(
                "config.bad_value_accepted",
                f"The charge point answered {status} for {spec.name} = {shown}; it {defect}.",
                record,
                call,
                rule=spec.source,
                matter=spec.name,
            )
        is_writable = spec.access is Access.READ_WRITE and not is_read_only
        if status is ConfigurationStatus.REJECTED and is_writable and _is_good(spec, change.value):
            yield found(
                "config.good_value_refused",
                f"The charge point Rejected {spec.name} = {shown}, which the standard allows: it "
                f"must be {spec.constraint}. It may have limits of its own.",
                record,
                call,
                rule=spec.source,
                matter=spec.name,
            )

    def _told(
        self,
        record: Record,
        asked: GetConfigurationRequest,
        told: GetConfigurationResponse,
        known: Known,
    ) -> Iterator[Finding]:
        keys = told.configuration_key or ()
        for each in keys:
            yield from _not_applied(record, each, known)
            yield from _wrong_access(record, each)
        missing = {name.lower() for name in told.unknown_key or ()}
        if asked.key:
            yield from _not_answered(record, asked.key, told, known)
        elif asked.key is None:
            # An empty list asks for all as well, but is answered in several ways.
            listed = {each.key.lower() for each in keys}
            missing |= self._answered.keys() - listed
            yield from _required_missing(record, keys)
        for name in sorted(missing & self._answered.keys()):
            yield _no_such_key(record, self._answered[name], name)

    def _profile_unused(self, record: Record, known: Known) -> Iterator[Finding]:
        action, supported = known.exchange.action, known.keys.items("SupportedFeatureProfiles")
        if action is None or supported is None:
            return
        profile = SPEC[action].feature_profile
        # Security has no name in this key.
        if profile in (FeatureProfile.CORE, FeatureProfile.SECURITY) or profile in self._unused:
            return
        if profile not in supported:
            self._unused.add(profile)
            yield found(
                "config.profile_unused",
                f"{action} is of the feature profile {profile}, which SupportedFeatureProfiles of "
                "the charge point does not have.",
                record,
            )


def _is_write_only(spec: KeySpec | None) -> bool:
    return spec is not None and spec.access is Access.WRITE_ONLY


def _unknown(
    record: Record, call: Record | None, key: str, status: ConfigurationStatus, known: Known
) -> Iterator[Finding]:
    keys, name = known.keys, key.lower()
    where = keys.unknown.get(name)
    how = "called unknown"
    if where is None and keys.full_list is not None and name not in keys.listed:
        where, how = keys.full_list, "left out of the list of all its keys"
    if where is not None:
        yield found(
            "config.unknown_key_accepted",
            f"The charge point answered {status} for {quoted(key)}, which it had {how}. A key that "
            "it does not have is NotSupported.",
            record,
            call,
            where,
            matter=name,
        )


def _no_such_key(record: Record, answered: FrameRef, name: str) -> Finding:
    return found(
        "config.unknown_key_accepted",
        f"The charge point has no key {quoted(name)}, and had answered a change of it as if there "
        "were one. A key that it does not have is NotSupported.",
        answered,
        record,
        matter=name,
    )


def _not_applied(record: Record, told: KeyValue, known: Known) -> Iterator[Finding]:
    """Compare a value that is told with the one that was Accepted last."""
    before = known.keys.get(told.key)
    if before is None or not before.is_change or known.keys.waits_for_boot(told.key):
        return
    if before.value is None or told.value is None or record.is_masked:
        return
    spec, registration = find(told.key), known.registration.told
    # A BootNotification.conf brings an interval of its own, which takes the place of this key.
    is_overruled = registration is not None and registration.place > before.where.place
    if told.key.lower() == "heartbeatinterval" and is_overruled:
        return
    if not _is_same(spec, before.value, told.value):
        has_break = before.breaks != known.breaks
        # Vendors keep passwords in keys of their own.
        is_shown = spec is not None or not sounds_secret(told.key)
        words = (
            f"is {quoted(told.value)}; the change to {quoted(before.value)}"
            if is_shown
            else "has another value than the one that was set; the change"
        )
        yield found(
            "config.accepted_not_applied",
            f"{quoted(told.key)} {words} was Accepted, and has to be in force from then on.",
            record,
            before.where,
            severity=Severity.WARNING if has_break else None,
            matter=told.key.lower(),
        )


def _is_same(spec: KeySpec | None, left: str, right: str) -> bool:
    """Whether two texts are one value: numbers and lists are written in several ways."""
    left, right = left.strip(), right.strip()
    if left == right:
        return True
    if spec is not None and spec.type is KeyType.LIST:
        return sorted(map(str.strip, left.split(","))) == sorted(map(str.strip, right.split(",")))
    if {left.lower(), right.lower()} <= {"true", "false"}:
        return left.lower() == right.lower()
    try:
        return Decimal(left) == Decimal(right)
    except InvalidOperation:
        # A list of a vendor's, which may mean something by its order.
        return [*map(str.strip, left.split(","))] == [*map(str.strip, right.split(","))]


def _wrong_access(record: Record, told: KeyValue) -> Iterator[Finding]:
    spec = find(told.key)
    if spec is None or spec not in STANDARD_KEYS or spec.name in EITHER_ACCESS:
        return
    if spec.access is not Access.WRITE_ONLY and told.readonly != spec.is_read_only:
        is_told, must_be = ("read-only", "writable") if told.readonly else ("writable", "read-only")
        yield found(
            "config.wrong_access",
            f"{spec.name} is told as {is_told}; it has to be {must_be}.",
            record,
            rule=spec.source,
            matter=spec.name,
        )


def _unlawful(spec: KeySpec, value: str) -> str:
    """Say what keeps a text from being a value of a key by the standard; empty: nothing does."""
    value = value.strip()
    match spec.type:
        case KeyType.INTEGER:
            lawful = replace(spec, minimum=0, maximum=None)
            return "" if _is_good(lawful, value) else "has to be a whole number of at least 0"
        case KeyType.BOOLEAN:
            return "" if _is_good(spec, value) else "has to be true or false"
        case KeyType.LIST if spec.rule is MEASURAND_RULE and value:
            bad = [item for item in value.split(",") if not _is_measurand(item.strip())]
            return f"may hold measurands only, and {quoted(bad[0])} is none" if bad else ""
    return ""


def _is_measurand(item: str) -> bool:
    try:
        return bool(MEASURAND_RULE.check(item))
    except ValueError:
        return False


def _is_good(spec: KeySpec, value: str) -> bool:
    try:
        spec.check(value)
    except ValueError:
        return False
    return True


def _not_answered(
    record: Record, asked: tuple[str, ...], told: GetConfigurationResponse, known: Known
) -> Iterator[Finding]:
    answered = [each.key for each in told.configuration_key or ()] + list(told.unknown_key or ())
    names, wanted = {name.lower() for name in answered}, {name.lower() for name in asked}
    most = known.keys.integer("GetConfigurationMaxKeys")
    # Every charge point can answer for one key; how many more, only it can say.
    if len(wanted) <= (1 if most is None else most):
        for name in sorted(wanted - names):
            yield _odd_answer(
                record, f"{quoted(name)} was asked for, and is in no list", name, known
            )
    for name in sorted(names - wanted):
        yield _odd_answer(record, f"{quoted(name)} was answered, and not asked for", name, known)


def _odd_answer(record: Record, what: str, name: str, known: Known) -> Finding:
    return found(
        "config.key_not_answered",
        f"{what}. The answer names each key that was asked for, as known or as unknown.",
        record,
        known.exchange.asked,
        matter=name,
    )


def _required_missing(record: Record, keys: tuple[KeyValue, ...]) -> Iterator[Finding]:
    listed = {each.key.lower(): each.value for each in keys}
    supported = listed.get("supportedfeatureprofiles") or ""
    profiles = {FeatureProfile.CORE.value, *(item.strip() for item in supported.split(","))}
    missing = [
        spec.name
        for spec in STANDARD_KEYS
        if spec.is_required and spec.profile in profiles and spec.name.lower() not in listed
    ]
    if missing:
        yield found(
            "config.required_key_missing",
            f"The list of all keys lacks {', '.join(missing)}: "
            f"{count(len(missing), 'key')} that a charge point with these profiles must have.",
            record,
            values={"keys": missing},
        )


def _too_many_keys(
    record: Record, asked: GetConfigurationRequest, known: Known
) -> Iterator[Finding]:
    most = known.keys.integer("GetConfigurationMaxKeys")
    if most is not None and len(asked.key or ()) > most:
        yield found(
            "config.too_many_keys",
            f"The CSMS asked for {count(len(asked.key or ()), 'key')} at once; "
            f"GetConfigurationMaxKeys is {most}.",
            record,
        )
