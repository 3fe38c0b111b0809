"""The configuration keys: values, who set them, and the one way to change them (S 5.3, S 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.key_history import ChangeOutcome, KeyHistory
from cp_tui.charge_point.measurands import SUPPORTED_MEASURANDS, Item
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import KeyRecord
from cp_tui.charge_point.station_keys import KeyState, station_keys
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ConfigurationEntry, ConfigurationView, KeySource
from cp_tui.ocpp.authorization_key import authorization_key_digest
from cp_tui.ocpp.calendar import span
from cp_tui.ocpp.configuration_key import (
    Access,
    KeySpec,
    authorization_key_form,
    parse_measurand,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus
from cp_tui.ocpp.model import OwnPayload
from cp_tui.ocpp.redaction import is_secret_key, shown_value

AUTHORIZATION_KEY = "AuthorizationKey"
SECURITY_PROFILE = "SecurityProfile"
EVENTS_OFF = "DisableSecurityEventNotifications"

MEASURAND_LISTS = frozenset(
    {
        "MeterValuesAlignedData",
        "MeterValuesSampledData",
        "StopTxnAlignedData",
        "StopTxnSampledData",
    }
)


class ReportedKey(OwnPayload, frozen=True):
    """A configuration key as GetConfiguration.conf holds it (S 7.29)."""

    key: str
    readonly: bool
    value: str | None = None


class ConfigurationAnswer(OwnPayload, frozen=True):
    """GetConfiguration.conf (S 5.8)."""

    configuration_key: list[ReportedKey]
    unknown_key: list[str] | None = None


class Configuration:
    """All keys of this charge point, standard ones first, then the operator's own."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._history = KeyHistory(turn)
        config = turn.config
        self._keys = station_keys(config)
        self._set: dict[str, KeyState] = {
            key.lower(): KeyState(value, KeySource.FILE)
            for key, value in config.keys.items()
            if key.lower() in self._keys.specs
        }
        """What somebody has set; any other key has its default."""
        self._spans: dict[str, timedelta] = {}
        self._waiting: set[str] = set()
        """Keys whose new value works after the next reboot."""
        self._integers: dict[str, int] = {}
        self._reported: list[ReportedKey] = []
        """What was read and reported last, until a key changes."""
        self.why_not_profile: Callable[[int], Reason | None] = lambda _: None
        """Says why SecurityProfile may not be set to a value; whoever knows certificates gives it.
        """
        for key, record in turn.records(Table.KEY, KeyRecord):
            self._restore(key, record)

    def _restore(self, key: str, record: KeyRecord) -> None:
        spec = self._keys.specs.get(key)
        if spec is None or self._state(key).source is KeySource.HARDWARE:
            return
        try:
            value = spec.check(record.value)
        except ValueError:
            # The key's rules have changed since: the value of now counts.
            return
        self._set[key] = KeyState(value, record.source, record.changed_at, record.old_value)

    def find(self, key: str) -> KeySpec | None:
        """Look a key up, without regard to case."""
        return self._keys.specs.get(key.strip().lower())

    def is_custom(self, spec: KeySpec) -> bool:
        """Say whether a key is the operator's own."""
        return spec.name.lower() in self._keys.custom

    def text(self, key: str) -> str:
        """Give the value of a key; empty where it is not set, or its feature profile not there."""
        name = key.lower()
        state = self._state(name) if name in self._keys.states else None
        return (state and state.value) or ""

    def authorization_key_form(self) -> str:
        """Give what may be shown of the AuthorizationKey: its length and form."""
        is_set = self.is_set(AUTHORIZATION_KEY)
        return authorization_key_form(self.text(AUTHORIZATION_KEY)) if is_set else "not set"

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        """Give a digest of the AuthorizationKey, keyed with it; None where none is set."""
        if not self.is_set(AUTHORIZATION_KEY):
            return None
        return authorization_key_digest(self.text(AUTHORIZATION_KEY), nonce)

    def is_set(self, key: str) -> bool:
        """Say whether a key has a value."""
        return self._state(key.lower()).value is not None

    def boolean(self, key: str) -> bool:
        """Give the value of a boolean key."""
        return self.text(key) == "true"

    def integer(self, key: str) -> int:
        """Give the value of an integer key; 0 where it is not set."""
        value = self._integers.get(key)
        if value is None:
            value = self._integers[key] = int(self.text(key) or "0")
        return value

    def seconds(self, key: str) -> timedelta:
        """Give the value of a key as a duration; it is asked for at every event."""
        known = self._spans.get(key)
        if known is None:
            known = self._spans[key] = span(self.integer(key))
        return known

    def items(self, key: str) -> tuple[Item, ...]:
        """Give a list of measurands."""
        return tuple(
            Item(*parse_measurand(item)) for item in self.text(key).split(",") if item.strip()
        )

    def get(self, keys: Sequence[str]) -> tuple[list[ReportedKey], list[str]]:
        """Answer GetConfiguration: known keys, and the names that do not exist (S 5.8).

        AuthorizationKey is left out of the list of all, and unknown when asked for by name.
        """
        if not keys:
            if not self._reported:
                self._reported = list(filter(None, map(self._report, self._keys.specs)))
            return self._reported, []
        found = [(key, self._report(key.strip().lower())) for key in keys]
        known = [each for _, each in found if each is not None]
        return known, [key for key, each in found if each is None]

    def _report(self, name: str) -> ReportedKey | None:
        spec = self._keys.specs.get(name)
        if spec is None or spec.access is Access.WRITE_ONLY:
            return None
        return ReportedKey(spec.name, spec.is_read_only, self._state(name).value)

    def change(self, key: str, value: str, source: KeySource) -> ChangeOutcome:
        """Check a value and store it, or say why not (S 5.3: nothing changes on Rejected)."""
        spec = self.find(key)
        if spec is None:
            reason = because(
                "configuration.unknown", "S 5.3", "there is no configuration key {key}", key=key
            )
            status, told = ConfigurationStatus.NOT_SUPPORTED, shown_value(key, value)
            return self._noted(ChangeOutcome(status, reason, key, source, value=told))
        found = self._checked(spec, value, source)
        if not isinstance(found, Reason):
            return self.put(spec.name, found, source)
        return self._noted(
            ChangeOutcome(
                ConfigurationStatus.REJECTED,
                found,
                spec.name,
                source,
                spec,
                self._shown(spec),
                shown_value(spec.name, value),
            )
        )

    def put(self, key: str, value: str, source: KeySource) -> ChangeOutcome:
        """Set a key to a value that was checked already, save it, and tell the change."""
        name, now = key.lower(), self._turn.now
        spec, old_value = self._keys.specs[name], self._shown(self._keys.specs[name])
        old = self._state(name)
        self._set[name] = KeyState(value, source, now, old_value)
        self._spans.clear()
        self._integers.clear()
        self._reported = []
        status = ConfigurationStatus.ACCEPTED
        if spec.is_reboot_required and value != old.value:
            self._waiting.add(name)
            status = ConfigurationStatus.REBOOT_REQUIRED
        record = KeyRecord(value=value, source=source, changed_at=now, old_value=old_value)
        self._turn.save(Table.KEY, name, record)
        self._turn.changed("configuration", "monitors")
        reason = because(
            "configuration.changed",
            "S 5.3",
            "{key}: {old} -> {new}, set by {source}",
            key=spec.name,
            old="(not set)" if old_value is None else old_value,
            new=shown_value(spec.name, value),
            source=source,
        )
        new_value = shown_value(spec.name, value)
        return self._noted(
            ChangeOutcome(status, reason, spec.name, source, spec, old_value, new_value)
        )

    def _noted(self, change: ChangeOutcome) -> ChangeOutcome:
        self._history.note(change)
        return change

    def _shown(self, spec: KeySpec) -> str | None:
        """Give the value of a key as it may be shown: that of AuthorizationKey as `(secret)`."""
        value = self._state(spec.name.lower()).value
        return None if value is None else shown_value(spec.name, value)

    def _checked(self, spec: KeySpec, value: str, source: KeySource) -> str | Reason:
        """Give a value in its canonical form, or why it may not be set."""
        if source is KeySource.OPERATOR and not self.is_custom(spec):
            return because(
                "configuration.not_custom",
                "cp-tui",
                "{key} is a standard key: only the CSMS or the settings set it",
                key=spec.name,
            )
        if spec.is_read_only:
            return because("configuration.read_only", "S 9", "{key} is read-only", key=spec.name)
        try:
            canonical = self._check(spec, value)
        except ValueError as error:
            return Reason(id="configuration.bad_value", rule="S 9", text=str(error))
        why_not = None
        if spec.name == SECURITY_PROFILE:
            why_not = self.why_not_profile(int(canonical))
        return canonical if why_not is None else why_not

    def _state(self, name: str) -> KeyState:
        state = self._set.get(name)
        if state is not None:
            return state
        if name == EVENTS_OFF.lower():
            # A CSMS without any security need not know the message.
            is_plain = self.integer(SECURITY_PROFILE) == 0
            return KeyState("true" if is_plain else "false", KeySource.DEFAULT)
        return self._keys.states[name]

    def state(self, key: str) -> KeyState | None:
        """Give the value of a key and who set it; the value of AuthorizationKey is left out."""
        spec = self.find(key)
        if spec is None:
            return None
        state = self._state(spec.name.lower())
        if is_secret_key(spec.name):
            return replace(state, value=None)
        return state

    def view(self, monitored: Iterable[str]) -> ConfigurationView:
        """Give the variable `configuration`."""
        watched = {key.lower() for key in monitored}
        return ConfigurationView(
            tuple(
                self._entry(name, spec, name in watched) for name, spec in self._keys.specs.items()
            )
        )

    def _entry(self, name: str, spec: KeySpec, is_monitored: bool) -> ConfigurationEntry:
        state = self.state(name)
        assert state is not None
        return ConfigurationEntry(
            key=spec.name,
            value=state.value,
            default=None if is_secret_key(spec.name) else self._keys.states[name].value,
            read_only=spec.is_read_only,
            is_custom=name in self._keys.custom,
            type=spec.type,
            unit=spec.unit,
            constraint=spec.constraint,
            minimum=spec.minimum,
            maximum=spec.maximum,
            choices=spec.choices,
            effect=spec.effect,
            profile=spec.profile or ("custom" if name in self._keys.custom else "cp-tui"),
            source=state.source,
            changed_at=state.changed_at,
            old_value=state.old_value,
            last_refusal=self._history.refusal(name),
            is_reboot_pending=name in self._waiting,
            is_monitored=is_monitored,
        )

    def _check(self, spec: KeySpec, value: str) -> str:
        items_max = None
        if spec.max_length_key and self.find(spec.max_length_key):
            items_max = self.integer(spec.max_length_key)
        canonical = spec.check(value, items_max=items_max)
        if spec.name in MEASURAND_LISTS:
            self._check_measurands(spec, canonical)
        elif spec.name == "ConnectorPhaseRotation":
            self._check_connectors(canonical)
        return canonical

    def _check_measurands(self, spec: KeySpec, canonical: str) -> None:
        for item in filter(None, canonical.split(",")):
            measurand, _ = parse_measurand(item)
            if measurand not in SUPPORTED_MEASURANDS:
                allowed = ", ".join(SUPPORTED_MEASURANDS)
                raise ValueError(f"{spec.name}: {item} cannot be measured here, only {allowed}")

    def _check_connectors(self, canonical: str) -> None:
        connectors = len(self._turn.config.connectors)
        for item in filter(None, canonical.split(",")):
            if int(item.partition(".")[0]) > connectors:
                raise ValueError(
                    f"ConnectorPhaseRotation: {item} names no connector of 0 to {connectors}"
                )
