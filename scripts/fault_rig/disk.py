"""A disk that loses its power: what is synced is there, and each later write may be there, or not, or in part.

Rules, harsher than most disks: a write since the last fsync of its file is kept or not, independently of the others; a kept
one may have only some of its sectors of 512 bytes; a truncation likewise. What a folder says of a name (file made, removed,
renamed) may be any earlier state of it since the folder's last fsync, even when the file itself was synced. Writes before an
fsync that failed are never made safe by a later one that succeeds (Linux marks such pages clean:
Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020).
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.fault_rig.trace import Event, RigBlind, What

SECTOR = 512
TORN = 0.25
"""Of the writes that are kept, this share is torn."""


@dataclass(slots=True)
class Pending:
    """A write (or, without `content`, a truncation to `offset` bytes) that no fsync has made safe; `doomed` by a failed one."""

    offset: int
    content: bytes | None
    doomed: bool = False

    def onto(self, safe: bytearray) -> None:
        if self.content is None:
            del safe[self.offset :]
            safe.extend(bytes(self.offset - len(safe)))
            return
        end = self.offset + len(self.content)
        safe.extend(bytes(max(0, end - len(safe))))
        safe[self.offset : end] = self.content

    def torn(self, dice: random.Random) -> "list[Pending]":
        """The sectors of this write that were kept."""
        if self.content is None:
            return [self]
        kept, start, end = [], self.offset, self.offset + len(self.content)
        while start < end:
            stop = min(end, (start // SECTOR + 1) * SECTOR)
            if dice.random() < 0.5:
                kept.append(Pending(start, self.content[start - self.offset : stop - self.offset]))
            start = stop
        return kept


@dataclass(slots=True, eq=False)
class Inode:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Pending] = field(default_factory=list)

    def synced(self, dice: random.Random) -> None:
        for write in self.pending:
            if not write.doomed or dice.random() < 0.5:
                write.onto(self.safe)
        self.pending.clear()

    def after_cut(self, dice: random.Random, keep: float) -> bytes:
        content = bytearray(self.safe)
        for write in self.pending:
            if dice.random() < keep:
                for part in write.torn(dice) if dice.random() < TORN else [write]:
                    part.onto(content)
        return bytes(content)


class Disk:
    """One folder, fed with events in order; empty at first."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._inodes: dict[int, Inode] = {}
        self._safe_names: dict[str, Inode | None] = {}
        self._said: dict[str, list[Inode | None]] = {}  # per name, what the folder said since its last fsync

    def hear(self, event: Event) -> None:
        """Raises RigBlind for a file that was never made under the shim's eyes."""
        match event.what:
            case What.OPEN if event.offset:
                self._inodes[event.inode] = Inode()
                self._say(event.payload, self._inodes[event.inode])
            case What.OPEN if event.inode not in self._inodes:
                raise RigBlind(f"{event.payload.decode()} was there before the record began")
            case What.WRITE:
                self._inodes[event.inode].pending.append(Pending(event.offset, event.payload))
            case What.TRUNCATE:
                self._inodes[event.inode].pending.append(Pending(event.offset, None))
            case What.SYNC if event.error:
                for write in self._inodes[event.inode].pending:
                    write.doomed = True
            case What.SYNC:
                self._inodes[event.inode].synced(self._dice)
            case What.SYNC_FOLDER if not event.error:
                self._safe_names |= {name: said[-1] for name, said in self._said.items()}
                self._said.clear()
            case What.UNLINK:
                self._say(event.payload, None)
            case What.RENAME:
                old, new = event.payload.split(b"\0")
                self._say(new, self._now(old.decode()))
                self._say(old, None)

    def _now(self, name: str) -> Inode | None:
        said = self._said.get(name)
        return said[-1] if said else self._safe_names.get(name)

    def _say(self, name: bytes, inode: Inode | None) -> None:
        self._said.setdefault(name.decode(), []).append(inode)

    def after_cut(self, dice: random.Random, keep: float) -> Mapping[str, bytes]:
        """The files that are found when the power is back; each unsynced write was kept with probability `keep`."""
        found = dict(self._safe_names)
        for name, said in self._said.items():
            found[name] = dice.choice([found.get(name), *said])
        return {name: inode.after_cut(dice, keep) for name, inode in found.items() if inode is not None}
