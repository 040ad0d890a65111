"""What intake remembers. Every function works in the caller's transaction and never commits."""
