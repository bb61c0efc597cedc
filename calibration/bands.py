"""From rails seen in a straightened view to the shelf bands of a bay. Planes: view px in, bay mm out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.bay import ShelfBand
from calibration.rails import Rail
from inventory_core.ids import ShelfId


@dataclass(frozen=True, slots=True)
class BandPolicy:
    """Lengths in mm of the bay, shares 0..1; chosen by what shop shelves are, not fitted to pictures."""

    same_board_mm: float = 40.0
    """Pieces of one board lie this near in height: boards of one shelf system are hung in steps of 50 mm."""
    least_shelf_mm: float = 50.0
    """Nothing that is sold on a shelf of its own is lower."""
    least_span: float = 0.3
    """Of the bay's width: a shorter rail belongs to a tray or to the bay beside."""
    open_foot: float = 0.5
    """More than this share of the usual shelf height below the lowest rail is a shelf of its own, on the bay's lower edge."""


@dataclass(frozen=True, slots=True)
class ProposedBand:
    """A shelf; `confidence` 0..1 is that of the rail it stands on, 0 where the bay's lower edge was taken for it."""

    band: ShelfBand
    confidence: float


@dataclass(frozen=True, slots=True)
class _Board:
    y_mm: float
    span: float
    confidence: float


def propose_bands(
    rails: Sequence[Rail], width_mm: float, height_mm: float, mm_per_px: float, count: int | None = None,
    policy: BandPolicy | None = None,
) -> tuple[ProposedBand, ...]:
    """Shelves from the top, each down to its board; the `count` surest where a number is given, else all that are wide enough.

    There may be fewer than `count`, and there is always one: the whole bay where no rail was seen.
    """
    policy = policy or BandPolicy()
    boards = _boards(rails, width_mm, mm_per_px, policy)
    boards = [board for board in boards if policy.least_shelf_mm <= board.y_mm <= height_mm]
    if count is None:
        boards = [board for board in boards if board.span >= policy.least_span]
    else:
        boards = sorted(boards, key=lambda board: -board.span * board.confidence)[:count]
    boards = _apart(sorted(boards, key=lambda board: board.y_mm), policy)
    heights = np.diff([0.0, *(board.y_mm for board in boards)])
    usual = float(np.median(heights)) if len(heights) else 0.0
    left = height_mm - (boards[-1].y_mm if boards else 0.0)
    if (left > max(policy.open_foot * usual, policy.least_shelf_mm) and (count is None or len(boards) < count)) or not boards:
        boards.append(_Board(height_mm, 1.0, 0.0))
    tops = [0.0, *(float(round(board.y_mm)) for board in boards[:-1])]
    bottoms = [*tops[1:], min(float(round(boards[-1].y_mm)), height_mm)]
    return tuple(
        ProposedBand(ShelfBand(ShelfId(str(number)), top, bottom), board.confidence)
        for number, (top, bottom, board) in enumerate(zip(tops, bottoms, boards, strict=True), 1)
    )


def _boards(rails: Sequence[Rail], width_mm: float, mm_per_px: float, policy: BandPolicy) -> list[_Board]:
    """Rails in mm at the bay's middle, pieces of one board put together, from the top."""
    middle_px = width_mm / mm_per_px / 2
    pieces = [
        _Board(rail.y_at(middle_px) * mm_per_px, (rail.x2 - rail.x1) * mm_per_px / width_mm, rail.confidence) for rail in rails
    ]
    boards: list[_Board] = []
    for piece in sorted(pieces, key=lambda piece: piece.y_mm):
        if boards and piece.y_mm - boards[-1].y_mm < policy.same_board_mm:
            boards[-1] = _joined(boards[-1], piece)
        else:
            boards.append(piece)
    return boards


def _joined(a: _Board, b: _Board) -> _Board:
    span = a.span + b.span
    y_mm = (a.y_mm * a.span + b.y_mm * b.span) / span
    return _Board(y_mm, min(span, 1.0), (a.confidence * a.span + b.confidence * b.span) / span)


def _apart(boards: list[_Board], policy: BandPolicy) -> list[_Board]:
    """Without those that leave no room for goods above the board below: the surer one stays."""
    kept: list[_Board] = []
    for board in boards:
        if kept and board.y_mm - kept[-1].y_mm < policy.least_shelf_mm:
            kept[-1] = max(kept[-1], board, key=lambda one: one.span * one.confidence)
        else:
            kept.append(board)
    return kept
