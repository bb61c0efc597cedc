"""The manifest pins every model file by its sha256: a file is hashed before anything looks inside it.

A device may put other files in place of the release's (`models/choice.py`); they are pinned by the same values.
"""

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from inventory_core.messages import Message, tell
from models.backends import Engine
from models.errors import BadManifest, BadModelFile
from models.policy import DetectorPolicy
from models.session import fingerprint_of, read_model_bytes

MANIFEST = Path(__file__).with_name("manifest.toml")
FORMAT = 1
RESTORE = tell("restore it from the release")

Role = Literal["detector", "embedder", "label_finder", "person_finder"]


@dataclass(frozen=True, slots=True)
class Int8File:
    """The same network in int8 for one engine (`scripts/quantise.py` makes it), pinned beside the float file."""

    engine: Engine
    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One pinned file; `policy` is the operating point of a detector; other files carry theirs inside, and it is None.

    `is_shipped` is False for a file that was chosen on this device.
    """

    role: Role
    name: str
    path: Path
    sha256: str
    size_bytes: int
    input: str
    classes: tuple[str, ...]
    licence: str
    card: Path
    policy: DetectorPolicy | None
    is_shipped: bool = True
    int8: tuple[Int8File, ...] = ()

    @property
    def fingerprint(self) -> str:
        return "sha256:" + self.sha256

    def int8_for(self, engine: Engine) -> "ModelFile | None":
        """The int8 file for an engine as a pinned file of the same role; None where there is none."""
        for small in self.int8:
            if small.engine is engine:
                return replace(self, path=small.path, sha256=small.sha256, size_bytes=small.size_bytes, int8=())
        return None


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedFile:
    """A pinned file and its bytes, which were hashed and agree with the manifest."""

    file: ModelFile
    data: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """The model files of this release, or those that fill its roles on a device."""

    path: Path
    files: tuple[ModelFile, ...]

    def of(self, role: Role) -> ModelFile:
        """The file that fills a role. Raises BadManifest when there is none."""
        for file in self.files:
            if file.role == role:
                return file
        raise BadManifest("{manifest} names no {role}; restore it from the release", manifest=self.path, role=role)

    def verified(self, role: Role) -> VerifiedFile:
        """The role's file with its bytes, checked before any parse. Raises BadModelFile."""
        return verify(self.of(role))

    def with_file(self, file: ModelFile) -> "Manifest":
        """The same with `file` in its role."""
        return Manifest(self.path, tuple(file if other.role == file.role else other for other in self.files))

    def holds(self, fingerprint: str) -> bool:
        """Whether bytes with this fingerprint are pinned here."""
        pinned = {file.sha256 for file in self.files} | {small.sha256 for file in self.files for small in file.int8}
        return fingerprint.removeprefix("sha256:") in pinned


