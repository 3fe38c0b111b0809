"""What a firmware file is: its version, or why it cannot be installed.

Nothing in it is ever executed. This simulated charge point reads the first line: `version: 1.2.3`
names the version, `broken` or `broken: some words` makes the installation fail. Without either the
version is the dotted number in the file's name, as in `firmware-1.2.3.bin`, else its hash.
"""

from __future__ import annotations

import re

from cp_tui.charge_point.variables import FileFacts

VERSION_LENGTH_MAX = 50
"""The longest firmwareVersion of BootNotification: CiString50."""
HASH_SHOWN = 12

_SUFFIXES = re.compile(r"(\.[A-Za-z][A-Za-z0-9]{0,9})+$")
_NUMBER = re.compile(r"\d+(?:\.\d+)+(?:[-+][0-9A-Za-z.]+)?")


def defect(file: FileFacts) -> str | None:
    """Say why a file cannot be installed, if it cannot."""
    if file.size_bytes == 0:
        return f"{file.name} is empty"
    word, _, detail = file.first_line.partition(":")
    if word.strip().lower() == "broken":
        return f"{file.name} says that it is broken" + (f": {detail.strip()}" if detail else "")
    return None


def version_of(file: FileFacts) -> str:
    """Name the version that a file holds."""
    word, _, text = file.first_line.partition(":")
    named = "".join(c for c in text.strip() if " " <= c <= "~")
    if word.strip().lower() == "version" and named:
        return named[:VERSION_LENGTH_MAX].strip()
    found = _NUMBER.search(_SUFFIXES.sub("", file.name))
    return found[0][:VERSION_LENGTH_MAX] if found else f"sha256-{file.sha256[:HASH_SHOWN]}"
