"""Every check of a book that is open as it lies there; `verify` and the opening of a book put them together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import CheckConstraint

from inventory_core.chain import Head
from inventory_core.errors import StoreError
from inventory_core.messages import tell
from inventory_core.store import forms, sqlite_file
from inventory_core.store.chain_walk import MovementWalk, walk_events
from inventory_core.store.held_against import wrong_balances, wrong_reports, wrong_snapshots
from inventory_core.store.raw import RawBook, RawFile
from inventory_core.store.rows import BOOK
from inventory_core.store.verdicts import MOST_FINDINGS, Finding, Verdict

_CHAINED = frozenset({"movement", "event"})


def looked_through(raw: RawBook, name: str) -> Verdict:
    """What all rows say. Raises StoreError for a book of another form, and what the driver raises where nothing can be read."""
    need_chained(raw, name)
    walk = MovementWalk(raw)
    head, bad = walk.walk()
    event_head, events, bad_event = walk_events(raw)
    findings = [*bad, *([] if bad_event is None else [bad_event])]
    if not any(finding.part == "movement" for finding in bad):  # else they would only repeat it
        findings += _most(raw, "balance", lambda: wrong_balances(raw, walk.accounts))
        findings += _most(raw, "account_snapshot", lambda: wrong_snapshots(raw))
    findings += _most(raw, "report", lambda: wrong_reports(raw))
    if isinstance(raw, RawFile):
        there = raw.tables()
        findings += [Finding("file", tell("the table {table} is missing", table=table))
                     for table in sorted(BOOK.tables.keys() - there) if form_of(raw) == forms.newest()]
        findings += [Finding(table, tell("the rows cannot be read: {why}", why=why))
                     for table in sorted(there - _CHAINED) if (why := raw.unreadable(table)) is not None]
        findings += _most(raw, "file", lambda: broken_rules(raw, BOOK.tables.keys() & (there - _CHAINED)))
    return Verdict(name, walk.rows, events, head, event_head, tuple(findings[:MOST_FINDINGS]))


def need_chained(raw: RawBook, name: str) -> None:
    """Raises StoreError for a book of a form that this program does not know, or that has no chain yet; Damaged."""
    if "alembic_version" not in raw.tables():
        raise StoreError("{file} is a database, but no book of this program; it was left as it is", file=name)
    form = form_of(raw)
    if not form:
        raise sqlite_file.damaged(name, "no form")
    if form not in forms.forms():
        raise StoreError("the book {file} was made by a newer version (form {form}); update this program", file=name, form=form)
    if form < forms.CHAINED_FROM:
        raise StoreError("the book {file} is of an old form ({form}) without a chain; any command on the book, such as "
                         "`shelfcount ledger balance`, brings it to the newest form: look through it after that",
                         file=name, form=form)


def form_of(raw: RawBook) -> str:
    """The book's form; empty where it has none."""
    return str(next(raw.rows("SELECT version_num FROM alembic_version"), ("",))[0])


def wrong_structure(raw: RawFile, most: int = MOST_FINDINGS) -> Iterator[Finding]:
    """What SQLite itself finds wrong with the file: pages, indexes that disagree with their table, values against the type of
    their column, rows that refer to nothing."""
    for (said,) in raw.rows(f"PRAGMA integrity_check({most})"):
        if said != "ok":
            yield Finding("file", tell("{why}", why=said))
    for table, row, parent, _ in islice(raw.rows("PRAGMA foreign_key_check"), most):
        yield Finding(table, tell("row {row} refers to a {parent} that is not there", row=row, parent=parent))


def wrong_tables(raw: RawFile, tables: Sequence[str]) -> Iterator[Finding]:
    """The same of some tables alone."""
    for table in tables:
        for (said,) in raw.rows(f"PRAGMA integrity_check({table})"):
            if said != "ok":
                yield Finding(table, tell("{why}", why=said))
    yield from broken_rules(raw, BOOK.tables.keys() & set(tables))


def broken_rules(raw: RawBook, tables: Iterable[str]) -> Iterator[Finding]:
    """Rows against the rules of their table; SQLite's own check leaves these out over a connection that cannot write."""
    for table in sorted(tables):
        for rule in BOOK.tables[table].constraints:
            if isinstance(rule, CheckConstraint) and next(
                    raw.rows(f"SELECT 1 FROM {table} WHERE NOT ({rule.sqltext}) LIMIT 1"), None) is not None:
                yield Finding(table, tell("a row breaks the rule {rule}", rule=rule.name))


def _most(raw: RawBook, part: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found += islice(check(), MOST_FINDINGS)
    except (raw.errors, ValueError, TypeError, KeyError) as error:
        found.append(Finding(part, tell("the rows cannot be read: {why}", why=error)))
    return found


def unreadable(name: str, why: object) -> Verdict:
    """A book of which nothing can be read."""
    return Verdict(name, 0, 0, Head(), Head(), (Finding("file", tell("{why}", why=why)),))
