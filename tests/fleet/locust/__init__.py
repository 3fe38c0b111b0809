"""The fleet on Locust: real runs of the installed command."""
