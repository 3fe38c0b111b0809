"""The configuration keys whose values are known (S 5.3, S 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.payload import whole
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    BootNotificationResponse,
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    GetConfigurationRequest,
    GetConfigurationResponse,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus, RegistrationStatus
from cp_tui.ocpp.redaction import is_secret_key

KEYS_MAX = 2_000


class KeyKnown(Struct, frozen=True):
    """What is known of one key."""

    name: str
    value: str | None
    """None: it was not told, or is a secret, which is not kept."""
    where: FrameRef
    breaks: int
    is_change: bool = False
    """Known from a ChangeConfiguration that was Accepted, not from a GetConfiguration.conf."""
    changed: FrameRef | None = None
    """The last change that was Accepted, also where the value was told since then."""
    is_read_only: bool | None = None
    """None: never told."""


class KnownKeys:
    """The keys of one charge point, by their names in any case."""

    ACTIONS = frozenset(
        {Action.GET_CONFIGURATION, Action.CHANGE_CONFIGURATION, Action.BOOT_NOTIFICATION}
    )

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing, as at the begin of a log."""
        self._keys: dict[str, KeyKnown] = {}
        self._after_boot: dict[str, KeyKnown] = {}
        """RebootRequired: in force from the next boot on."""
        self.unknown: dict[str, FrameRef] = {}
        """Names in small letters that the charge point called unknown."""
        self.full_list: FrameRef | None = None
        """The answer that named all keys; None: there was none."""
        self.listed: frozenset[str] = frozenset()
        """The names in it, in small letters."""

    def get(self, name: str) -> KeyKnown | None:
        return self._keys.get(name.lower()) if self._keys else None

    def told(self) -> Iterable[KeyKnown]:
        """Give every key that is known, also where its value waits for a boot."""
        return (self._after_boot | self._keys).values()

    def waits_for_boot(self, name: str) -> KeyKnown | None:
        """Return the value that comes into force with the next boot."""
        return self._after_boot.get(name.lower())

    def value(self, name: str) -> str | None:
        """The value in force; None: not known."""
        key = self.get(name)
        return None if key is None or self.waits_for_boot(name) else key.value

    def integer(self, name: str) -> int | None:
        """The value as a number; None: not known, or it is none."""
        return whole(self.value(name))

    def boolean(self, name: str) -> bool | None:
        value = (self.value(name) or "").strip().lower()
        return {"true": True, "false": False}.get(value)

    def items(self, name: str) -> tuple[str, ...] | None:
        """The entries of a list; None: not known."""
        value = self.value(name)
        if value is None:
            return None
        return tuple(item.strip() for item in value.split(",") if item.strip())

    def learn(self, moment: Moment) -> None:
        match moment.answered:
            case GetConfigurationRequest() as request, GetConfigurationResponse() as response:
                self._told(moment, request, response)
            case ChangeConfigurationRequest() as request, ChangeConfigurationResponse() as response:
                self._changed(moment, request, response.status)
            case _, BootNotificationResponse(status=RegistrationStatus.ACCEPTED):
                self._keys |= self._after_boot
                self._after_boot.clear()

    def _told(
        self, moment: Moment, request: GetConfigurationRequest, response: GetConfigurationResponse
    ) -> None:
        for each in response.configuration_key or ():
            before = self.get(each.key)
            self._keep(
                self._keys,
                KeyKnown(
                    each.key,
                    None if is_secret_key(each.key) else each.value,
                    moment.where,
                    moment.breaks,
                    is_read_only=each.readonly,
                    changed=before.changed if before else None,
                ),
            )
            self.unknown.pop(each.key.lower(), None)
        for name in response.unknown_key or ():
            if len(self.unknown) < KEYS_MAX:
                self.unknown[name.lower()] = moment.where
        # An empty list asks for all as well, but is answered in several ways.
        if request.key is None:
            self.full_list = moment.where
            self.listed = frozenset(each.key.lower() for each in response.configuration_key or ())

    def _changed(
        self, moment: Moment, request: ChangeConfigurationRequest, status: ConfigurationStatus
    ) -> None:
        before = self.get(request.key)
        key = KeyKnown(
            request.key,
            None if is_secret_key(request.key) else request.value,
            moment.where,
            moment.breaks,
            is_change=True,
            changed=moment.where,
            is_read_only=before.is_read_only if before else None,
        )
        if status is ConfigurationStatus.ACCEPTED:
            self._after_boot.pop(request.key.lower(), None)
            self._keep(self._keys, key)
        elif status is ConfigurationStatus.REBOOT_REQUIRED:
            self._keep(self._after_boot, key)
        elif status is ConfigurationStatus.NOT_SUPPORTED and len(self.unknown) < KEYS_MAX:
            self.unknown[request.key.lower()] = moment.where

    def _keep(self, keys: dict[str, KeyKnown], key: KeyKnown) -> None:
        if key.name.lower() in keys or len(keys) < KEYS_MAX:
            keys[key.name.lower()] = key
