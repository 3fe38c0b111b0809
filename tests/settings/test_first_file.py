"""The file of the first start: right, private, and never over another one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cp_tui.settings.first_file import Answers, Unusable, settings_of, text_of, write_file
from cp_tui.settings.load import Options, load

KEY = 'secret "key" \\ of 24 signs'


def answers(**changes: str) -> Answers:
    given = {"url": "ws://h/ocpp", "id": "CP 1", "ca_file": "", "authorization_key": ""}
    return Answers(**(given | changes))


def test_what_is_written_is_what_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cp-tui.toml"
    roots = tmp_path / "roots.pem"
    roots.touch()
    given = answers(
        url="wss://h/ocpp", id='CP "1" \\ 柱', ca_file=str(roots), authorization_key=KEY
    )
    write_file(given, path)
    settings = load(Options(config=path))
    assert settings.charge_point_id == given.id
    assert settings.engine.url == given.url
    assert settings.engine.ca_file == roots
    assert settings.engine.charge_point.keys == {"AuthorizationKey": KEY}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_more_only_two_lines_are_written(tmp_path: Path) -> None:
    expected = '[csms]\nurl = "ws://h/ocpp"\n\n[charge_point]\nid = "CP 1"\n'
    assert text_of(answers()) == expected


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "cp-tui.toml"
    path.write_text("# mine\n")
    with pytest.raises(Unusable, match="File exists"):
        write_file(answers(), path)
    assert path.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"url": ""}, "the URL of the CSMS is missing"),
        ({"id": ""}, "the charge point id is missing"),
        ({"url": "http://h"}, "the URL must start with ws:// or wss://, not http://"),
        ({"url": "ws://u:p@h"}, "must not hold credentials"),
        ({"id": "a\x7fb"}, "must not hold control characters"),
        ({"ca_file": "/no/such/file"}, "no such file: /no/such/file"),
        ({"authorization_key": "short"}, "AuthorizationKey"),
    ],
)
def test_what_is_wrong_is_said_without_lines_of_a_file_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    path = tmp_path / "cp-tui.toml"
    with pytest.raises(Unusable) as error:
        write_file(answers(**changes), path)
    assert expected in str(error.value)
    assert str(path) not in str(error.value)
    assert "short" not in str(error.value)
    assert not path.exists()


def test_the_key_is_in_no_representation() -> None:
    given = answers(authorization_key=KEY)
    assert KEY not in repr(given)
    assert KEY not in repr(settings_of(given, Path("cp-tui.toml")))
