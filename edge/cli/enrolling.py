"""What `shelfcount enrol` does: reads photos or a labelled set, cuts the products out, enrols them, and says each thing.

A photo that is clearly about one product is cut to it (models/dominant.py); any other photo is taken whole, as a tight
crop. From a labelled set every box is a crop. What cannot be used is reported, and the rest is enrolled.
"""

import functools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge.bootstrap import model_files
from edge.capture.frame import Frame
from edge.capture.pictures import read_picture
from edge.cli.console import Out
from edge.cli.progress import steps
from edge.clock import Clock
from edge.errors import UnreadableInput, UsageFault
from edge.settings import Settings
from inventory_core.ids import Sku
from inventory_core.messages import Message, tell
from models.coco import CocoImage, read_coco
from models.crops import cut
from models.detections import Boxes
from models.detector import Detector, open_detector
from models.dominant import DominantPolicy, find_dominant
from models.embedder import Embedder, Vectors
from models.errors import BadLabels
from models.gallery import Enrolment, Gallery, Photo
from models.gallery_file import small
from models.letterbox import Image

NOT_A_PRODUCT = "__"
"""Category names that begin so mark doubtful labels."""


@dataclass
class Enroller:
    """One run of the command."""

    gallery: Gallery
    embedder: Embedder
    settings: Settings
    clock: Clock
    out: Out
    policy: DominantPolicy = field(default_factory=DominantPolicy)

    def from_photos(self, sku: Sku, paths: list[Path]) -> bool:
        """Enrol photos of one SKU; returns whether every one could be read."""
        crops = self._cut_out(sku, paths)
        if not crops:
            return False
        vectors, photos = zip(*crops, strict=True)
        self.gallery.enrol(sku, np.concatenate(vectors), photos, at=self.clock.now())
        self.out.say(tell("{sku}: photos enrolled: {photos}", sku=sku, photos=len(photos)))
        return len(photos) == len(paths)

    def from_folders(self, root: Path) -> bool:
        """Enrol the photos of every folder in `root` under the folder's name, as one change; returns whether all of them could
        be read. Raises UsageFault where there is none."""
        folders = sorted(each for each in root.iterdir() if each.is_dir()) if root.is_dir() else []
        given = {Sku(folder.name): sorted(folder.glob("*")) for folder in folders}
        if not any(given.values()):
            raise UsageFault("{folder} holds no folders with photos; each product needs a folder named by its SKU", folder=root)
        found = {sku: self._cut_out(sku, paths) for sku, paths in given.items()}
        self._keep({sku: crops for sku, crops in found.items() if crops}, 0)
        return all(found[sku] and len(found[sku]) == len(paths) for sku, paths in given.items())

    def _cut_out(self, sku: Sku, paths: list[Path]) -> list[tuple[Vectors, Photo]]:
        """The product of each photo of `sku` that can be read."""
        crops = []
        for path in steps(paths, self.out, tell("enrolling")):
            frame = self._read(path)
            if frame is None:
                continue
            box = find_dominant(self.detector, frame.image, self.policy)
            self.out.say(_photo_line(sku, path, box, frame.image))
            crop = frame.image if box is None else cut(frame.image, box[0])
            crops.append((self.embedder.embed_crops([crop]), Photo(crop, path.name)))
        return crops

    @functools.cached_property
    def detector(self) -> Detector:
        return open_detector(threads=self.settings.threads, files=model_files(self.settings))

    def from_coco(self, file: Path, images: Path) -> bool:
        """Enrol every box of a labelled set; returns whether all of it could be used."""
        try:
            labels = read_coco(file)
        except BadLabels as error:
            self.out.warn(error)
            return False
        for refused in labels.refused:
            self.out.warn(refused)
        whole = not labels.refused
        found: dict[Sku, list[tuple[Vectors, Photo]]] = {}
        skipped = 0
        for image in steps(labels.images, self.out, tell("enrolling")):
            named = [box for box in image.boxes if not box.name.startswith(NOT_A_PRODUCT)]
            skipped += len(image.boxes) - len(named)
            frame = self._labelled_picture(images, image)
            if frame is None:
                whole = False
                continue
            boxes = np.array([box.xyxy for box in named], np.float32).reshape(-1, 4)
            vectors = self.embedder.embed(frame.image, boxes)
            for row, box in enumerate(named):
                photo = Photo(small(cut(frame.image, boxes[row])), image.file_name)
                found.setdefault(Sku(box.name), []).append((vectors[row : row + 1], photo))
        self._keep(found, skipped)
        return whole

    def _keep(self, found: dict[Sku, list[tuple[Vectors, Photo]]], skipped: int) -> None:
        enrolments = [
            Enrolment(sku, np.concatenate([vector for vector, _ in pairs]), [photo for _, photo in pairs])
            for sku, pairs in sorted(found.items())
        ]
        self.gallery.enrol_all(enrolments, at=self.clock.now())
        self.out.say(tell("photos enrolled: {photos}, of products: {skus}", skus=len(enrolments),
                          photos=sum(len(one.photos) for one in enrolments)))  # fmt: skip
        if skipped:
            self.out.say(tell("{count} boxes of categories that begin with __ left out", count=skipped))

    def _read(self, path: Path) -> Frame | None:
        try:
            return read_picture(path, self.settings.max_pixels)
        except UnreadableInput as error:
            self.out.warn(error)
            return None

    def _labelled_picture(self, folder: Path, image: CocoImage) -> Frame | None:
        """The picture of a labelled set, if it is there and as large as its labels say."""
        frame = self._read(folder / image.file_name)
        if frame is None:
            return None
        height, width = frame.image.shape[:2]
        if (width, height) != (image.width_px, image.height_px):
            self.out.warn(tell(
                "{name} is {width} x {height} pixels, its labels are for {labelled_width} x {labelled_height}; its "
                "boxes are left out", name=image.file_name, width=width, height=height,
                labelled_width=image.width_px, labelled_height=image.height_px,
            ))  # fmt: skip
            return None
        return frame


def _photo_line(sku: Sku, path: Path, box: Boxes | None, image: Image) -> Message:
    if box is None:
        height, width = image.shape[:2]
        return tell("{sku}, {name}: taken whole ({width} x {height} px)", sku=sku, name=path.name, width=width, height=height)
    left, top, right, bottom = (round(float(side)) for side in box[0])
    return tell("{sku}, {name}: cut to the one product in it, x {left} to {right}, y {top} to {bottom} px", sku=sku,
                name=path.name, left=left, right=right, top=top, bottom=bottom)  # fmt: skip
