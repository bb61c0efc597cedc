"""Brings every family of commands into the tree; importing this module is what makes the commands exist."""

from edge.cli import check, count
from edge.cli.app import app, run

__all__ = ["app", "check", "count", "run"]
