"""A laboratory for published social credit schemes, on synthetic people only."""

__version__ = "0.1.0"
