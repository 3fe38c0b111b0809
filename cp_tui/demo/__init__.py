"""The demo: its story, the scenarios, and the small CSMS behind a socket for the screen."""
