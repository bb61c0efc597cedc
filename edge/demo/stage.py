"""The stage of the demo: the shipped pictures as a camera, and the shop's own tables and enrolment photos.

It knows when each picture was taken and nothing of what it shows.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.capture.replay import StoredFrame
from edge.errors import UnreadableInput
from inventory_core.ids import LocationId, Sku

DAY = Path(__file__).parent / "day"
DATE = "2026-11-20"
ZONE = ZoneInfo("Asia/Shanghai")
LOCATION = LocationId("bakery-bay")
CAMERA = "bakery-camera"
_NAME = re.compile(r"\d+-(\d\d)(\d\d)\.jpg")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the shipped day lies, and its pictures by time."""

    folder: Path
    frames: tuple[StoredFrame, ...]

    @property
    def opens_at(self) -> datetime:
        return self.frames[0].at

    @property
    def closes_at(self) -> datetime:
        return self.frames[-1].at + timedelta(hours=1)

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.csv"

    @property
    def planogram(self) -> Path:
        return self.folder / "planogram.csv"

    def photos(self) -> dict[Sku, list[Path]]:
        """Enrolment photos by SKU: the folder's name is the SKU."""
        folders = sorted(path for path in (self.folder / "enrol").iterdir() if path.is_dir())
        return {Sku(folder.name): sorted(folder.glob("*.jpg")) for folder in folders}


def open_stage(folder: Path = DAY) -> Stage:
    """The shipped day. Raises UnreadableInput when its pictures are not there."""
    midnight = datetime.fromisoformat(DATE).replace(tzinfo=ZONE)
    frames = [
        StoredFrame(midnight + timedelta(hours=int(found[1]), minutes=int(found[2])), path)
        for path in sorted((folder / "frames").glob("*.jpg"))
        if (found := _NAME.fullmatch(path.name))
    ]
    if not frames:
        raise UnreadableInput(
            "the demo's pictures are missing from {folder}; restore the folder from the release", folder=folder / "frames"
        )
    return Stage(folder, tuple(sorted(frames, key=lambda frame: frame.at)))
