"""Which model file fills which role on this device: the release's, or one that was taken into use here, and what was before.

    files = chosen_files(Path("shelfcount.models"))        # a manifest of what is in use; hand it to open_detector & co.

The folder holds every file that can still be gone back to, named by its sha256, its card, and `chosen.json`, the only commit
point: what is in use is the fold of its changes. It is replaced in one rename (`models/choice_file.py`), and only after the
file that it names lies on disk, so whatever happens leaves the choice before or the new one. Without the folder the release's
files are used.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.choice_file import Change, RolledBack, Used, read_changes
from models.errors import BadModelChoice
from models.manifest import Manifest, ModelFile, Role, load_manifest

KEPT = 5
"""Files of one role that are kept, the one in use among them: at 12 MB a network, 60 MB of a small device's disk."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Everything that was chosen in `folder`, oldest first, over the files of the release."""

    folder: Path
    shipped: Manifest
    changes: tuple[Change, ...] = ()

    def stack(self, role: Role) -> tuple[Used, ...]:
        """The files chosen for a role that can be gone back to, the one in use last; empty where the release's is in use."""
        stack: list[Used] = []
        for change in self.changes:
            match change:
                case Used(file) if file.role == role:
                    stack = [*stack, change][-KEPT:]
                case RolledBack(about, to_shipped) if about == role:
                    stack = [] if to_shipped else stack[:-1]
                case _:
                    pass
        return tuple(stack)

    def files(self) -> Manifest:
        """What is in use, pinned by its sha256."""
        files = self.shipped
        for shipped in self.shipped.files:
            if stack := self.stack(shipped.role):
                files = files.with_file(stack[-1].file)
        return files

    def kept(self) -> tuple[ModelFile, ...]:
        """Every chosen file that is in use or can be gone back to."""
        return tuple(used.file for shipped in self.shipped.files for used in self.stack(shipped.role))

    def last_switched(self) -> Role:
        """The role that a plain rollback is about: of those not at the release's file the one switched last.

        Raises BadModelChoice where every role is at the release's file.
        """
        for change in reversed(self.changes):
            if isinstance(change, Used) and self.stack(change.file.role):
                return change.file.role
        raise BadModelChoice("nothing to go back to: every role is filled by the release's file")

    def with_used(self, file: ModelFile, at: datetime) -> "ModelChoice":
        return ModelChoice(self.folder, self.shipped, (*self.changes, Used(file, at)))

    def with_rollback(self, role: Role, at: datetime, *, to_shipped: bool) -> "ModelChoice":
        """Raises BadModelChoice where the role is at the release's file already."""
        if not self.stack(role):
            raise BadModelChoice("nothing to go back to: the {role} in use is the release's", role=role)
        return ModelChoice(self.folder, self.shipped, (*self.changes, RolledBack(role, to_shipped, at)))


def read_choice(folder: Path) -> ModelChoice:
    """The choice kept in `folder`. Raises BadModelChoice where its record is damaged, BadManifest."""
    return ModelChoice(folder, load_manifest(), read_changes(folder))


def chosen_files(folder: Path) -> Manifest:
    """What is in use on this device. Raises BadModelChoice, BadManifest."""
    return read_choice(folder).files()
