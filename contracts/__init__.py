"""The language every part of kasane speaks: pydantic models and the ward's data, no I/O."""
