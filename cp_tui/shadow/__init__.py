"""Our own charge point along a log: what it would have answered in the place of the real one."""
