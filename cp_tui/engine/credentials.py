"""How an engine on a data folder would connect, without starting one.

The CSMS may have changed the AuthorizationKey since it was written into the settings; that value
wins, and only the store knows it. It is read here and never written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import SetCredentials, Table
from cp_tui.charge_point.security.credentials import credentials as security_credentials
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.profile import SecurityProfiles
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.turn import Turn
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.keys import KeyFolder
from cp_tui.engine.store import DATABASE_FILE
from cp_tui.station.station import Station

READ_TIMEOUT_S = 2.0
_TABLES = Table.KEY, Table.ROOT_CERTIFICATE, Table.CHARGE_POINT_CERTIFICATE


class StoredSecurity:
    """What a data folder and the settings say of security; blocks, raises `EngineStartError`."""

    def __init__(self, config: ChargePointConfig, data_dir: Path) -> None:
        self.config = config
        path = data_dir / DATABASE_FILE
        stored = {table: _stored(path, table) for table in _TABLES}
        # The body plays no part in the keys; the core wants one all the same.
        core = Turn(config, Station(config.connectors), stored, Random(0))
        core.now = datetime.now(UTC)
        self._configuration = Configuration(core)
        self._certificates = OwnCertificates(core)
        if stored[Table.CHARGE_POINT_CERTIFICATE]:
            self._certificates.power_on(_readable_keys(data_dir))
        self.roots = CertificateStore(
            core,
            self._configuration,
            report=lambda *_: None,
            own_certificates=self._certificates.chains,
            on_changed=lambda: None,
        )
        self.profiles = SecurityProfiles(
            core,
            self._configuration,
            self.roots,
            self._certificates,
            report=lambda *_: None,
            credentials=self.credentials,
            reconnect=lambda why: None,
        )

    def credentials(self, profile: int | None = None) -> SetCredentials:
        """Give what the link would be told, at start or in another security profile."""
        return security_credentials(
            self.config, self._configuration, self.roots, self._certificates, profile
        )


def credentials(config: ChargePointConfig, data_dir: Path) -> SetCredentials:
    """Give what the link would be told at start; raises `EngineStartError`."""
    return StoredSecurity(config, data_dir).credentials()


def _readable_keys(data_dir: Path) -> frozenset[str]:
    try:
        return KeyFolder(data_dir).look()[0]
    except OSError as error:
        raise EngineStartError(f"cannot read the private keys: {error.strerror}") from None


def _stored(path: Path, table: Table) -> Mapping[str, str]:
    if not path.exists():
        return {}
    query = "SELECT key, value FROM record WHERE kind = ?"
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=READ_TIMEOUT_S)) as database:
            return dict(database.execute(query, (table.value,)).fetchall())
    except sqlite3.Error as error:
        raise EngineStartError(f"cannot read {path}: {error}") from None
