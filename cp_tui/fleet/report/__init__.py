"""What a run has come to: as a table, JSON, CSV and a page, and whether it has held its limits."""
