"""Networks for tests of model care: one that knows the golden shelf by heart, copies of the shipped ones, and their cards."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from models.choice_file import Used, write_changes
from models.golden import load_golden_set
from models.letterbox import fit_inside
from models.manifest import ModelFile, Role, load_manifest
from tests.models.tiny_networks import boxes, network_answering, with_metadata

SIDES = (640, 384)
"""Width and height of the picture that the network which knows the shelf is shown."""


def knowing(missed: int = 0, imagined: int = 0, shift_px: float = 0.0, **metadata: str) -> bytes:
    """A detector that answers the facings of the golden shelf to any picture: all but `missed`, all `shift_px` to the right,
    and `imagined` boxes more."""
    golden = load_golden_set()
    height, width = golden.image.shape[:2]
    seen = fit_inside(width, height, *SIDES).input_from_view(golden.facings[missed:] + np.float32([shift_px, 0, shift_px, 0]))
    rows = [((left + right) / 2, (top + bottom) / 2, right - left, bottom - top, 0.9, 0.0) for left, top, right, bottom in seen]
    rows += [(20.0 + 8 * n, 370.0, 6.0, 6.0, 0.9, 0.0) for n in range(imagined)]
    return network_answering(boxes(*rows), (1, SIDES[1], SIDES[0], 3), metadata=metadata)


def copy_of(role: Role, maker: str = "somebody") -> bytes:
    """The shipped network with one more line of metadata: another file that sees the same."""
    return with_metadata(load_manifest().verified(role).data, "maker", maker)


def put_in_use(folder: Path, role: Role, data: bytes) -> None:
    """In use on a device without having been looked at, as if its machine computed it wrongly from today on."""
    digest = hashlib.sha256(data).hexdigest()
    folder.mkdir()
    (folder / f"{digest}.onnx").write_bytes(data)
    policy = load_manifest().of("detector").policy if role == "detector" else None
    unseen = ModelFile(role, "unseen", folder / f"{digest}.onnx", digest, len(data), "", (), "MIT", folder / f"{digest}.md",
                       policy, is_shipped=False)
    write_changes(folder, [Used(unseen, datetime(2026, 11, 20, tzinfo=UTC))])


def file(folder: Path, name: str, data: bytes, *, with_card: bool = True) -> Path:
    """The network as a file, with the card beside it that it needs."""
    path = folder / f"{name}.onnx"
    path.write_bytes(data)
    if with_card:
        path.with_suffix(".md").write_text(card(data), encoding="utf-8")
    return path


def card(data: bytes, licence: str = "Apache-2.0") -> str:
    digest = hashlib.sha256(data).hexdigest()
    return (f"# A network\n\n| | |\n|---|---|\n| sha256 | `{digest}` |\n| licence | {licence} |\n\n## Trained on\n\n"
            "Twelve shelves of our own.\n\n## Figures\n\n| set | AP50 |\n|---|---|\n| twelve shelves | .97 |\n")
