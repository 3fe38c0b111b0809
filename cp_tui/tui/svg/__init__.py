"""What the screen shows, as pictures: standing and moving, in SVG alone."""
