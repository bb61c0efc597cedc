"""The golden set: one drawn shelf whose facings are known, shown to every network before it is trusted. Plane: its px.

What is asked of a network is tied to its role, never to a file: a better one passes without new expectations, and one that was
damaged, exported wrongly, or that this machine's kernels compute wrongly does not. The picture is the 15:40 frame of the demo
day at 960 x 540 px, so every box is known from the scene that drew it (`models/golden_set/golden.json`).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from inventory_core.messages import Message, tell
from models.agreement import iou
from models.detections import PRODUCT, Boxes, Detections
from models.embedder import Vectors
from models.errors import GoldenFailed, ModelError
from models.golden_shopper import with_shopper
from models.label_finder import LabelSeen
from models.letterbox import Image
from models.manifest import Role
from models.person_finder import PersonMask

GOLDEN_SET = Path(__file__).with_name("golden_set")
SCHEMA = "shelfcount.golden/1"


@dataclass(frozen=True, slots=True)
class GoldenPolicy:
    """How much of the golden set a network must get right.

    Room is left for two things. Machines sum in another order: with the runtime's graph optimisation off, the shipped networks
    answered on this picture within 3e-7 of a score, 2e-4 px and 3e-7 of a cosine; with weights and activations rounded to 8
    bits (dynamic quantisation) within .07, 1 px and .15. Their nearest decisions on it are .4 of a score, .15 of a cosine and
    .3 of a confidence away. And networks differ: a new one may draw a box tighter, take a bottle behind another for one, or
    miss one that is half hidden. What is left is far from any network that does not see.
    """

    least_iou: float = 0.5
    """Share of the union from which on a box is the facing: 0..1. One drawn tighter or with the tag below still counts."""
    least_found: float = 0.9
    """Share of the 37 facings: 3 may be missed."""
    most_extra: float = 0.1
    """Boxes that are no facing, as a share of the facings: 3 may be."""
    least_paired: float = 0.9
    """Share of the facings whose nearest other facing is of the same product: 3 of 35 may miss."""
    least_margin: float = 0.05
    """Mean cosine of the nearest of the same product, less that of the nearest of any other: 0 would be chance."""
    least_seen: float = 0.75
    """Share of the 4 cuttings with a price tag on which one is seen: 1 may be missed, as of real photos 1 in 10 is."""
    most_imagined: float = 0.2
    """Share of the 5 cuttings of wall, wood and empty shelf on which a tag is seen: 1 may be."""
    least_covered: float = 0.9
    """Share of the pixels of a drawn figure before the shelf that must be taken for somebody's: the shipped one takes 1."""
    most_taken: float = 0.05
    """Share of the shelf without anybody that may be taken for somebody's: the shipped one takes .012."""


