"""Turns a reconcile report, the book and the counts with their pictures into the page that people read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from edge.counting.reasons import reason_in_words
from edge.counting.result import CountResult
from edge.messages import Lang, Translator
from edge.report.annotate import annotated
from edge.report.chart import ChartPoint, ChartWords, day_chart
from edge.report.evidence import crop_jpeg, jpeg, region_of
from edge.report.page import BlindMoment, Figure, FindingCard, Picture, ProductRow, ReportPage
from edge.report.words import CAUSES, CERTAINTIES, KINDS, OWNERS, STATES
from inventory_core.accounts import accounts_of
from inventory_core.catalogue import Product
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.discrepancies import Discrepancy, DiscrepancyReport, DiscrepancyState
from inventory_core.ids import CountId, LocationId, Sku
from inventory_core.messages import Message, tell
from inventory_core.policy import ReconcilePolicy
from inventory_core.ports import BookReader
from inventory_core.sightings import Sighting, judged_sightings
from inventory_core.units import UnitRange


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a page is made of. `looks` holds the counts whose pictures are at hand."""

    title: Message
    report: DiscrepancyReport
    captures: tuple[Capture, ...]
    sightings: Mapping[tuple[LocationId, Sku], Mapping[CountId, Sighting]]
    products: Mapping[Sku, Product]
    looks: Mapping[CountId, CountResult]
    zone: ZoneInfo


def gather(
    book: BookReader, report: DiscrepancyReport, looks: Mapping[CountId, CountResult], title: Message, zone: ZoneInfo,
    policy: ReconcilePolicy = ReconcilePolicy(),
) -> Material:
    """Reads from the book what the page needs beside the report."""
    captures = book.captures(until=report.as_of)
    accounts = accounts_of(book.movements(), report.known_at)
    planogram, products = book.planogram(), {product.sku: product for product in book.products()}
    sightings: dict[tuple[LocationId, Sku], dict[CountId, Sighting]] = {}
    for capture in captures:
        here = capture.location
        places = {sku: planogram.slots_of(here, sku) for sku in planogram.skus(here)}
        for seen in judged_sightings(
            capture, places, frozenset(products), accounts.get(here, {}), policy, report.known_at
        ):
            if seen.sku is not None:
                sightings.setdefault((here, seen.sku), {})[capture.id] = seen
    return Material(title, report, captures, sightings, products, looks, zone)


def page_of(material: Material, tr: Translator) -> ReportPage:
    """The page, in the words of `tr`'s language."""
    report, captures = material.report, material.captures
    seeing = [c for c in captures if c.status is not CaptureStatus.CANNOT_SEE]
    value = sum((abs(d.value) for d in report.open() if d.value is not None), start=Decimal(0))
    figures = (
        Figure(str(len(captures)), tell("looks at the shelf")),
        Figure(str(len(report.unseen)), tell("could not see")),
        Figure(f"{report.agreed}/{report.judged}", tell("products agree at the last look")),
        Figure(str(len(report.discrepancies)), tell("findings")),
        Figure(f"¥{value}", tell("at stake in open findings")),
    )
    last = seeing[-1] if seeing else None
    return ReportPage(
        title=material.title,
        subtitle=tell("as of {as_of}, with what the book knew at {known_at} ({zone})", as_of=_time(report.as_of, material.zone),
                      known_at=_time(report.known_at, material.zone), zone=material.zone.key),
        zone=material.zone,
        figures=figures,
        cards=tuple(_card(found, material, tr) for found in report.discrepancies),
        blind=tuple(BlindMoment(u.captured_at, tuple(reason_in_words(code) for code in u.reasons)) for u in report.unseen),
        products=_rows(material, last, tr),
        overview=_overview(material, last, tr),
        pedigree=_pedigree(last),
    )


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _hour(at: datetime | None, material: Material) -> str:
    return "-" if at is None else f"{at.astimezone(material.zone):%H:%M}"


def _name(sku: Sku | None, material: Material, tr: Translator) -> str:
    if sku is None:
        return tr("unknown product")
    product = material.products.get(sku)
    if product is None:
        return sku
    return product.name_en if tr.lang is Lang.EN and product.name_en else product.name


def _card(found: Discrepancy, material: Material, tr: Translator) -> FindingCard:
    facts = [
        (tell("shelf"), Message(", ".join(found.shelves) or "-")),
        (tell("since"), _since(found, material)),
        (tell("seen"), _seen(found)),
        (tell("book"), tell("{n} units at that moment", n=found.ledger)),
        (tell("gap"), Message(f"{found.gap:+d}" + ("" if found.value is None else f"  ({_money(found.value)})"))),
        (tell("owner"), OWNERS[found.owner]),
        (tell("state"), STATES[found.state]),
    ]
    causes = tuple(
        tell("{cause} ({certainty}): {why}", cause=CAUSES[c.kind], certainty=CERTAINTIES[c.certainty], why=c.message)
        for c in found.causes
    )
    settled = found.state in (DiscrepancyState.EXPLAINED, DiscrepancyState.DISMISSED, DiscrepancyState.ADJUSTED)
    return FindingCard(
        id=found.id, sku=found.sku or "", name=_name(found.sku, material, tr), tone="good" if settled else "bad",
        headline=_headline(found), facts=tuple(facts),
        causes=causes or (tell("nothing in the book explains it yet"),), action=found.next_action,
        chart=_chart(found, material, tr), pictures=_pictures(found, material, tr),
    )


