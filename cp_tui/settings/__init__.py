"""What the operator decides before the start: options, environment, `cp-tui.toml`, defaults.

`cp_tui.settings.load.load` reads and checks all of it; a mistake is one line, and nothing starts.
"""
