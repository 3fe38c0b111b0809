"""The language: OCPP 1.6J frames, messages, data types and configuration keys. No state, no I/O."""
