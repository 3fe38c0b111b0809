"""What the engine and the CSMS said: kept as it came, until somebody looks."""
