"""The timeline of limits: a picture of steps over time, and what it says at the cursor."""
