"""How words are painted by what they say: the same on every screen, in the colours of the theme.

The bold ones are verdicts and what somebody has to see; the others stand in columns and facts.
"""

from __future__ import annotations

GOOD, ODD, BAD, QUIET = "$text-success", "$text-warning", "$text-error", "$text-muted"
BOLD_GOOD, BOLD_ODD, BOLD_BAD = (f"bold {style}" for style in (GOOD, ODD, BAD))
