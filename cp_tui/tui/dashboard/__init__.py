"""The first screen: connection, connectors, alarms, and what can be done there."""
