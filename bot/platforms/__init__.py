"""One adapter per chat platform: parse, handle, draw."""
