"""The process that is hurt: opens a book as the product does and posts numbered movements from several threads.

    python -m scripts.fault_rig.writer BOOK --notes FILE --count 1000 [--first 4] [--again 7,9] [--threads 8] [--burst 4] ...

Each line of the notes is one `write` call, so that what is in the file was true when it was written:

    s N   movement N is about to be submitted
    p N   it was written, in a transaction that is still open
    a N   it was acknowledged
    f N   it was refused because the book could not be written
    d N   the same, and said to be for want of room on the disk
    v N   so many movements does a reader of this process see while nothing is being written
    r N   the first acknowledgement came N ms after the disk was mended
"""

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa

from inventory_core.errors import DiskFull, StoreError
from inventory_core.ports import Book, Writer
from inventory_core.service import post_movement
from inventory_core.store.sql_book import SqlStore, open_book
from scripts.fault_rig.workload import OPENINGS, movement_of, stock_up

RETRY_S = 0.005
"""A till that was refused tries again after so long."""
Note = Callable[[str, int], None]


class Shift:
    """Threads that post all `numbers`, each several at a time; those that were refused are tried again."""

    def __init__(self, writer: Writer, note: Note, args: argparse.Namespace) -> None:
        self._writer, self._note, self._args = writer, note, args
        self._lock = threading.Lock()
        self.acked = 0
        self.failed = 0
        self.mended_at: float | None = None

    def post(self, numbers: Iterable[int], stop_at_failures: int | None = None) -> list[int]:
        """Returns the numbers that are left when `stop_at_failures` were refused."""
        left = list(numbers)[::-1]
        errors: list[BaseException] = []

        def over() -> bool:
            return bool(errors) or (stop_at_failures is not None and self.failed >= stop_at_failures)

        def work() -> None:
            try:
                while not over() and (taken := self._take(left)):
                    if refused := self._post(taken):
                        with self._lock:
                            left.extend(refused)
                        time.sleep(RETRY_S)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(self._args.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return left[::-1]

    def _take(self, left: list[int]) -> list[int]:
        with self._lock:
            return [left.pop() for _ in range(min(self._args.burst, len(left)))]

    def _post(self, numbers: list[int]) -> list[int]:
        waiting, refused = [], []
        for number in numbers:
            self._note("s", number)
            waiting.append((number, self._writer.submit(self._work(number))))
        for number, future in waiting:
            try:
                future.result()
            except StoreError as error:
                self._note("d" if isinstance(error, DiskFull) else "f", number)
                refused.append(number)
            else:
                self._note("a", number)
        with self._lock:
            self.failed += len(refused)
            self.acked += len(numbers) - len(refused)
            if self.mended_at is not None and len(refused) < len(numbers):
                self._note("r", round(1000 * (time.monotonic() - self.mended_at)))
                self.mended_at = None
        return refused

    def _work(self, number: int) -> Callable[[Book], None]:
        movement = movement_of(number, self._args.ref_chars)

        def work(book: Book) -> None:
            if post_movement(book, movement).is_new:
                self._note("p", number)

        return work


def weaken(level: str) -> None:
    """Every connection of this process gets `PRAGMA synchronous = level`: the canary that shows what the rig can see."""

    def checked_out(connection: object, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA synchronous = {level}").close()  # type: ignore[attr-defined]

    sa.event.listen(sa.pool.Pool, "checkout", checked_out)


def view(store: SqlStore, note: Note) -> None:
    with store.read() as book:
        note("v", len(book.movements()))


def session(args: argparse.Namespace, note: Note, numbers: list[int], *, hurt: bool) -> None:
    """Open the book, post the numbers, close it."""
    store = open_book(args.book)
    with store.write() as book:
        stock_up(book)
        book.commit()
    writer = store.writer()
    shift = Shift(writer, note, args)
    opening = [number for number in OPENINGS if number in numbers]
    shift.post(opening)
    if hurt and args.armed:
        args.armed.touch()
    left = shift.post(numbers[len(opening):], args.stop_at_failures if hurt else None)
    view(store, note)
    if hurt and args.armed and args.stop_at_failures:
        args.armed.unlink()
        shift.mended_at = time.monotonic()
        shift.post(left)
        view(store, note)
    writer.close()
    store.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.fault_rig.writer", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book")
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first movement")
    parser.add_argument("--count", type=int, default=1000, help="movements, from the first")
    parser.add_argument("--again", default="", help="numbers to post before, with commas")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--burst", type=int, default=4, help="movements that a thread submits before it waits")
    parser.add_argument("--sessions", type=int, default=1, help="times that the book is closed and opened, less one")
    parser.add_argument("--ref-chars", type=int, default=12)
    parser.add_argument("--synchronous", help="weaken SQLite: NORMAL or OFF")
    parser.add_argument("--armed", type=Path, help="made after the opening movements: the disk is broken while it is there")
    parser.add_argument("--stop-at-failures", type=int, help="after so many refusals look, remove the armed file and go on")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    if args.synchronous:
        weaken(args.synchronous)
    notes = os.open(args.notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(letter: str, number: int) -> None:
        os.write(notes, f"{letter} {number}\n".encode())

    numbers = [int(word) for word in args.again.split(",") if word] + list(range(args.first, args.first + args.count))
    each = -(-len(numbers) // args.sessions)
    for start in range(0, len(numbers), each):
        session(args, note, numbers[start : start + each], hurt=start == 0)


if __name__ == "__main__":
    main()
