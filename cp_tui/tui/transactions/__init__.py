"""The screen of transactions, refusals and what waits for the CSMS."""
