"""What may be imported at a start does not load the library that reads certificates."""

from __future__ import annotations

from tests.imports import imported, module_name, within
from tests.sources import parsed, python_files, shown

ROOM = "cp_tui.certificates"
LIGHT = {ROOM, f"{ROOM}.certificate_error", f"{ROOM}.facts", f"{ROOM}.subject"}


def test_the_light_modules_are_those_that_do_not_reach_the_library() -> None:
    """Only modules of the room are read: no other one may know the library (test_layers.py)."""
    needs = {
        module_name(shown(path)): {*imported(parsed(path))}
        for path in python_files("cp_tui/certificates")
    }
    heavy = {
        name
        for name, targets in needs.items()
        if any(within(target, "cryptography") for target in targets)
    }
    for _ in needs:
        heavy |= {
            name
            for name, targets in needs.items()
            if any(within(target, other) for target in targets for other in heavy)
        }
    assert needs.keys() - heavy == LIGHT
