"""A charge point that is only watched, through a log or a tap, as the variables of an engine."""
