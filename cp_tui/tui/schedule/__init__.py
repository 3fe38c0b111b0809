"""The screen of the limits over time and of the charging profiles."""
