"""What is known of a charge point in the middle of its log, one module for each subject."""
