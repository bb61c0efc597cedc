"""Looks held against the book, as of the moment of each look: the report of where they disagree, since when, and why.

Pure: the same captures, movements and policy give the same report, whatever their order. A gap that a look saw and that the
book has since explained (a posting that came late) is reported as explained; a later report may explain more, an earlier one
stays as it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from inventory_core import advice
from inventory_core.accounts import Account, accounts_of
from inventory_core.catalogue import LookAlikes, Product
from inventory_core.causes import Gap, ghosts, gift_without_order, late_posting, look_alike_swap, unbooked_receipt
from inventory_core.counts import Capture, CaptureStatus
from inventory_core.discrepancies import (
    Cause,
    Certainty,
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyReport,
    DiscrepancyState,
    Unseen,
    discrepancy_id,
)
from inventory_core.episodes import Episode, episodes_of, one_error
from inventory_core.ids import LocationId, Sku
from inventory_core.ledger import Movement
from inventory_core.planogram import Planogram, Slot
from inventory_core.policy import ReconcilePolicy
from inventory_core.postings import RefusedPosting
from inventory_core.sightings import Sighting, judged_sightings, stray_sightings

_LATE = "late"


def reconcile(
    captures: Iterable[Capture], movements: Iterable[Movement], refused: Iterable[RefusedPosting], planogram: Planogram,
    products: Iterable[Product], policy: ReconcilePolicy, as_of: datetime, known_at: datetime,
    look_alikes: LookAlikes = LookAlikes(),
) -> DiscrepancyReport:
    """Judge every look taken by `as_of` with what the book had heard by `known_at`."""
    looks = sorted((c for c in captures if c.captured_at <= as_of), key=lambda c: (c.captured_at, c.id))
    heard = tuple(r for r in refused if r.posting.recorded_at <= known_at)
    accounts, places, catalogue = accounts_of(movements, known_at), _places(planogram), {p.sku: p for p in products}
    look_alikes = look_alikes.with_kinds(catalogue.values())
    rooms = [
        _Room(
            location, tuple(c for c in looks if c.location == location and c.status is not CaptureStatus.CANNOT_SEE),
            places.get(location, {}), accounts.get(location, {}), catalogue, policy, known_at,
        )
        for location in sorted({c.location for c in looks})
    ]
    judged = [(room, room.judged()) for room in rooms]
    found = [d for room, seen in judged for d in (*room.gaps(seen, heard, look_alikes), *room.strays())]
    return DiscrepancyReport(
        as_of, known_at, tuple(sorted(found, key=_weight)), len(looks), sum(len(seen) for _, seen in judged),
        sum(sightings[-1].gap == 0 for _, seen in judged for sightings in seen.values()),
        tuple(Unseen(c.id, c.location, c.captured_at, c.reasons) for c in looks if c.status is CaptureStatus.CANNOT_SEE),
        tuple((room.location, sku) for room, seen in judged for sku in sorted(room.places) if sku not in seen),
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """One location: the looks that saw it, and what the plan and the book say of it."""

    location: LocationId
    looks: tuple[Capture, ...]
    places: Mapping[Sku, tuple[Slot, ...]]
    accounts: Mapping[Sku, Account]
    catalogue: Mapping[Sku, Product]
    policy: ReconcilePolicy
    known_at: datetime

    @property
    def needed(self) -> int:
        return self.policy.looks_needed(len(self.looks))

    def judged(self) -> Mapping[Sku, tuple[Sighting, ...]]:
        """Every product that could be held against the book, over time."""
        known: dict[Sku, list[Sighting]] = defaultdict(list)
        latest: dict[str | None, Capture] = {}
        for look in self.looks:
            if look.status is CaptureStatus.COUNTED:
                latest[look.pedigree.camera] = look
            for sighting in judged_sightings(
                look, self.places, frozenset(self.catalogue), self.accounts, self.policy, self.known_at,
                self._elsewhere(look, latest.values()),
            ):
                if sighting.sku is not None and sighting.gap is not None:
                    known[sighting.sku].append(sighting)
        return {sku: tuple(seen) for sku, seen in sorted(known.items())}

    def _elsewhere(self, look: Capture, latest: Iterable[Capture]) -> frozenset[Sku | None]:
        """What the latest looks of other cameras show on shelves that `look` does not see."""
        others = (other for other in latest if other.pedigree.camera != look.pedigree.camera
                  and (look.captured_at - other.captured_at).total_seconds() <= self.policy.other_camera_s)
        return frozenset(count.sku for other in others for count in other.counts
                         if count.shelf not in look.shelves_seen and count.facings.high > 0)

    def gaps(
        self, judged: Mapping[Sku, tuple[Sighting, ...]], refused: tuple[RefusedPosting, ...], look_alikes: LookAlikes
    ) -> list[Discrepancy]:
        """Shortages and surpluses, with their causes."""
        gaps = [
            Gap(sku, 1 if _gap_in(episode, episode.last) > 0 else -1, episode, self.accounts.get(sku, Account.empty()))
            for sku, seen in judged.items() for episode in episodes_of(seen, _state, self.needed, one_error)
        ]
        here = tuple(r for r in refused if r.posting.location == self.location)
        causes = _causes(gaps, here, look_alikes, self.policy)
        return [self._gap_found(gap, its) for gap, its in zip(gaps, causes, strict=True)]

    def strays(self) -> list[Discrepancy]:
        """Products out of place, and products that nobody knows."""
        found = []
        for sku, seen in sorted(stray_sightings(self.looks, self.places, self.accounts).items(), key=lambda s: s[0] or ""):
            known = sku is not None and (sku in self.catalogue or sku in self.places)
            if known and not self.places:
                continue  # without a plan nothing is out of place
            kind = DiscrepancyKind.MISPLACED if known else DiscrepancyKind.UNKNOWN_SKU
            for episode in episodes_of(seen, lambda s: "stands" if s.shelves else "", self.needed):
                what = self._found(sku, kind, episode, advice.on_stray(sku, kind, episode.last))
                if known:
                    found.append(replace(what, ledger=episode.last.ledger))
                else:
                    peak = max(s.seen.low for s in episode.sightings)
                    found.append(replace(what, gap=-episode.last.seen.low, peak_gap=-peak))
        return found

    def _gap_found(self, gap: Gap, causes: tuple[Cause, ...]) -> Discrepancy:
        kind = DiscrepancyKind.SHORTAGE if gap.sign > 0 else DiscrepancyKind.SURPLUS
        gaps, last = [_gap_in(gap.episode, s) for s in gap.episode.sightings], gap.episode.last
        product = self.catalogue.get(gap.sku)
        price = None if product is None else product.price
        found = self._found(gap.sku, kind, gap.episode, advice.on_gap(gap.sku, gap.episode, causes))
        return replace(
            found, ledger=last.ledger_then if _is_late(gap.episode) else last.ledger, gap=gaps[-1],
            peak_gap=max(gaps, key=abs), value=None if price is None else price * gaps[-1], causes=causes,
        )

    def _found(self, sku: Sku | None, kind: DiscrepancyKind, episode: Episode, what: advice.Advice) -> Discrepancy:
        last, look, since = episode.last, episode.last.capture, episode.bracket
        return Discrepancy(
            id=discrepancy_id(self.location, sku, kind, since.first_seen_at), location=self.location, shelves=last.shelves,
            sku=sku, kind=kind, state=what.state, ledger=0, seen=last.seen, at_least=last.at_least, facings=last.facings,
            gap=0, peak_gap=0, value=None, as_of=last.at, known_at=self.known_at, since=since, looks=len(episode.sightings),
            coverage=look.coverage, pedigree=look.pedigree, evidence=look.evidence, capture=look.id, causes=(),
            owner=what.owner, next_action=what.next_action,
        )


def _places(planogram: Planogram) -> Mapping[LocationId, Mapping[Sku, tuple[Slot, ...]]]:
    places: dict[LocationId, dict[Sku, tuple[Slot, ...]]] = defaultdict(dict)
    for slot in planogram.slots:
        places[slot.location][slot.sku] = (*places[slot.location].get(slot.sku, ()), slot)
    return places


def _state(sighting: Sighting) -> str:
    """What a look shows: the sign of its gap, or that a gap was there and late postings have explained it."""
    if sighting.gap:
        return "more" if sighting.gap > 0 else "less"
    if sighting.knew and sighting.gap_then:
        return _LATE + ("+" if sighting.gap_then > 0 else "-")
    return ""


def _gap_in(episode: Episode, sighting: Sighting) -> int:
    return (sighting.gap_then if _is_late(episode) else sighting.gap) or 0


def _is_late(episode: Episode) -> bool:
    return episode.state.startswith(_LATE)


def _causes(
    gaps: list[Gap], refused: tuple[RefusedPosting, ...], look_alikes: LookAlikes, policy: ReconcilePolicy
) -> list[tuple[Cause, ...]]:
    """The causes of each gap, most probable first."""
    causes: list[list[Cause]] = []
    for gap in gaps:
        if _is_late(gap.episode):
            alone: list[Cause | None] = [late_posting(gap, policy)]
        else:
            of_sku = tuple(r for r in refused if r.posting.sku == gap.sku)
            alone = [*ghosts(gap, policy), gift_without_order(gap, of_sku, policy), unbooked_receipt(gap)]
        causes.append([cause for cause in alone if cause is not None])
    pairs = [(a, b, look_alike_swap(gaps[a], gaps[b], look_alikes), look_alike_swap(gaps[b], gaps[a], look_alikes))
             for a in range(len(gaps)) for b in range(a) if _may_pair(gaps[a], gaps[b])]
    alone_settled = {n for n, known in enumerate(causes) if any(c.certainty is not Certainty.WEAK for c in known)}
    pairs = [pair for pair in pairs if not {pair[0], pair[1]} <= alone_settled]  # each has evidence of its own
    settled = alone_settled | {n for a, b, swap, _ in pairs if swap and swap.certainty is Certainty.STRONG for n in (a, b)}
    for a, b, of_a, of_b in pairs:
        if of_a and of_b and (of_a.certainty is Certainty.STRONG or not {a, b} & settled):
            causes[a].append(of_a)
            causes[b].append(of_b)
    return [tuple(sorted(known, key=lambda c: (c.certainty.rank, c.kind.rank, c.partner or ""))) for known in causes]


def _may_pair(a: Gap, b: Gap) -> bool:
    return a.sku != b.sku and not _is_late(a.episode) and not _is_late(b.episode)


def _weight(found: Discrepancy) -> tuple[bool, Decimal, int, str, str, str, datetime]:
    """Order of a report: what is to be settled first, then by money, then by units."""
    settled = found.state is DiscrepancyState.EXPLAINED
    return (settled, -abs(found.value or Decimal(0)), -abs(found.gap), found.location, found.sku or "", found.kind.value,
            found.since.first_seen_at)
