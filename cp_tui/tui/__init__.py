"""The face: shows the variables of an engine and sends it commands; holds no OCPP and no engine."""
