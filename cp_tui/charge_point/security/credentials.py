"""How the charge point connects: where to, and how it proves itself there (W A00).

In the profile that the settings name, or that follows from them, it connects to the URL of the
settings. In another one the scheme alone changes, unless the settings have a URL for it; from
profile 2 on it is always TLS.
"""

from __future__ import annotations

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import AUTHORIZATION_KEY, SECURITY_PROFILE, Configuration
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.station_keys import station_keys
from cp_tui.charge_point.variables import RootUse
from cp_tui.ocpp.configuration_key import authorization_key_bytes, authorization_key_form

SECURE, PLAIN = "wss", "ws"
URL = "csms.url"


def url_for(config: ChargePointConfig, profile: int) -> str:
    """Give where a security profile connects to, with the id."""
    url = config.security.urls.get(profile)
    if url is not None:
        return url
    place = config.url.partition(":")[2]
    if profile >= 2:
        return f"{SECURE}:{place}"
    return config.url if profile == _first_profile(config) else f"{PLAIN}:{place}"


def _first_profile(config: ChargePointConfig) -> int:
    """Give the security profile before anybody has changed it."""
    named = {key.lower(): value for key, value in config.keys.items()}
    name = SECURITY_PROFILE.lower()
    return int(named.get(name) or station_keys(config).states[name].value or "0")


def credentials(
    config: ChargePointConfig,
    configuration: Configuration,
    roots: CertificateStore,
    certificates: OwnCertificates,
    profile: int | None = None,
) -> SetCredentials:
    """Give what the link is told in a security profile; None: in the one that is in force."""
    profile = configuration.integer(SECURITY_PROFILE) if profile is None else profile
    url = url_for(config, profile)
    password, form = None, "not set"
    if configuration.is_set(AUTHORIZATION_KEY):
        key = configuration.text(AUTHORIZATION_KEY)
        form = authorization_key_form(key)
        if profile in (1, 2):
            password = authorization_key_bytes(key)
        else:
            form = f"{form}, not used in security profile {profile}"
    has_roots = url.startswith(f"{SECURE}:") and roots.has_installed
    # Whoever names no file trusts the system. A CSMS that installs its next root over such a
    # connection must not cut off the present one, unless each root has to follow another.
    with_system = has_roots and not config.security.csms_roots and not roots.has_root_check
    return SetCredentials(
        password,
        form,
        profile=profile,
        url=None if url == config.url else url,
        url_setting=f"security.url_profile_{profile}" if profile in config.security.urls else URL,
        roots=roots.pems(RootUse.CSMS) if has_roots else None,
        with_system=with_system,
        certificate=certificates.client_certificate if profile == 3 else None,
        no_certificate=certificates.why_none if profile == 3 else "",
    )
