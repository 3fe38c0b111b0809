"""How things are said: words, facts, columns, and texts that nobody can paint with."""