def _headline(found: Discrepancy) -> Message:
    cause = tell("unexplained") if found.cause is None else CAUSES[found.cause.kind]
    if found.gap > 0:
        return tell("the book holds {n} more than can stand there: {cause}", n=found.gap, cause=cause)
    if found.gap < 0 and found.sku is not None:
        return tell("the book holds {n} fewer than stand there: {cause}", n=-found.gap, cause=cause)
    return KINDS[found.kind]


def _span(seen: UnitRange, at_least: bool = False) -> str:
    if at_least:
        return f"≥{seen.low}"
    return str(seen.low) if seen.low == seen.high else f"{seen.low}–{seen.high}"


def _seen(found: Discrepancy) -> Message:
    units = _span(found.seen, found.at_least)
    if found.facings.best == 1:
        return tell("1 facing, so {units} units", units=units)
    return tell("{facings} facings, so {units} units", facings=found.facings.best, units=units)


def _money(value: Decimal) -> str:
    return f"{'-' if value < 0 else '+'}¥{abs(value)}"


def _since(found: Discrepancy, material: Material) -> Message:
    since = found.since
    if since.last_agreed_at is None and since.ended_at is None:
        return tell("the first look, {first}, until now", first=_hour(since.first_seen_at, material))
    if since.ended_at is None:
        return tell("between {last} and {first}, until now", last=_hour(since.last_agreed_at, material),
                    first=_hour(since.first_seen_at, material))
    return tell("between {last} and {first}, until {ended}", last=_hour(since.last_agreed_at, material),
                first=_hour(since.first_seen_at, material), ended=_hour(since.ended_at, material))


def _chart(found: Discrepancy, material: Material, tr: Translator) -> Markup:
    if found.sku is None:
        return Markup("")
    seen = material.sightings.get((found.location, found.sku), {})
    points, then, now = [], 0, 0
    for capture in material.captures:
        if capture.location != found.location:
            continue
        look = seen.get(capture.id)
        if look is not None:
            then, now = look.ledger_then, look.ledger
        points.append(ChartPoint(capture.captured_at, then, now, look.seen if look else None))
    words = ChartWords(tr("units over the day"), tr("book"), tr("units seen"), tr("could not see"))
    return day_chart(points, material.zone, words)


def _pictures(found: Discrepancy, material: Material, tr: Translator) -> tuple[Picture, ...]:
    """Before and after: the last look that agreed, and the last that showed the gap."""
    near = [material.looks[c.id] for c in material.captures if c.id in material.looks and c.location == found.location]
    region = region_of(near, found.sku)
    if region is None:
        return ()
    wanted = {at: None for at in (found.since.last_agreed_at, found.since.first_seen_at, found.as_of) if at is not None}
    pictures = []
    for capture in material.captures:
        look = material.looks.get(capture.id)
        if capture.captured_at not in wanted or capture.location != found.location or look is None:
            continue
        shown = crop_jpeg(look, region, found.sku)
        if shown:
            facings = sum(c.facings.best for c in capture.counts if c.sku == found.sku)
            at, name = _hour(capture.captured_at, material), _name(found.sku, material, tr)
            caption = (tell("{at}: 1 facing of {name}", at=at, name=name) if facings == 1 else
                       tell("{at}: {facings} facings of {name}", at=at, facings=facings, name=name))
            pictures.append(Picture(shown, caption))
    return tuple(pictures)


def _rows(material: Material, last: Capture | None, tr: Translator) -> tuple[ProductRow, ...]:
    rows = []
    for (_, sku), seen in sorted(material.sightings.items()):
        look = seen.get(last.id) if last else None
        if look is None:
            continue
        gap = look.gap
        verdict, tone = tell("agrees"), "good"
        if gap is None:
            verdict, tone = tell("cannot see all of it"), "warn"
        elif gap:
            verdict, tone = tell("off by {gap}", gap=f"{gap:+d}"), "bad"
        rows.append(ProductRow(sku, _name(sku, material, tr), ", ".join(look.shelves), str(look.facings.best),
                               _span(look.seen, look.at_least), look.ledger, verdict, tone))
    return tuple(rows)


def _overview(material: Material, last: Capture | None, tr: Translator) -> tuple[Picture, ...]:
    look = material.looks.get(last.id) if last else None
    drawn = annotated(look, tr) if look is not None else None
    if drawn is None or last is None:
        return ()
    return (Picture(jpeg(drawn), tell("the last look, {at}", at=_hour(last.captured_at, material))),)


def _pedigree(last: Capture | None) -> tuple[tuple[Message, str], ...]:
    if last is None:
        return ()
    made = last.pedigree
    named = ((tell("camera"), made.camera), (tell("detector"), made.detector), (tell("embedder"), made.embedder),
             (tell("gallery"), made.gallery), (tell("calibration"), made.calibration))
    return tuple((label, value or "-") for label, value in named)
