"""The feature profiles, into which OCPP 1.6 sorts messages and configuration keys."""

from __future__ import annotations

from enum import StrEnum


class FeatureProfile(StrEnum):
    """A feature profile (S 3.3); the security extension counts as one here."""

    CORE = "Core"
    FIRMWARE_MANAGEMENT = "FirmwareManagement"
    LOCAL_AUTH_LIST_MANAGEMENT = "LocalAuthListManagement"
    RESERVATION = "Reservation"
    SMART_CHARGING = "SmartCharging"
    REMOTE_TRIGGER = "RemoteTrigger"
    SECURITY = "Security"
    """Never an item of SupportedFeatureProfiles."""
