"""Commands that look into the book: variance, data health, the spot check of the day."""

from datetime import date as Date
from typing import Annotated

import typer

from edge.api.spot_forms import photo_at
from edge.cli.app import app
from edge.cli.console import Out, out
from edge.cli.insight_tables import (
    health_table,
    operator_table,
    percent,
    spot_table,
    stage_table,
    top_table,
    wrong_table,
)
from edge.cli.opened import Db, opened_book
from edge.cli.shop_time import in_shop_time
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from edge.report.insight_words import BASES
from edge.settings import load_settings
from inventory_core.insight import MonthlyVariance, health_now, monthly_variance, variance_now
from inventory_core.insight_document import health_document, spot_document, variance_document
from inventory_core.messages import tell
from inventory_core.ports import BookStore
from inventory_core.spot_check import SpotCheck, SpotState
from inventory_core.spot_checking import drawn_movements, make_due_spot_check
from inventory_core.variance import MAX_DAYS, ShareBasis, VariancePolicy
from inventory_core.variance_board import VarianceBoard

insight = typer.Typer(no_args_is_help=True, help="What was corrected, how far the data can be trusted, what to check today.")
app.add_typer(insight, name="insight")
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@insight.command("variance")
def variance(
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="How far to look back.")] = VariancePolicy().days,
    json: Json = False, db: Db = None,
) -> int:
    """Adjustments added up: the ten products furthest off, stages, people, wrong actions, the share against the target."""
    settings, now, policy = load_settings(db=db), SystemClock().now(), VariancePolicy(days=days)
    with opened_book(db) as store, store.read() as book:
        board = variance_now(book, now, policy)
        months = monthly_variance(book, settings.calendar(), now, policy)
        products = {product.sku: product for product in book.products()}
    if json:
        out().json(variance_document(board, months, products))
        return ExitCode.DONE
    speak = in_shop_time(settings)
    speak.say(tell("variance from {since} to {until}: {n} adjustments, {units} units in all",
                   since=board.lookback.since, until=board.lookback.until, n=board.total.count,
                   units=board.total.absolute_units))
    for table in (top_table(board, products, speak.tr), stage_table(board, speak.tr), operator_table(board, speak.tr),
                  wrong_table(board, speak.tr)):
        if table.row_count:
            speak.table_console().print(table)
            speak.table_console().print()
    _say_shares(board, months, speak)
    return ExitCode.DONE


@insight.command("health")
def health(json: Json = False, db: Db = None) -> int:
    """The data-health score: five parts of 20 points, from what was counted."""
    with opened_book(db) as store, store.read() as book:
        found = health_now(book, SystemClock().now())
    if json:
        out().json(health_document(found, out().tr.say))
        return ExitCode.DONE
    score, speak = found.score, in_shop_time(load_settings(db=db))
    speak.table_console().print(health_table(score, found.policy, speak.tr))
    speak.say(tell("data health of the last {days} days: {score} of 100, {band}; {points} of {out_of} points could be had",
                   days=found.policy.days, score="-" if score.score is None else score.score, band=score.band.shown,
                   points=score.points, out_of=score.out_of))
    return ExitCode.DONE


@insight.command("spot-check")
def spot_check(
    date: Annotated[str | None, typer.Option(help="Business date, as 2026-11-20; without it the newest.")] = None,
    json: Json = False, db: Db = None,
) -> int:
    """The five movements drawn of a business day; draws those that are due first."""
    settings, now = load_settings(db=db), SystemClock().now()
    with opened_book(db) as store:
        with store.write() as writing:
            make_due_spot_check(writing, settings.calendar(), now)
            writing.commit()
        check = _check(store, date)
        with store.read() as book:
            movements = drawn_movements(book, check.items)
            products = {product.sku: product for product in book.products()}
    if json:
        out().json(spot_document(check, movements, photo_at))
        return ExitCode.DONE
    speak = in_shop_time(settings)
    speak.table_console().print(spot_table(check, movements, products, speak.tr))
    speak.say(tell("spot check of {day}: {n} drawn, {open} to be checked", day=check.business_date.isoformat(),
                   n=len(check.items), open=len(check.in_state(SpotState.OPEN))))
    return ExitCode.DONE


def _check(store: BookStore, date: str | None) -> SpotCheck:
    try:
        day = None if date is None else Date.fromisoformat(date)
    except ValueError as error:
        raise UsageFault("{day} is no date; write it as 2026-11-20", day=date) from error
    with store.read() as book:
        found = book.newest_spot_check() if day is None else book.spot_check(day)
    if found is None:
        raise UsageFault("no spot check was drawn; one is drawn after each business day in which something was booked")
    return found


def _say_shares(board: VarianceBoard, months: tuple[MonthlyVariance, ...], speak: Out) -> None:
    rows = [(tell("{days} days", days=board.policy.days), board.shares)]
    rows += [(tell("{month}, so far", month=f"{it.month:%Y-%m}") if not it.over else tell("{month}", month=f"{it.month:%Y-%m}"),
              it.shares) for it in months]
    for name, shares in rows:
        for basis in ShareBasis:
            share = shares[basis]
            words = {True: tell("kept"), False: tell("not kept"), None: tell("nothing moved")}[share.within]
            speak.say(tell("{time}, {basis}: {adjusted} of {moved} units, {share}; target {target}: {kept}", time=name,
                           basis=BASES[basis], adjusted=share.adjusted_units, moved=share.moved_units,
                           share=percent(share.share), target=percent(share.target), kept=words))
