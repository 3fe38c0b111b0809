"""`python -m cp_tui` is `cp-tui`."""

from __future__ import annotations

import sys

from cp_tui.cli import main

sys.exit(main())
