"""One module for each program, or each kind of program, whose logs are read."""
