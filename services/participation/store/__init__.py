"""What changes rows, and tells the facts in the same transaction."""
