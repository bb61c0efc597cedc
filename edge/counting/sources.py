"""What a user asks to be counted, one thing at a time: a picture, a video, or a camera; a thing that cannot be read is an
answer too, and the rest goes on."""

import enum
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from calibration.record import Calibration
from edge.capture.camera import VideoFile, open_camera
from edge.capture.camera_settings import CameraSettings
from edge.capture.pictures import read_picture
from edge.capture.settle import Burst, bursts_of_video, take_burst
from edge.clock import Clock
from edge.counting.count import cannot_see, count_burst, count_frame, pedigree_of
from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye
from edge.counting.result import CountResult
from edge.counting.surveyed import surveyed_view
from edge.errors import UnreadableInput
from edge.passwords import without_password

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".wmv"})

COUNTED_SUFFIX = ".counted.jpg"
"""What `--annotate` puts beside pictures; a folder that holds such copies is not counted twice."""


class Kind(enum.Enum):
    PICTURE = "picture"
    VIDEO = "video"
    CAMERA = "camera"
    EMPTY_FOLDER = "empty folder"


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is the argument as the user gave it, joined with the file's name where it is a folder; `shown` the same without
    the password of a camera's address: only that is told and kept; `settings` is how a camera is set before."""

    name: str
    kind: Kind
    settings: CameraSettings = field(default_factory=CameraSettings)

    @property
    def shown(self) -> str:
        return without_password(self.name) if self.kind is Kind.CAMERA else self.name

    @classmethod
    def of_path(cls, name: str) -> "Source":
        suffix = Path(name).suffix.lower()
        return cls(name, Kind.VIDEO if suffix in VIDEO_SUFFIXES else Kind.PICTURE)

    @classmethod
    def of_camera(cls, spec: str, settings: CameraSettings = CameraSettings()) -> "Source":
        return cls(spec, Kind.CAMERA, settings)


def expand(arguments: Iterable[str]) -> list[Source]:
    """Every source that the arguments name; a folder stands for all its files and those of its folders, sorted."""
    found: list[Source] = []
    for argument in arguments:
        if "://" in argument:
            found.append(Source.of_camera(argument))
        elif Path(argument).is_dir():
            inside = sorted(_files(argument))
            found += [Source.of_path(name) for name in inside] or [Source(argument, Kind.EMPTY_FOLDER)]
        else:
            found.append(Source.of_path(argument))
    return found


def _files(folder: str) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # joined as text: `./a/b.jpg` stays as the user wrote it
        ours = (name for name in names if not name.startswith(".") and not name.endswith(COUNTED_SUFFIX))
        yield from (os.path.join(where, name) for name in ours)  # noqa: PTH118


def count_source(
    source: Source, eye: Eye, site: Calibration | None, max_pixels: int, clock: Clock, starts_at: datetime | None = None
) -> Iterator[CountResult]:
    """One result for a picture or a camera, one per settled scene for a video; a failure is a result too."""
    pedigree = pedigree_of(eye, site, source.shown if source.kind is Kind.CAMERA else None)
    try:
        if source.kind is Kind.PICTURE:
            frame = read_picture(Path(source.name), max_pixels)
            yield count_frame(eye, frame, source=source.name, site=site, before=surveyed_view(eye, site, frame.image))
        elif source.kind is Kind.VIDEO:
            yield from _count_video(source.name, eye, site, starts_at)
        elif source.kind is Kind.CAMERA:
            yield _count_camera(source, eye, site, clock)
        else:
            raise UnreadableInput("folder {name} holds no files; check the path", code="empty", name=source.name)
    except UnreadableInput as error:
        failed = cannot_see(source.shown, (error.code,), pedigree, detail=error.message)
        yield replace(failed, unreadable=True)


def _count_video(name: str, eye: Eye, site: Calibration | None, starts_at: datetime | None) -> Iterator[CountResult]:
    video = VideoFile(Path(name), starts_at)
    any_frame, seen = False, _Seen()
    try:
        for burst in bursts_of_video(video):
            any_frame = True
            yield replace(_of_burst(burst, name, eye, site, None, seen), at_s=burst.at_s)
    finally:
        video.close()
    if not any_frame:
        raise UnreadableInput("{name} holds no frame that can be read; convert it to MP4 (H.264)", code="not_a_video",
                              name=name)


def _count_camera(source: Source, eye: Eye, site: Calibration | None, clock: Clock) -> CountResult:
    camera = open_camera(source.name, clock, source.settings)
    try:
        return _of_burst(take_burst(camera, clock), source.shown, eye, site, source.shown, _Seen())
    finally:
        camera.close()


@dataclass(slots=True)
class _Seen:
    """What the bursts of one source saw last with nothing in front."""

    before: LastClear | None = None


def _of_burst(
    burst: Burst, name: str, eye: Eye, site: Calibration | None, camera: str | None, seen: _Seen
) -> CountResult:
    if not burst.settled:
        return cannot_see(name, ("unsettled",), pedigree_of(eye, site, camera), frames=burst.frames)
    if burst.replayed:
        return cannot_see(name, ("frozen",), pedigree_of(eye, site, camera), frames=burst.frames)
    before = seen.before
    if before is None and site is not None:
        before = surveyed_view(eye, site, burst.frames[-1].image)
    result = count_burst(eye, burst.frames, source=name, site=site, before=before, camera=camera)
    seen.before = before.after(result) if before is not None else None
    return result
