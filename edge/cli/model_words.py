"""How `shelfcount model list` shows a file: a line for people, and what of it goes into JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from edge.errors import UsageFault
from inventory_core.instants import utc_text
from inventory_core.messages import Message, tell
from models.choice import ModelChoice
from models.manifest import Manifest, ModelFile, Role

ROLES: Mapping[Role, Message] = {
    "detector": tell("detector"), "embedder": tell("embedder"), "label_finder": tell("label finder"),
    "person_finder": tell("person finder")}


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file: whether its role is filled by it now, and since when it has been here (None: since the release)."""

    file: ModelFile
    in_use: bool
    since: datetime | None

    def told(self) -> Message:
        file = self.file
        return tell(
            "{role}: {name}, {state}, {file}, {mb} MB, {licence}, {fingerprint}, {card}", role=ROLES[file.role],
            name=file.name, state=self._state(), file=file.path.name, mb=f"{file.size_bytes / 1e6:.1f}", licence=file.licence,
            fingerprint=file.fingerprint, card=_card(file))

    def document(self) -> dict[str, object]:
        return {**listed(self.file), "in_use": self.in_use, "since": None if self.since is None else utc_text(self.since)}

    def _state(self) -> Message:
        if self.since is None:
            return tell("of this release, in use") if self.in_use else tell("of this release, not in use")
        if self.in_use:
            return tell("in use since {at}", at=self.since)
        return tell("kept from {at} to go back to", at=self.since)


def rows_of(choice: ModelChoice) -> list[ListedFile]:
    """Role by role: what is in use first, then what a rollback goes back to, last the release's."""
    rows = []
    for shipped in choice.shipped.files:
        stack = choice.stack(shipped.role)
        rows += [ListedFile(used.file, place == 0, used.at) for place, used in enumerate(reversed(stack))]
        rows.append(ListedFile(shipped, not stack, None))
    return rows


def pinned_by(manifest: Manifest) -> list[ModelFile]:
    """Every file that a manifest pins: those of the roles, and their int8 forms."""
    forms = [(file, *(file.int8_for(small.engine) for small in file.int8)) for file in manifest.files]
    return [file for group in forms for file in group if file is not None]


def listed(file: ModelFile) -> dict[str, object]:
    """The lasting facts of a file."""
    return {
        "role": file.role, "name": file.name, "file": str(file.path), "sha256": file.sha256, "bytes": file.size_bytes,
        "licence": file.licence, "card": str(file.card), "from": "release" if file.is_shipped else "device",
    }


def role_named(text: str | None) -> Role | None:
    """Raises UsageFault for a role that does not exist."""
    if text is None:
        return None
    name = text.replace("-", "_")
    if name not in get_args(Role):
        raise UsageFault("--role takes detector, embedder, label_finder or person_finder, got {role}", role=text)
    return name  # type: ignore[return-value]  # checked against the literal


def _card(file: ModelFile) -> str:
    return f"models/cards/{file.card.name}" if file.is_shipped else str(file.card)
