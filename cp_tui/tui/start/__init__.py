"""What the command line starts beside the screen itself: the very first questions, a picture."""
