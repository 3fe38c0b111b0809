"""The first `cp-tui.toml`: from the answers of the first screen to a file that is right."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cp_tui.ocpp.discreet import Discreet
from cp_tui.settings.build import ServeSettings
from cp_tui.settings.load import load_text
from cp_tui.settings.problem import SettingsError


class Unusable(Exception):
    """The answers cannot be used; the text says which one and why."""


class Answers(Discreet, frozen=True):
    """What was typed at the first screen; an empty text is no answer."""

    HIDDEN = frozenset({"authorization_key"})

    url: str
    id: str
    ca_file: str = ""
    authorization_key: str = ""


def settings_of(answers: Answers, path: Path) -> ServeSettings:
    """Check the answers as if they stood in the file; raises `Unusable`."""
    for text, what in ((answers.url, "the URL of the CSMS"), (answers.id, "the charge point id")):
        if not text:
            raise Unusable(f"{what} is missing")
    try:
        return load_text(text_of(answers), path)
    except SettingsError as error:
        # There is no file yet, so its lines tell nobody anything.
        raise Unusable(str(error).removeprefix(str(path)).partition(": ")[2]) from None


def text_of(answers: Answers) -> str:
    """Write the answers as TOML; a JSON text is a TOML text as well."""
    lines = ["[csms]", f"url = {_quoted(answers.url)}"]
    if answers.ca_file:
        ca_file = Path(answers.ca_file).expanduser().absolute()
        lines.append(f"ca_file = {_quoted(str(ca_file))}")
    lines += ["", "[charge_point]", f"id = {_quoted(answers.id)}"]
    if answers.authorization_key:
        lines += ["", "[keys]", f"AuthorizationKey = {_quoted(answers.authorization_key)}"]
    return "\n".join(lines) + "\n"


def write_file(answers: Answers, path: Path) -> None:
    """Write the file for its owner alone, never over another one; raises `Unusable`."""
    settings_of(answers, path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text_of(answers))
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from None


def _quoted(text: str) -> str:
    # TOML wants DEL escaped as well, which JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
