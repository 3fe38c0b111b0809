"""The settings of a charge point that the small CSMS lets in, as a file beside its certificates.

They hold its password, so the file is for its owner alone, and the terminal shows its name only.
"""

from __future__ import annotations

import json
from pathlib import Path

from cp_tui.csms.central_system import CentralSystem

FILE = "charge_point.toml"
CHARGE_POINT_ID = "CP001"


def write_settings(csms: CentralSystem) -> Path:
    """Write what a charge point needs to connect to the doors that are open; give the file.

    In profile 3 it begins in 2, where it gets its certificate. Raises `OSError`.
    """
    security = csms.security
    begins = min(csms.profile, 2)
    urls = {n: csms.doors.url(n) for n in (1, 2, 3) if csms.doors.is_open(n)}
    tables: dict[str, dict[str, str]] = {
        "csms": {"url": urls[begins], "ca_file": security.folder.csms_root.name},
        "charge_point": {"id": CHARGE_POINT_ID},
        "security": {
            "serial": CHARGE_POINT_ID,
            "manufacturer_roots": security.folder.manufacturer_root.name,
            **{f"url_profile_{n}": url for n, url in urls.items()},
        },
        "keys": {
            "SecurityProfile": str(begins),
            "CpoName": security.cpo_name,
            "AuthorizationKey": security.authorization_key(CHARGE_POINT_ID),
        },
    }
    lines = ["# A charge point for this CSMS; written anew at each of its starts.", ""]
    for name, entries in tables.items():
        # A JSON text is a TOML text as well.
        lines += [f"[{name}]", *(f"{key} = {json.dumps(text)}" for key, text in entries.items())]
    lines.append("")
    security.folder.write(FILE, "\n".join(lines))
    return security.folder.path / FILE
