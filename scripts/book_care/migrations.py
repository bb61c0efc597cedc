"""A process that brings an old book to the newest form is killed at random moments: the book opens afterwards, whole."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from inventory_core.instants import sortable_text
from inventory_core.store import engine, forms, postgresql, sqlite_file
from inventory_core.store.blocks import reading, writing
from inventory_core.store.sql_book import open_book
from inventory_core.store.verify import verify
from scripts.book_care.grown import MORNING
from scripts.fault_rig.figures import Figures
from scripts.fault_rig.process import ROOT

OLD = "id, sku, location, units, kind, effective_at, recorded_at, source, ref_id, cites"
_OPENS = ("import sys; from inventory_core.store.sql_book import open_book; sys.stdout.write('go\\n'); sys.stdout.flush(); "
          "open_book(sys.argv[1]).close()")


@dataclass(frozen=True, slots=True)
class Plan:
    """Kills for each migration; movements of the old book."""

    kills: int = 50
    movements: int = 4_000
    seed: int = 1


def old_book(url: str, movements: int, form: str = "0001", seed: int = 1) -> list[tuple[object, ...]]:
    """Make a book of an old form with so many movements; returns these, in the order in which it took them."""
    opened = postgresql.engine_of(url) if postgresql.is_postgresql(url) else sqlite_file.engine_of(url)
    engine.migrate(opened, engine.book_name(url), to="0001")
    dice, rows = random.Random(seed), list[tuple[object, ...]]()
    for n in range(movements):
        at = MORNING + timedelta(minutes=dice.randrange(50_000))
        heard = at + timedelta(minutes=dice.choice((0, 1, 59, 61, 900)))
        kind = "opening" if n < 5 else dice.choice(("sale", "receipt"))
        units = 10_000 if n < 5 else -1 if kind == "sale" else dice.randint(1, 9)
        rows.append((f"m-{n}", f"sku-{n % 5}", "shelf-1", units, kind, sortable_text(at), sortable_text(heard), "ann",
                     f"单-{n}", None))
    mark = "%s" if postgresql.is_postgresql(url) else "?"
    with writing(opened) as sql:
        for n in range(5):
            sql.exec_driver_sql(f"INSERT INTO product VALUES ('sku-{n}', '商品', '', NULL, NULL, 0)")
        seq = ("seq, ", f"{mark}, ") if postgresql.is_postgresql(url) else ("", "")
        sql.exec_driver_sql(f"INSERT INTO movement ({seq[0]}{OLD}) VALUES ({seq[1]}{', '.join([mark] * 10)})",
                            [(n, *row) if seq[0] else row for n, row in enumerate(rows, 1)])
        sql.commit()
    if form != "0001":
        engine.migrate(opened, engine.book_name(url), to=form)
    opened.dispose()
    return rows


def movements_of(url: str) -> list[tuple[object, ...]]:
    """The movements of a book of any form, in its order."""
    opened = postgresql.engine_of(url) if postgresql.is_postgresql(url) else sqlite_file.engine_of(url)
    with reading(opened) as sql:
        rows = [tuple(row) for row in sql.exec_driver_sql(f"SELECT {OLD} FROM movement ORDER BY seq")]
    opened.dispose()
    return rows


def killed_after(url: str, wait_s: float) -> bool:
    """Open the book in a process of its own and kill it; False when it had done before."""
    with subprocess.Popen([sys.executable, "-c", _OPENS, url], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdout.readline() != "go\n":
            raise RuntimeError("the process did not begin")
        time.sleep(wait_s)
        process.kill()
        process.wait()
        return process.returncode < 0


def kill(new_place: Callable[[], str], plan: Plan = Plan()) -> Figures:
    """`new_place` gives the address of a new, empty place for a book each time it is called."""
    dice, rows, failures = random.Random(plan.seed), list[dict[str, object]](), list[str]()
    known = forms.forms()[::-1]
    for form, after in pairwise(known):
        told = Counter[str]()
        old_book(url := new_place(), plan.movements, form, plan.seed)
        begun = time.monotonic()
        open_book(url).close()
        takes_s = time.monotonic() - begun
        before = old_book(url := new_place(), plan.movements, form, plan.seed)
        for n in range(plan.kills):
            told["killed"] += killed_after(url, dice.uniform(0, 1.5 * takes_s))
            if movements_of(url) != before:
                failures.append(f"kill {n} of {form} -> {after}: other movements")
            if _form(url) != form:
                told["done before the kill"] += 1
                _after(url, before, failures)
                before = old_book(url := new_place(), plan.movements, form, plan.seed)
        _after(url, before, failures)
        rows.append({"migration": f"{form} -> {after}", "kills": plan.kills, "killed": told["killed"],
                     "done before the kill": told["done before the kill"], "not as it was, or not whole": len(failures)})
    return Figures("killed while the book gets a newer form", rows, failures)


def _after(url: str, before: list[tuple[object, ...]], failures: list[str]) -> None:
    open_book(url).close()
    verdict = verify(url)
    if not verdict.good or movements_of(url) != before:
        failures.append(f"{url}: {verdict.findings[:1]}")


def _form(url: str) -> str:
    opened = postgresql.engine_of(url) if postgresql.is_postgresql(url) else sqlite_file.engine_of(url)
    with reading(opened) as sql:
        form = str(sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    opened.dispose()
    return form
