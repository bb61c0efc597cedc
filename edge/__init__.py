"""The shop floor: the running device, its commands, API and pages; the only place where rooms meet."""

__version__ = "0.1.0"