@dataclass(frozen=True, slots=True, eq=False)
class GoldenSet:
    """`image` (540, 960, 3) BGR with its facings (n, 4) and the product of each; cuttings of it with a tag and without."""

    image: Image
    facings: Boxes
    products: tuple[str, ...]
    with_label: tuple[Image, ...]
    without_label: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one network made of the golden set."""

    role: Role
    fingerprint: str
    holds: bool
    told: Message

    def require(self) -> None:
        """Raises GoldenFailed where it does not hold."""
        if self.holds:
            return
        mend = tell("`shelfcount model rollback --role {role}` goes back to the file before", role=self.role)
        if self.role == "detector":
            mend = tell("`shelfcount model rollback --role detector` goes back to the file before, "
                        "`shelfcount model tune --forget` to the plain back end")
        raise GoldenFailed("the {role} {fingerprint} fails the golden set and is not used: {why}; {mend}", role=self.role,
                           fingerprint=self.fingerprint, why=self.told, mend=mend)  # fmt: skip


class Detects(Protocol):
    """A detector."""

    @property
    def fingerprint(self) -> str: ...

    def detect(self, image: Image) -> Detections: ...


class Describes(Protocol):
    """An embedder; `fingerprint` is text."""

    fingerprint: str

    def embed(self, image: Image, xyxy: Boxes) -> Vectors: ...


class FindsLabels(Protocol):
    """A label finder; `fingerprint` is text."""

    fingerprint: str

    def find(self, image: Image) -> LabelSeen: ...


class FindsPeople(Protocol):
    """A person finder; `fingerprint` is text."""

    fingerprint: str

    def find(self, image: Image) -> PersonMask: ...


def load_golden_set(folder: Path = GOLDEN_SET) -> GoldenSet:
    """The shipped golden set. Raises GoldenFailed where it is damaged: nothing can be trusted by it then."""
    try:
        document = json.loads((folder / "golden.json").read_bytes())
        data = (folder / str(document["picture"])).read_bytes()
        facings = np.array([facing["xyxy_px"] for facing in document["facings"]], np.float32).reshape(-1, 4)
        products = tuple(str(facing["product"]) for facing in document["facings"])
        cuttings = [[tuple(map(int, box)) for box in document[key]] for key in ("with_label_px", "without_label_px")]
        sound = document["schema"] == SCHEMA and hashlib.sha256(data).hexdigest() == document["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if sound else None
    if image is None:
        raise _damaged(folder, tell("the picture is another one"))
    shown = np.asarray(image, np.uint8)
    with_label, without_label = (tuple(shown[top:bottom, left:right] for left, top, right, bottom in part) for part in cuttings)
    return GoldenSet(shown, facings, products, with_label, without_label)


def judge_detector(
    detector: Detects, golden: GoldenSet, count_from: float = 0.0, policy: GoldenPolicy = GoldenPolicy()
) -> Verdict:
    """Whether it finds the facings, and little else, among its boxes of a score from `count_from` on."""
    try:
        found = detector.detect(golden.image).of_class(PRODUCT)
    except (ModelError, ValueError) as error:
        return Verdict("detector", detector.fingerprint, False, _why(error))
    overlap = iou(golden.facings, found.xyxy[found.score >= count_from])
    hits = _pairs(overlap, policy.least_iou)
    extra = overlap.shape[1] - hits
    n = len(golden.facings)
    told = tell("{hits} of {n} facings found (at least {least}), {extra} boxes that are none (at most {most})", hits=hits, n=n,
                least=_at_least(policy.least_found, n), extra=extra, most=_at_most(policy.most_extra, n))
    holds = hits >= _at_least(policy.least_found, n) and extra <= _at_most(policy.most_extra, n)
    return Verdict("detector", detector.fingerprint, holds, told)


def judge_embedder(embedder: Describes, golden: GoldenSet, policy: GoldenPolicy = GoldenPolicy()) -> Verdict:
    """Whether facings of one product are nearer to each other than to any other product."""
    try:
        vectors = embedder.embed(golden.image, golden.facings)
    except (ModelError, ValueError) as error:
        return Verdict("embedder", embedder.fingerprint, False, _why(error))
    products = np.array(golden.products)
    same = products[:, None] == products[None]  # (n, n)
    cosine = vectors @ vectors.T
    own = np.where(same & ~np.eye(len(products), dtype=bool), cosine, -np.inf).max(1)
    margin = (own - np.where(same, -np.inf, cosine).max(1))[np.isfinite(own)]  # without those that stand alone
    paired, mean = int((margin > 0).sum()), float(margin.mean())
    least = _at_least(policy.least_paired, len(margin))
    told = tell("{paired} of {n} facings are nearest to their own product (at least {least}), by {margin:.2f} of a cosine (at "
                "least {least_margin:.2f})", paired=paired, n=len(margin), least=least, margin=mean,
                least_margin=policy.least_margin)
    return Verdict("embedder", embedder.fingerprint, paired >= least and mean >= policy.least_margin, told)


def judge_label_finder(finder: FindsLabels, golden: GoldenSet, policy: GoldenPolicy = GoldenPolicy()) -> Verdict:
    """Whether it tells price tags from wall, wood and empty shelf."""
    try:
        seen, imagined = (_seen_on(finder, part) for part in (golden.with_label, golden.without_label))
    except (ModelError, ValueError) as error:
        return Verdict("label_finder", finder.fingerprint, False, _why(error))
    n, m = len(golden.with_label), len(golden.without_label)
    least, most = _at_least(policy.least_seen, n), _at_most(policy.most_imagined, m)
    told = tell("a tag is seen on {seen} of {n} cuttings with one (at least {least}) and on {imagined} of {m} without (at most "
                "{most})", seen=seen, n=n, least=least, imagined=imagined, m=m, most=most)
    return Verdict("label_finder", finder.fingerprint, seen >= least and imagined <= most, told)


def judge_person_finder(finder: FindsPeople, golden: GoldenSet, policy: GoldenPolicy = GoldenPolicy()) -> Verdict:
    """Whether it takes a drawn figure for somebody, and goods for nobody."""
    shopper, theirs = with_shopper(golden.image)
    try:
        found, none = finder.find(shopper), finder.find(golden.image)
        covered, taken = float((found & theirs).sum() / theirs.sum()), float(none.mean())
    except (ModelError, ValueError) as error:
        return Verdict("person_finder", finder.fingerprint, False, _why(error))
    told = tell("{covered:.0%} of a drawn person is found (at least {least:.0%}), and {taken:.0%} of a shelf without anybody "
                "(at most {most:.0%})", covered=covered, least=policy.least_covered, taken=taken, most=policy.most_taken)
    holds = covered >= policy.least_covered and taken <= policy.most_taken
    return Verdict("person_finder", finder.fingerprint, holds, told)


def _why(error: ModelError | ValueError) -> Message:
    """A network that answers other shapes than it should is found by numpy, in whatever it was about to do with them."""
    return error.message if isinstance(error, ModelError) else tell("it answers what cannot be used: {why}", why=error)


def _seen_on(finder: FindsLabels, cuttings: Sequence[Image]) -> int:
    return sum(finder.find(np.ascontiguousarray(cutting)).is_seen for cutting in cuttings)


def _at_least(share: float, n: int) -> int:
    return int(np.ceil(share * n - 1e-9))


def _at_most(share: float, n: int) -> int:
    return int(share * n + 1e-9)


def _pairs(overlap: npt.NDArray[np.float32], least: float) -> int:
    """How many rows and columns pair up, best overlap first, each at most once."""
    pairs, rest = 0, overlap.copy()
    while rest.size and rest.max() >= least:
        row, column = np.unravel_index(int(rest.argmax()), rest.shape)
        rest[row, :] = rest[:, column] = 0
        pairs += 1
    return pairs


def _damaged(folder: Path, why: object) -> GoldenFailed:
    return GoldenFailed("the golden set in {folder} is damaged: {why}; restore it from the release", folder=folder, why=why)
