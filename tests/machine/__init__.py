"""A machine that does to real cases whatever people may do, and checks the process's invariants."""