def verify(file: ModelFile) -> VerifiedFile:
    """Read and hash `file`. Raises BadModelFile when it is missing or is not the file that was pinned."""
    mend = RESTORE if file.is_shipped else tell(
        "`shelfcount model rollback --role {role} --shipped` goes back to the release's file", role=file.role)
    data = read_model_bytes(file.path, mend)
    if len(data) != file.size_bytes or hashlib.sha256(data).hexdigest() != file.sha256:
        raise BadModelFile(
            "model file {file} is not the one that was pinned: found {found} ({found_bytes} bytes), expected "
            "{expected} ({expected_bytes} bytes); {mend}", file=file.path, found=fingerprint_of(data),
            found_bytes=len(data), expected=file.fingerprint, expected_bytes=file.size_bytes, mend=mend,
        )
    return VerifiedFile(file, data)


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """Read the manifest. Raises BadManifest with the entry and key that are wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadManifest("model manifest {manifest} cannot be read: {why}; restore it from the release",
                          manifest=path, why=error.strerror or error) from error  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadManifest("model manifest {manifest} is not valid TOML: {why}; restore it from the release",
                          manifest=path, why=error) from error  # fmt: skip
    if table.get("format") != FORMAT:
        raise BadManifest("model manifest {manifest} has format {found}, this version reads {expected}",
                          manifest=path, found=table.get("format"), expected=FORMAT)  # fmt: skip
    entries = table.get("file", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadManifest("model manifest {manifest} needs [[file]] entries", manifest=path)
    files = tuple(_Entry(path, number, entry).file() for number, entry in enumerate(entries, 1))
    if len({file.role for file in files}) != len(files):
        raise BadManifest("model manifest {manifest} names a role twice; keep one file per role", manifest=path)
    return Manifest(path, files)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One [[file]] table while it is being read."""

    manifest: Path
    number: int
    table: dict[str, object]

    def file(self) -> ModelFile:
        known = {"role", "name", "path", "sha256", "bytes", "input", "classes", "licence", "card", "policy", "int8"}
        if unknown := set(self.table) - known:
            raise self._wrong(sorted(unknown)[0], tell("a key that this version knows"))
        role = self._text("role")
        if role not in get_args(Role):
            raise self._wrong("role", tell("detector, embedder, label_finder or person_finder"))
        classes = self.table.get("classes", [])
        if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
            raise self._wrong("classes", tell("a list of names"))
        return ModelFile(
            role=role,  # type: ignore[arg-type]  # checked against the literal above
            name=self._text("name"), path=self._path("path"), sha256=self._sha256(), size_bytes=self._bytes(),
            input=self._text("input"),
            classes=tuple(classes), licence=self._text("licence"), card=self._path("card"),
            policy=self._policy() if role == "detector" else None, int8=self._int8(),
        )

    def _int8(self) -> tuple[Int8File, ...]:
        """The entries [[file.int8]], one per engine."""
        tables = self.table.get("int8", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._wrong("int8", tell("[[file.int8]] entries"))
        files = tuple(_Entry(self.manifest, self.number, table)._int8_file() for table in tables)
        if len({file.engine for file in files}) != len(files):
            raise self._wrong("int8", tell("one entry per engine"))
        return files

    def _int8_file(self) -> Int8File:
        if unknown := set(self.table) - {"engine", "path", "sha256", "bytes"}:
            raise self._wrong(sorted(unknown)[0], tell("a key that this version knows"))
        engine = self._text("engine")
        if engine not in set(Engine):
            raise self._wrong("engine", tell("onnxruntime or openvino"))
        return Int8File(Engine(engine), self._path("path"), self._sha256(), self._bytes())

    def _sha256(self) -> str:
        sha256 = self._text("sha256")
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise self._wrong("sha256", tell("64 hexadecimal digits"))
        return sha256

    def _bytes(self) -> int:
        size = self.table.get("bytes")
        if not isinstance(size, int) or size < 1:
            raise self._wrong("bytes", tell("a number of bytes"))
        return size

    def _policy(self) -> DetectorPolicy:
        values = self.table.get("policy", {})
        if not isinstance(values, dict) or not all(isinstance(value, int | float) for value in values.values()):
            raise self._wrong("policy", tell("a table of numbers"))
        try:
            return DetectorPolicy(**values)
        except TypeError as error:
            raise self._wrong("policy", tell("the fields of DetectorPolicy")) from error

    def _text(self, key: str) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, tell("a text"))
        return value

    def _path(self, key: str) -> Path:
        inside = Path(self._text(key))
        if inside.is_absolute() or ".." in inside.parts:
            raise self._wrong(key, tell("a path below the manifest's folder"))
        return self.manifest.parent / inside

    def _wrong(self, key: str, expected: Message) -> BadManifest:
        return BadManifest("model manifest {manifest}, file {number}: {key} should be {expected}, found {found}",
                           manifest=self.manifest, number=self.number, key=key, expected=expected,
                           found=self.table.get(key))  # fmt: skip
