"""A child of ours and the door that it opens: whoever else answers there is not taken for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cp_tui.cli.child import Child, ChildFailed, own_environment
from cp_tui.rpc.paths import who_answers


@pytest.fixture
def door() -> Iterator[Path]:
    """A socket at which this process listens."""
    with (
        TemporaryDirectory(prefix="cp-tui-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
    ):
        listener.bind(f"{folder}/door")
        listener.listen()
        yield Path(folder) / "door"


def test_who_listens_at_a_socket_is_known(door: Path) -> None:
    assert who_answers(door) == os.getpid()
    assert who_answers(door.with_name("nothing")) is None


def test_a_child_is_not_ready_because_somebody_else_answers(door: Path) -> None:
    arguments = ["serve", f"--config={door.with_name('none.toml')}"]
    child = Child("cp_tui", arguments, ends_with_us=False, environment=own_environment())
    assert not child.answers_at(door)
    with pytest.raises(ChildFailed, match=r"none\.toml"):
        child.wait_until_answering(door, by_itself=True)
    child.end()
