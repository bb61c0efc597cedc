"""How a gap may have come about: each function looks for one cause and answers None where the facts do not bear it out."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from inventory_core.accounts import Account
from inventory_core.catalogue import LookAlikes
from inventory_core.discrepancies import Cause, CauseKind, Certainty
from inventory_core.episodes import Episode
from inventory_core.ids import MovementId, Sku
from inventory_core.ledger import Movement, MovementKind
from inventory_core.messages import Message, tell
from inventory_core.policy import ReconcilePolicy
from inventory_core.postings import RefusedPosting
from inventory_core.sightings import Sighting

_SURE_RISE = 2
"""Facings: a rise of one may be a miscounted one, where the intervals of both looks meet."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An episode of a product at a location where the book holds more (`sign` +1) or less (-1) than was seen."""

    sku: Sku
    sign: int
    episode: Episode
    account: Account


def late_posting(gap: Gap, policy: ReconcilePolicy) -> Cause:
    """Of a gap that was there as the book was known at the looks, and is gone with what it heard since: the movements."""
    late = {m.id: m for s in gap.episode.sightings for m in gap.account.late(s.at, s.at + policy.grace)}
    minutes = max(int((m.recorded_at - m.effective_at).total_seconds() // 60) for m in late.values())
    return Cause(
        CauseKind.LATE_POSTING, Certainty.STRONG, abs(sum(m.units for m in late.values())),
        tell("late postings of {sku}: {n}, up to {minutes} minutes after they happened",
             n=len(late), sku=gap.sku, minutes=minutes),
        movements=tuple(late),
    )


def ghosts(gap: Gap, policy: ReconcilePolicy) -> tuple[Cause, ...]:
    """Single movements that added units which were never there: without them the book agrees with the looks."""
    if gap.sign < 0:
        return ()
    since = gap.episode.bracket
    fitting = [
        m for m in gap.account.between(since.last_agreed_at, since.first_seen_at)
        if m.units > 0 and m.kind is not MovementKind.OPENING and suspicions(m, policy)
        and _fits(gap.episode, m.units, policy)
    ]
    return tuple(
        Cause(
            CauseKind.GHOST, Certainty.STRONG if suspicions(m, policy) > 1 and len(fitting) == 1 else Certainty.LIKELY, m.units,
            _posted(m),
            movements=(m.id,),
        )
        for m in fitting
    )


def _posted(movement: Movement) -> Message:
    fields = {"units": movement.units, "sku": movement.sku, "source": movement.source, "at": movement.effective_at}
    if not movement.ref_id.strip():
        return tell("{units} x {sku} posted by {source} at {at} without any reference were probably never there", **fields)
    return tell("{units} x {sku} posted by {source} at {at} under the reference {ref} were probably never there",
                ref=movement.ref_id, **fields)


def suspicions(movement: Movement, policy: ReconcilePolicy) -> int:
    """How much speaks against a movement; 0 for an ordinary one (by a person with a reference, or by a till for an order)."""
    service = policy.is_service(movement.source)
    unreferenced = not movement.ref_id.strip()
    return unreferenced + (service and not movement.cites) + (service and policy.is_round_bulk(movement.units))


def unbooked_receipt(gap: Gap) -> Cause | None:
    """More facings than at the look before, and nothing booked in between that would have brought them."""
    if gap.sign > 0:
        return None
    looks = (*gap.episode.before, gap.episode.first)
    for earlier, later in reversed(tuple(pairwise(looks))):
        clear = later.facings.low > earlier.facings.high
        at_start = later is gap.episode.first
        rise = later.facings.best - earlier.facings.best
        stepped = clear or rise >= _SURE_RISE or (at_start and rise > 0)
        if stepped and not any(m.units > 0 for m in gap.account.between(earlier.at, later.at)):
            certainty = Certainty.WEAK if not clear else Certainty.STRONG if at_start else Certainty.LIKELY
            return Cause(
                CauseKind.UNBOOKED_RECEIPT, certainty, abs(_gap(gap.episode.last)),
                tell("{sku} went from {before} to {after} facings between {start} and {end}, and no receipt was booked",
                     sku=gap.sku, before=earlier.facings.best, after=later.facings.best, start=earlier.at,
                     end=later.at),
            )
    return None


def gift_without_order(gap: Gap, refused: Iterable[RefusedPosting], policy: ReconcilePolicy) -> Cause | None:
    """A gift that the book refused left the shelf all the same."""
    if gap.sign < 0:
        return None
    booked = {m.ref_id for m in gap.account.movements if m.kind is MovementKind.GIFT and m.ref_id}
    gifts = {
        (r.posting.ref_id, r.posting.effective_at, r.posting.units): r.posting for r in refused
        if r.posting.kind is MovementKind.GIFT and r.posting.effective_at <= gap.episode.first.at
        and r.posting.ref_id not in booked
    }
    for asked in [*([gift] for gift in gifts.values()), [*gifts.values()]]:
        units = sum(abs(gift.units) for gift in asked)
        if asked and _fits(gap.episode, units, policy):
            since = gap.episode.bracket.last_agreed_at
            fresh = since is None or all(gift.effective_at > since for gift in asked)
            return Cause(
                CauseKind.GIFT_WITHOUT_ORDER, Certainty.STRONG if fresh else Certainty.LIKELY, units,
                tell("{units} x {sku} were given away under the reference {ref}, refused because no order was cited",
                     units=units, sku=gap.sku, ref=", ".join(gift.ref_id or "-" for gift in asked)),
                movements=tuple(MovementId(gift.id) for gift in asked if gift.id),
            )
    return None


def look_alike_swap(gap: Gap, other: Gap, look_alikes: LookAlikes) -> Cause | None:
    """One product's units were booked or shelved as another's: as many too many here as there are too few there."""
    more, fewer = (gap, other) if gap.sign > 0 else (other, gap)
    mine, theirs = gap.episode.bracket, other.episode.bracket
    known, of_one_kind = look_alikes.known(gap.sku, other.sku), look_alikes.of_one_kind(gap.sku, other.sku)
    if gap.sign == other.sign or not mine.overlaps(theirs) or not (known or of_one_kind or mine.meets(theirs)):
        return None
    too_many, too_few = more.episode.off, fewer.episode.off
    least = max(too_many.low or 1, -too_few.high)
    most = too_many.high if too_few.low is None else min(too_many.high, -too_few.low)
    if least > most:
        return None
    return Cause(
        CauseKind.LOOK_ALIKE_SWAP, Certainty.STRONG if known else Certainty.LIKELY if of_one_kind else Certainty.WEAK, least,
        tell("{units} x {sku} and {partner} were probably taken for each other", units=least, sku=more.sku, partner=fewer.sku),
        partner=other.sku,
    )


def _gap(sighting: Sighting) -> int:
    return sighting.gap or 0


def _fits(episode: Episode, units: int, policy: ReconcilePolicy) -> bool:
    """True when a book with `units` less would not disagree with the looks."""
    return policy.is_enough([s.gap_to(s.ledger - units) in (0, None) for s in episode.sightings])
