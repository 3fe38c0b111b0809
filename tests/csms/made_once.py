"""Certificates of the CSMS, made once for all tests of a process: RSA takes its time."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cp_tui.csms.security import CsmsSecurity


@cache
def _made() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="cp-tui-test-csms-")
    CsmsSecurity(Path(folder.name), datetime.now(UTC))
    return folder


def certificates() -> Path:
    """Give the folder, which nobody may change."""
    return Path(_made().name)


def copied_to(folder: Path) -> Path:
    """Give a copy in a new folder."""
    shutil.copytree(certificates(), folder)
    return folder
