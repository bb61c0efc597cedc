"""The simulated disk keeps what was synced, and loses what was not, as harshly as disks may."""

import errno
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.fault_rig.disk import SECTOR, Disk
from scripts.fault_rig.trace import Event, RigBlind, What

INODE = 7
writes = st.builds(lambda offset, byte, length: (offset, bytes([byte]) * length),
                   st.integers(0, 3000), st.integers(1, 255), st.integers(1, 2000))
cuts = st.lists(writes | st.integers(0, 3000), max_size=8)  # a number truncates
seeds = st.integers(0, 1000)


def made(name: bytes = b"book.db", inode: int = INODE) -> Event:
    return Event(What.OPEN, 0, inode, 1, name)


def write(offset: int, content: bytes, inode: int = INODE) -> Event:
    return Event(What.WRITE, 0, inode, offset, content)


def sync(error: int = 0, inode: int = INODE) -> Event:
    return Event(What.SYNC, error, inode, 0, b"")


FOLDER_SYNC = Event(What.SYNC_FOLDER, 0, 1, 0, b"")


def after(events: list[Event], seed: int, keep: float = 0.5) -> dict[str, bytes]:
    dice = random.Random(seed)
    disk = Disk(dice)
    for event in events:
        disk.hear(event)
    return dict(disk.after_cut(dice, keep))


def calls(done: list[tuple[int, bytes] | int]) -> list[Event]:
    return [Event(What.TRUNCATE, 0, INODE, one, b"") if isinstance(one, int) else write(*one) for one in done]


def plain(done: list[tuple[int, bytes] | int]) -> bytes:
    """The naive twin: what a file holds after the same calls."""
    content = b""
    for one in done:
        if isinstance(one, int):
            content = content[:one].ljust(one, b"\0")
        else:
            offset, new = one
            content = content[:offset].ljust(offset, b"\0") + new + content[offset + len(new):]
    return content


@given(cuts, seeds)
def test_what_was_synced_is_there_after_every_cut(done: list[tuple[int, bytes] | int], seed: int) -> None:
    assert {"book.db": plain(done)} == after([made(), *calls(done), sync(), FOLDER_SYNC], seed)


@given(cuts, cuts, seeds)
def test_a_cut_before_any_sync_may_undo_all_since_the_last_one(
    safe: list[tuple[int, bytes] | int], unsafe: list[tuple[int, bytes] | int], seed: int
) -> None:
    events = [made(), *calls(safe), sync(), FOLDER_SYNC, *calls(unsafe)]
    assert {"book.db": plain(safe)} == after(events, seed, keep=0)


@given(st.lists(writes, min_size=1, max_size=4), seeds)
def test_each_sector_of_an_unsynced_write_is_whole_or_not_there(done: list[tuple[int, bytes]], seed: int) -> None:
    events = [made(), write(0, bytes(6000)), sync(), FOLDER_SYNC, *calls(list(done))]
    found = after(events, seed)["book.db"]
    for start in range(0, 6000, SECTOR):
        states = [bytes(6000)]
        for offset, new in done:
            states += [state[:offset] + new + state[offset + len(new):] for state in states]
        assert found[start : start + SECTOR] in {state[start : start + SECTOR] for state in states}


def test_independent_writes_are_lost_independently() -> None:
    events = [made(), write(0, bytes(2 * SECTOR)), sync(), FOLDER_SYNC, write(0, b"a" * SECTOR), write(SECTOR, b"b" * SECTOR)]
    seen = {(found[0], found[SECTOR]) for seed in range(60) if (found := after(events, seed)["book.db"])}
    assert {(0, 0), (ord("a"), 0), (0, ord("b")), (ord("a"), ord("b"))} == seen


def test_a_later_fsync_does_not_save_what_a_failed_one_left() -> None:
    events = [made(), write(0, b"old"), sync(), FOLDER_SYNC, write(0, b"new"), sync(errno.EIO), sync()]
    assert {b"old", b"new"} == {after(events, seed)["book.db"] for seed in range(40)}


def test_what_is_written_again_after_a_failed_fsync_is_safe() -> None:
    events = [made(), write(0, b"old"), sync(errno.EIO), write(0, b"new"), sync(), FOLDER_SYNC]
    assert {b"new"} == {after(events, seed)["book.db"] for seed in range(40)}


def test_a_file_whose_folder_was_not_synced_may_be_missing() -> None:
    events = [made(), write(0, b"all of it"), sync()]
    assert {None, b"all of it"} == {after(events, seed).get("book.db") for seed in range(40)}


def test_a_removed_file_may_come_back_with_its_own_content() -> None:
    removed = Event(What.UNLINK, 0, 0, 0, b"book.db-wal")
    events = [made(b"book.db-wal"), write(0, b"first"), sync(), FOLDER_SYNC, removed, made(b"book.db-wal"), write(0, b"second"),
              sync()]
    assert {None, b"first", b"second"} == {after(events, seed).get("book.db-wal") for seed in range(60)}
    assert {b"second"} == {after([*events, FOLDER_SYNC], seed)["book.db-wal"] for seed in range(40)}


def test_a_renamed_file_keeps_its_content_under_either_name() -> None:
    events = [made(b"new"), write(0, b"x"), sync(), FOLDER_SYNC, Event(What.RENAME, 0, 0, 0, b"new\0book.db"), FOLDER_SYNC]
    assert {"book.db": b"x"} == after(events, 1)


def test_a_file_that_was_there_before_the_record_is_refused() -> None:
    with pytest.raises(RigBlind):
        after([Event(What.OPEN, 0, INODE, 0, b"book.db")], 1)
