"""The gallery: photos of known products as vectors, and the name, or "unknown", that it gives to a new one.

A crop's name is the SKU of its most similar enrolled photo, if that is similar enough; how similar is measured on the
gallery itself (`models/threshold.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inventory_core.ids import Sku
from models.embedder import Vectors
from models.enrolment import EnrolledRows, Enrolment, Photo, fingerprint_of_rows, require_writable, rows_of
from models.errors import BadGallery, UnknownName
from models.gallery_changes import Change, Enrolled, Removed, Renamed, Rows
from models.gallery_file import GalleryState, PhotoRecord, is_free, read_state, write_photo, write_state
from models.gallery_search import Search
from models.identities import Candidate, Identities
from models.policy import UnknownPolicy
from models.threshold import Threshold, calibrate

__all__ = ["EnrolledRows", "Enrolment", "Gallery", "Photo", "open_gallery"]


class Gallery:
    """One folder of enrolled products. Every change is on disk before its method returns."""

    def __init__(self, folder: Path, state: GalleryState, policy: UnknownPolicy) -> None:
        self.folder = folder
        self.policy = policy
        self._threshold: Threshold | None = None  # asked of n x n photos, so only when somebody names something
        self._take(state)

    @property
    def embedder(self) -> str:
        """Fingerprint of the embedder that made the vectors."""
        return self._state.embedder

    @property
    def threshold(self) -> Threshold:
        """From which similarity a name is given, and which SKUs are look-alikes."""
        if self._threshold is None:
            self._threshold = calibrate(self.rows, self.policy)
        return self._threshold

    def names(self) -> tuple[Sku, ...]:
        """Enrolled SKUs, sorted."""
        return self.rows.skus

    def __len__(self) -> int:
        return len(self.rows.skus)

    def require_embedder(self, fingerprint: str) -> None:
        """Raises BadGallery when the vectors were made by another embedder."""
        if self._state.embedder != fingerprint:
            raise BadGallery(
                "gallery {folder} was made with embedder {found}, this one is {expected}; make its vectors again from the "
                "photos that it keeps: `shelfcount gallery reembed --gallery {folder}`",
                folder=self.folder, found=self._state.embedder, expected=fingerprint,
            )

    def enrol(self, sku: Sku, vectors: Vectors, photos: Sequence[Photo], *, at: datetime) -> None:
        """Add photos of one SKU, live at once. `at` is aware UTC."""
        self.enrol_all([Enrolment(sku, vectors, photos)], at=at)

    def enrol_all(self, enrolments: Sequence[Enrolment], *, at: datetime) -> None:
        """Add photos of many SKUs as one change: on disk together, undone together."""
        state = self._state
        runs, records, parts, first = [], list(state.photos), [state.vectors], len(state.photos)
        stamp = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        for new in enrolments:
            if len(state.vectors) and new.vectors.shape[1] != state.vectors.shape[1]:
                raise BadGallery("gallery {folder} holds vectors of {dim} numbers, got {found}", folder=self.folder,
                                 dim=state.vectors.shape[1], found=new.vectors.shape[1])  # fmt: skip
            for photo in new.photos:
                file, digest = write_photo(self.folder, photo.crop)
                records.append(PhotoRecord(file, digest, photo.source, stamp))
            runs.append(Rows(new.sku, first, first + len(new.photos)))
            parts.append(np.asarray(new.vectors, np.float32))
            first += len(new.photos)
        if not runs:
            return
        vectors = np.concatenate(parts[1:] if not len(state.vectors) else parts)
        self._keep(tuple(records), (*state.changes, Enrolled(tuple(runs))), vectors)

    def remove(self, sku: Sku) -> None:
        """Take a SKU out. Raises UnknownName."""
        self._require_name(sku)
        self._keep(self._state.photos, (*self._state.changes, Removed(sku)), self._state.vectors)

    def rename(self, old: Sku, new: Sku) -> None:
        """Give a SKU another name; an existing one takes the photos over. Raises UnknownName, BadArray."""
        self._require_name(old)
        require_writable(new)
        self._keep(self._state.photos, (*self._state.changes, Renamed(old, new)), self._state.vectors)

    def undo(self) -> Change | None:
        """Take the last change back; returns what it was, None when nothing is left to undo."""
        state = self._state
        if not state.changes:
            return None
        last, rest = state.changes[-1], state.changes[:-1]
        rows = min(run.first for run in last.rows) if isinstance(last, Enrolled) else len(state.photos)
        self._keep(state.photos[:rows], rest, np.array(state.vectors[:rows]))
        return last

    def identify(self, vectors: Vectors) -> Identities:
        """A name for each of n unit vectors; unknown where nothing enrolled is near enough."""
        search = self._search
        if not search.rows.skus:
            return Identities.unknown(len(vectors))
        found = search.nearest_two(vectors)
        margin = found.score - found.second
        asked = self.threshold
        lead = margin if len(search.rows.skus) > 1 else np.zeros_like(margin)  # of nobody there is no lead
        clear = (found.score >= np.array(asked.of_sku)[found.best]) | (lead >= self.policy.lead)
        alone = (found.score >= self.policy.far_floor) & (lead >= self.policy.far_lead)
        sure = ((found.score >= np.array(asked.least)[found.best]) & clear | alone) & (margin >= self.policy.least_margin)
        nearest = tuple(search.rows.skus[i] for i in found.best)
        candidates = tuple(
            tuple(Candidate(search.rows.skus[sku], score) for sku, score in zip(skus, scores, strict=True))
            for skus, scores in zip(found.few.tolist(), found.few_score.tolist(), strict=True)
        )
        return Identities(tuple(sku if ok else None for sku, ok in zip(nearest, sure, strict=True)), nearest,
                          found.score.astype(np.float32), margin.astype(np.float32), candidates)  # fmt: skip

    def similarities(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        """(n, skus) cosine of each vector with the most similar photo of each SKU."""
        return self._search.similarities(vectors)

    def look_alikes(self) -> frozenset[tuple[Sku, Sku]]:
        """Pairs of SKUs (sorted) that this gallery can hardly tell apart."""
        return self.threshold.look_alikes

    def _require_name(self, sku: Sku) -> None:
        if sku not in self.rows.skus:
            raise UnknownName("gallery {folder} has no SKU {sku}; `shelfcount gallery list` shows the names",
                              folder=self.folder, sku=sku)  # fmt: skip

    def _keep(self, photos: tuple[PhotoRecord, ...], changes: tuple[Change, ...], vectors: Vectors) -> None:
        state = GalleryState(self._state.embedder, photos, changes, vectors, self._state.raw)
        self._take(write_state(self.folder, state))

    def _take(self, state: GalleryState) -> None:
        self._state = state
        self.rows = rows_of(state)
        self._search = Search(self.rows)
        self._threshold = None
        self.fingerprint = fingerprint_of_rows(state.embedder, self.rows)


def open_gallery(folder: Path, embedder_fingerprint: str, *, create: bool = False,
                 policy: UnknownPolicy = UnknownPolicy()) -> Gallery:  # fmt: skip
    """The gallery in `folder`; with `create` a missing folder or an empty one becomes a gallery without products.

    Raises BadGallery when it is missing, damaged, or was made by another embedder.
    """
    state = read_state(folder)
    if state is None:
        if not create:
            raise BadGallery("{folder} is not a gallery (no gallery.json); enrol a product first: "
                             "`shelfcount enrol SKU PHOTO... --gallery {folder}`", folder=folder)  # fmt: skip
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = is_free(folder)
        except OSError as error:
            raise BadGallery("gallery folder {folder} cannot be made: {why}", folder=folder,
                             why=error.strerror) from error  # fmt: skip
        if not free:
            raise BadGallery("folder {folder} holds other files and no gallery; give an empty or a new folder",
                             folder=folder)  # fmt: skip
        state = GalleryState(embedder_fingerprint, (), (), np.zeros((0, 0), np.float32))
    gallery = Gallery(folder, state, policy)
    gallery.require_embedder(embedder_fingerprint)
    return gallery
