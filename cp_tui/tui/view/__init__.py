"""What the panes say, as pure functions from variables to lines of `Content`."""
