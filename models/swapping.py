"""Swapping a model file, and going back: looked at first, on disk second, in use last.

    taken = take_into_use(folder, Path("better.onnx"), at=now)       # refuses with the mend, and nothing has changed
    back = go_back(folder, "detector", at=now)

A file is taken when its card is whole, it opens as its role's network and it passes the golden set, all of it read from the
copy in the device's folder, by the very steps that open it later.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from models.card_file import ModelCard, card_beside, read_card
from models.choice import ModelChoice, read_choice
from models.choice_file import sweep, write_changes
from models.detector import Detector, open_detector
from models.durable import one_writer, write_atomically
from models.embedder import Embedder, open_embedder
from models.errors import BadManifest, BadModelChoice, BadModelFile, GoldenFailed
from models.golden import (
    GoldenSet,
    Verdict,
    judge_detector,
    judge_embedder,
    judge_label_finder,
    judge_person_finder,
    load_golden_set,
)
from models.label_finder import LabelFinder, open_label_finder
from models.manifest import Manifest, ModelFile, Role
from models.person_finder import PersonFinder, open_person_finder
from models.policy import DetectorPolicy
from models.session import open_session, read_model_bytes
from models.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Taken:
    """What is in use now, what was before, what the golden set says; `was_in_use`: it was in use already, nothing changed."""

    file: ModelFile
    before: ModelFile
    verdict: Verdict
    was_in_use: bool


@dataclass(frozen=True, slots=True)
class WentBack:
    """What is in use now, what was before, and what the golden set says of it."""

    file: ModelFile
    before: ModelFile
    verdict: Verdict


def examine(files: Manifest, role: Role, golden: GoldenSet, threads: int, tuning: Tuning | None = None) -> Verdict:
    """Open the file of a role as it is opened at work, the detector in the back end of `tuning`, and show it the golden set.

    Raises BadModelFile for a file that is not the pinned one or not its role's network.
    """
    match _open(files, role, threads, tuning):
        case Detector() as detector:
            return judge_detector(detector, golden)
        case Embedder() as embedder:
            return judge_embedder(embedder, golden)
        case LabelFinder() as finder:
            return judge_label_finder(finder, golden)
        case PersonFinder() as finder:
            return judge_person_finder(finder, golden)


def take_into_use(
    folder: Path, path: Path, *, at: datetime, role: Role | None = None, card: Path | None = None, threads: int = 2
) -> Taken:
    """Put the file at `path` in its role; the role is found out where none is given. `at` is aware UTC.

    Raises BadModelFile, BadModelCard, GoldenFailed, BadModelChoice; then the choice is as it was.
    """
    data = read_model_bytes(path)
    described = read_card(card or card_beside(path), hashlib.sha256(data).hexdigest())
    with _alone(folder) as choice:
        kept = choice.kept()
        try:
            file = _taken_in(choice, path, data, described, role, threads)
            verdict = examine(choice.files().with_file(file), file.role, load_golden_set(), threads)
            if not verdict.holds:
                raise GoldenFailed("model file {file} fails the golden set: {why}; it was not taken into use, and the {role} "
                                   "in use stays", file=path, why=verdict.told, role=file.role)  # fmt: skip
            before = choice.files().of(file.role)
            if file != before:
                choice = choice.with_used(file, at)
                write_changes(folder, choice.changes)
        finally:  # what was before stays for one more swap: where a disk fails, either record may be the one on it
            sweep(folder, (*kept, *read_choice(folder).kept()))
    return Taken(file, before, verdict, was_in_use=file == before)


def go_back(folder: Path, role: Role | None = None, *, at: datetime, to_shipped: bool = False, threads: int = 2) -> WentBack:
    """Put the file before back in its role (None: in the role switched last), or the release's. `at` is aware UTC.

    What the golden set says of it is told and not asked: whoever goes back is in need. Raises BadModelFile where that file is
    damaged, BadModelChoice where there is none; then the choice is as it was.
    """
    with _alone(folder) as choice:
        role = role or choice.last_switched()
        before = choice.files().of(role)
        choice = choice.with_rollback(role, at, to_shipped=to_shipped)
        files = choice.files()
        verdict = examine(files, role, load_golden_set(), threads)
        write_changes(folder, choice.changes)
    return WentBack(files.of(role), before, verdict)


@contextmanager
def _alone(folder: Path) -> Iterator[ModelChoice]:
    """The choice as it is, while nobody else changes it. Raises BadModelChoice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadModelChoice("folder {folder} for model files cannot be made: {why}; name another with the setting `models`",
                             folder=folder, why=error.strerror or error) from error  # fmt: skip
    with one_writer(folder / ".lock", BadModelChoice):
        yield read_choice(folder)


def _taken_in(
    choice: ModelChoice, path: Path, data: bytes, card: ModelCard, role: Role | None, threads: int
) -> ModelFile:
    """The file's copy and its card in the folder, pinned. Raises BadModelFile."""
    session = open_session(data, threads, name=str(path))
    sha256 = hashlib.sha256(data).hexdigest()
    copy, beside = choice.folder / f"{sha256}.onnx", choice.folder / f"{card.sha256}.md"
    for target, content in ((copy, data), (beside, card.data)):
        if not target.exists() or target.read_bytes() != content:
            write_atomically(target, content, BadModelChoice)
    default = choice.shipped.of("detector").policy

    def pinned(as_role: Role) -> ModelFile:
        return ModelFile(
            role=as_role, name=path.stem, path=copy, sha256=sha256, size_bytes=len(data), input=str(session.inputs[0]),
            classes=(), licence=card.licence, card=beside, is_shipped=False,
            policy=_operating_point(path, session.metadata, default) if as_role == "detector" else None,
        )  # fmt: skip

    if role is not None:
        return pinned(role)
    for candidate in get_args(Role):
        try:
            _open(choice.shipped.with_file(file := pinned(candidate)), candidate, threads)
        except BadModelFile:
            continue
        return file
    raise BadModelFile("model file {file} (input {found}) is no detector, embedder, label finder or person finder; "
                       "`--role ROLE` says what that role expects", file=path, found=session.inputs[0])  # fmt: skip


Opened = Detector | Embedder | LabelFinder | PersonFinder


def _open(files: Manifest, role: Role, threads: int, tuning: Tuning | None = None) -> Opened:
    match role:
        case "detector":
            return open_detector(threads=threads, files=files, tuning=tuning)
        case "embedder":
            return open_embedder(threads=threads, files=files)
        case "label_finder":
            return open_label_finder(threads=threads, files=files)
        case "person_finder":
            return open_person_finder(threads=threads, files=files)


def _operating_point(path: Path, metadata: dict[str, str], default: DetectorPolicy | None) -> DetectorPolicy:
    """The detector's own, if its metadata has a `policy` (JSON, the manifest's keys), else the release's."""
    if "policy" not in metadata:
        return default or DetectorPolicy()
    try:
        return DetectorPolicy(**json.loads(metadata["policy"]))
    except (ValueError, TypeError, BadManifest) as error:
        raise BadModelFile("model file {file} carries a `policy` that cannot be read: {why}; export it again", file=path,
                           why=error) from error  # fmt: skip

