"""The shop floor's errors, and the one place that turns any room's error into an exit code.

    EdgeError
     +- UsageFault            usage               a command, setting or file that is not as documented (exit 2)
     +- UnreadableInput       unreadable_input    a picture, video, camera or table that cannot be read (exit 3)
     +- CheckFailed           check_failed        a command's own check did not hold (exit 1)
     +- CannotMask            cannot_mask         a picture cannot be kept: nothing finds people on it (exit 2)
     +- NotYet                not_yet             a documented command whose part has not been built (exit 2)
"""

import enum

from calibration.errors import BadLensPictures
from inventory_core.errors import BadTable, LedgerError
from inventory_core.messages import Told
from models.errors import GoldenFailed


class ExitCode(enum.IntEnum):
    """0 done; 1 the command's own check failed; 2 usage or configuration; 3 some input could not be read."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    UNREADABLE = 3


class EdgeError(Told):
    """Base of everything that the shop floor refuses."""

    code = "edge_error"
    exit_code: ExitCode = ExitCode.USAGE


class UsageFault(EdgeError):
    code = "usage"


class UnreadableInput(EdgeError):
    code = "unreadable_input"
    exit_code = ExitCode.UNREADABLE


class CheckFailed(EdgeError):
    code = "check_failed"
    exit_code = ExitCode.CHECK_FAILED


class NotYet(EdgeError):
    code = "not_yet"


def exit_code_of(error: Told) -> ExitCode:
    """The documented exit code of an error of any room."""
    if isinstance(error, EdgeError):
        return error.exit_code
    if isinstance(error, GoldenFailed | BadLensPictures):
        return ExitCode.CHECK_FAILED
    if isinstance(error, BadTable):
        return ExitCode.UNREADABLE
    if isinstance(error, LedgerError):
        return ExitCode.USAGE
    return ExitCode.USAGE
