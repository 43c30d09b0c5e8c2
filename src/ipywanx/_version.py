"""The version, where it is written once."""

__version__ = "0.1.0"
