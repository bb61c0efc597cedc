"""Brings every family of commands into the tree; importing this module is what makes the commands exist."""

from edge.cli import book, check, count, gallery, model, tokens
from edge.cli.app import app, run

__all__ = ["app", "book", "check", "count", "gallery", "model", "run", "tokens"]
