"""The screen of the messages: every frame over the WebSocket, found and explained."""
