"""The rules, one module for each subject of the standard."""
