"""What a person can do here: actions, their keys, commands to the engine, what came of them."""
