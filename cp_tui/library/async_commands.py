"""Every command of the door as a method, to be awaited; made from the table by docs/make.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import Measurements, SwipeResult, TagExplanation
from cp_tui.ocpp.enumerations import ConfigurationStatus

Params = Mapping[str, object]


class AsyncCommands(ABC):
    """What may be asked of a charge point; raises `CommandError`, with words, if refused."""

    @abstractmethod
    async def _command(self, kind: Any, method: str, params: Params) -> Any:
        """Carry out one command, and give its result as what `kind` says."""

    async def stop(self) -> bool:
        """End all OCPP communication, and every transaction, until `restart` or the next start."""
        result: bool = await self._command(bool, "stop", {})
        return result

    async def restart(self) -> bool:
        """Connect again after `stop`, with a BootNotification."""
        result: bool = await self._command(bool, "restart", {})
        return result

    async def data_transfer(
        self,
        vendor_id: str,
        message_id: str | None = None,
        data: str | None = None,
    ) -> dict[str, Any]:
        """Send a DataTransfer to the CSMS (S 6.17)."""
        result: dict[str, Any] = await self._command(
            dict[str, Any],
            "data_transfer",
            {
                "vendor_id": vendor_id,
                "message_id": message_id,
                "data": data,
            },
        )
        return result

    async def get_configuration_key(self, keys: Sequence[str] | None = None) -> dict[str, Any]:
        """Read configuration keys: those that are named, or all."""
        result: dict[str, Any] = await self._command(
            dict[str, Any], "get_configuration_key", {"keys": keys}
        )
        return result

    async def digest_authorization_key(self, nonce: str) -> str | None:
        """Give a digest of the AuthorizationKey, to find out whether another has the same one."""
        result: str | None = await self._command(
            str | None, "digest_authorization_key", {"nonce": nonce}
        )
        return result

    async def set_custom_configuration_key(self, key: str, value: str) -> ConfigurationStatus:
        """Set one of the operator's own configuration keys."""
        result: ConfigurationStatus = await self._command(
            ConfigurationStatus, "set_custom_configuration_key", {"key": key, "value": value}
        )
        return result

    async def monitor_configuration_keys(self, keys: Sequence[str]) -> None:
        """Watch configuration keys: each change is told."""
        await self._command(None, "monitor_configuration_keys", {"keys": keys})

    async def unmonitor_configuration_keys(self, keys: Sequence[str]) -> None:
        """Watch configuration keys no longer."""
        await self._command(None, "unmonitor_configuration_keys", {"keys": keys})

    async def get_composite_schedule(
        self,
        connector_id: int,
        duration_s: int,
        start: datetime | str | None = None,
        unit: str = "A",
    ) -> CompositeSchedule:
        """Compute the limits of a connector over time, as GetCompositeSchedule.req asks (S 5.7)."""
        result: CompositeSchedule = await self._command(
            CompositeSchedule,
            "get_composite_schedule",
            {
                "connector_id": connector_id,
                "duration_s": duration_s,
                "start": start,
                "unit": unit,
            },
        )
        return result

    async def get_measurements(
        self,
        connector_id: int,
        start: datetime | str | None = None,
        end: datetime | str | None = None,
    ) -> Measurements:
        """Give the measured power of a connector; without start and end, all that is known."""
        result: Measurements = await self._command(
            Measurements,
            "get_measurements",
            {
                "connector_id": connector_id,
                "start": start,
                "end": end,
            },
        )
        return result

    async def install_charging_profile(
        self,
        connector_id: int,
        profile: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Install a profile as it stands in `csChargingProfiles` of SetChargingProfile.req
        (S 5.16).
        """
        result: dict[str, Any] = await self._command(
            dict[str, Any],
            "install_charging_profile",
            {
                "connector_id": connector_id,
                "profile": profile,
            },
        )
        return result

    async def clear_charging_profile(
        self,
        profile_id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> dict[str, Any]:
        """Remove what matches, as ClearChargingProfile.req says it (S 5.5); nothing given: all."""
        result: dict[str, Any] = await self._command(
            dict[str, Any],
            "clear_charging_profile",
            {
                "profile_id": profile_id,
                "connector_id": connector_id,
                "purpose": purpose,
                "stack_level": stack_level,
            },
        )
        return result

    async def send_call(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        message_id: str | None = None,
    ) -> dict[str, Any]:
        """Send a CALL as a person composed it, past the queue, and give what the CSMS says
        to it.
        """
        result: dict[str, Any] = await self._command(
            dict[str, Any],
            "send_call",
            {
                "action": action,
                "payload": payload,
                "message_id": message_id,
            },
        )
        return result

    async def send_raw(self, text: str) -> dict[str, Any]:
        """Send any text as it stands, and give what the CSMS says to it."""
        result: dict[str, Any] = await self._command(dict[str, Any], "send_raw", {"text": text})
        return result

    async def explain_tag(self, id_tag: str, connector_id: int | None = None) -> TagExplanation:
        """Say what would happen if a tag were shown now, at any connector or one, and why."""
        result: TagExplanation = await self._command(
            TagExplanation, "explain_tag", {"id_tag": id_tag, "connector_id": connector_id}
        )
        return result

    async def drop_message(self, sequence: int) -> bool:
        """Give up a transaction message that waits: the CSMS never gets it."""
        result: bool = await self._command(bool, "drop_message", {"sequence": sequence})
        return result

    async def clear_authorization_cache(self) -> int:
        """Forget every tag of the authorization cache; give how many there were."""
        result: int = await self._command(int, "clear_authorization_cache", {})
        return result

    async def cancel_reservation(self, reservation_id: int) -> bool:
        """Cancel a reservation."""
        result: bool = await self._command(
            bool, "cancel_reservation", {"reservation_id": reservation_id}
        )
        return result

    async def swipe(
        self,
        id_tag: str,
        connector_id: int | None = None,
        wait: bool = True,
    ) -> SwipeResult:
        """Hold a tag to the reader; with a connector to the reader of that one alone."""
        result: SwipeResult = await self._command(
            SwipeResult, "swipe", {"id_tag": id_tag, "connector_id": connector_id, "wait": wait}
        )
        return result

    async def request_certificate(self) -> bool:
        """Make a new key, and ask the CSMS to sign a certificate for it (W A02)."""
        result: bool = await self._command(bool, "request_certificate", {})
        return result

    async def install_root_certificate(self, use: str, certificate: str) -> bool:
        """Install a root certificate, as InstallCertificate does (W M05)."""
        result: bool = await self._command(
            bool, "install_root_certificate", {"use": use, "certificate": certificate}
        )
        return result

    async def delete_root_certificate(self, fingerprint: str) -> bool:
        """Delete an installed root certificate, as DeleteCertificate does (W M04)."""
        result: bool = await self._command(
            bool, "delete_root_certificate", {"fingerprint": fingerprint}
        )
        return result

    async def get_certificate(self, fingerprint: str) -> str:
        """Give a certificate in PEM: an installed root, one of its own, or one that the
        CSMS shows.
        """
        result: str = await self._command(str, "get_certificate", {"fingerprint": fingerprint})
        return result

    async def set_security_profile(self, profile: int) -> bool:
        """Go to another security profile; to lower it is outside OCPP, and logged (W
        A00.FR.005).
        """
        result: bool = await self._command(bool, "set_security_profile", {"profile": profile})
        return result

    async def raise_security_event(self, type: str, tech_info: str = "") -> bool:
        """Have a security event happen, such as the alarm of a tamper sensor (W A04)."""
        result: bool = await self._command(
            bool, "raise_security_event", {"type": type, "tech_info": tech_info}
        )
        return result

    async def clear_security_log(self) -> bool:
        """Delete all lines of the security log; that is a security event itself (W A04)."""
        result: bool = await self._command(bool, "clear_security_log", {})
        return result

    async def set_network(self, up: bool) -> bool:
        """Pull the network cable of the charge point, or put it back."""
        result: bool = await self._command(bool, "set_network", {"up": up})
        return result

    async def set_weather(self, weather: str, seed: int | None = None) -> bool:
        """Have the network to the CSMS be as bad as a weather of `network`; `fair` changes
        nothing.
        """
        result: bool = await self._command(bool, "set_weather", {"weather": weather, "seed": seed})
        return result

    async def try_now(self) -> bool:
        """Connect, or send the oldest message again, at once instead of when its time comes."""
        result: bool = await self._command(bool, "try_now", {})
        return result

    async def power_cycle(self) -> bool:
        """Cut the power and switch it on again; cables stay plugged."""
        result: bool = await self._command(bool, "power_cycle", {})
        return result

    async def acknowledge_troubles(self) -> int:
        """Forget what went wrong inside and is over; give how much that was."""
        result: int = await self._command(int, "acknowledge_troubles", {})
        return result

    async def plug_in(self, connector_id: int) -> None:
        """Plug a vehicle in; with a jammed lock the cable is not held, which is a fault."""
        await self._command(None, "plug_in", {"connector_id": connector_id})

    async def plug_out(self, connector_id: int) -> None:
        """Pull the cable at the vehicle, where the lock of the charge point does not hold it."""
        await self._command(None, "plug_out", {"connector_id": connector_id})

    async def suspend_ev(self, connector_id: int) -> None:
        """Let the vehicle stop drawing."""
        await self._command(None, "suspend_ev", {"connector_id": connector_id})

    async def resume_ev(self, connector_id: int) -> None:
        """Let the vehicle draw again."""
        await self._command(None, "resume_ev", {"connector_id": connector_id})

    async def set_vehicle(
        self,
        connector_id: int,
        battery_wh: int | None = None,
        soc_percent: float | None = None,
        max_current_a: float | None = None,
        phases: int | None = None,
        max_power_w: int | None = None,
        dc_max_power_w: int | None = None,
        cable_max_current_a: float | None = None,
    ) -> None:
        """Change the vehicle at a connector, or the one that comes next."""
        await self._command(
            None,
            "set_vehicle",
            {
                "connector_id": connector_id,
                "battery_wh": battery_wh,
                "soc_percent": soc_percent,
                "max_current_a": max_current_a,
                "phases": phases,
                "max_power_w": max_power_w,
                "dc_max_power_w": dc_max_power_w,
                "cable_max_current_a": cable_max_current_a,
            },
        )

    async def raise_error(
        self,
        connector_id: int,
        error_code: str,
        info: str | None = None,
        vendor_error_code: str | None = None,
    ) -> None:
        """Let an error appear on a connector, or on the charge point as a whole (0)."""
        await self._command(
            None,
            "raise_error",
            {
                "connector_id": connector_id,
                "error_code": error_code,
                "info": info,
                "vendor_error_code": vendor_error_code,
            },
        )

    async def clear_error(self, connector_id: int, error_code: str | None = None) -> None:
        """Take an error away; without a code, all of the connector."""
        await self._command(
            None, "clear_error", {"connector_id": connector_id, "error_code": error_code}
        )

    async def fail_mains(self) -> None:
        """Let the mains fail; on backup power the CSMS is told what has ended."""
        await self._command(None, "fail_mains", {})

    async def press_stop(self, connector_id: int) -> None:
        """Press the stop button of a connector."""
        await self._command(None, "press_stop", {"connector_id": connector_id})

    async def press_emergency_stop(self) -> None:
        """Press the emergency button; it stays in until the error is cleared."""
        await self._command(None, "press_emergency_stop", {})

    async def jam_lock(self, connector_id: int, jammed: bool) -> None:
        """Jam the cable lock where it stands, or free it."""
        await self._command(None, "jam_lock", {"connector_id": connector_id, "jammed": jammed})
