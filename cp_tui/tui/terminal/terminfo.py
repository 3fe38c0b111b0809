"""What the terminal can do, as far as the database of the system knows."""

from __future__ import annotations

import os
import sys

ERASES_UNSAID = "tmux"
"""It erases in colour since 2.4, of 2017; its entries are those of GNU screen, which does not."""
INSERTS, DELETES = b"\x1b[%p1%d@", b"\x1b[%p1%dP"


def erases_in_color() -> bool:
    """Whether an erased cell has the colour that is set behind the text (`bce`).

    GNU screen gives it the terminal's own, as old terminals do.
    """
    if os.environ.get("TERM", "").startswith(ERASES_UNSAID):
        return True
    try:
        import curses

        curses.setupterm(fd=sys.__stdin__.fileno() if sys.__stdin__ else 0)
        return curses.tigetflag("bce") == 1
    except (ImportError, curses.error, ValueError):
        # Without a database, or a name in it: the way that every terminal knows.
        return False


def shifts_cells() -> bool:
    """Whether cells can be put into a line and taken out of it (`ich`, `dch`).

    Of those in use all can, tmux and GNU screen too; a VT100 cannot.
    """
    try:
        import curses

        curses.setupterm(fd=sys.__stdin__.fileno() if sys.__stdin__ else 0)
        return (curses.tigetstr("ich"), curses.tigetstr("dch")) == (INSERTS, DELETES)
    except (ImportError, curses.error, ValueError):
        return False
