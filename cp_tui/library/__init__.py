"""What `from cp_tui import ...` gives: charge points for tests and programs, without a screen."""
