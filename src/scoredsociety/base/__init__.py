"""What society and engine both stand on: compiled functions, random streams, the normal law."""
