"""What the tests of the demo share with those of the CSMS."""

from __future__ import annotations

from tests.csms.conftest import charge_point, csms

__all__ = ["charge_point", "csms"]
