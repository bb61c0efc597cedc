"""Who settles a discrepancy, and what to do next."""

from dataclasses import dataclass

from inventory_core.discrepancies import Cause, CauseKind, Certainty, DiscrepancyKind, DiscrepancyState, Owner
from inventory_core.episodes import Episode
from inventory_core.ids import Sku
from inventory_core.messages import Message, tell
from inventory_core.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Advice:
    """Where a finding stands, whose it is, and the next action."""

    state: DiscrepancyState
    owner: Owner
    next_action: Message


def on_gap(sku: Sku, episode: Episode, causes: tuple[Cause, ...]) -> Advice:
    """A shortage or a surplus: by its most probable cause; a weak one is held against a recount first."""
    first = causes[0] if causes else None
    if first is None or first.certainty is Certainty.WEAK:
        return Advice(DiscrepancyState.RECOUNT, Owner.SHIFT_LEADER,
                      tell("count {sku} by hand, on shelf {shelf} and behind it", sku=sku, shelf=_shelves(episode.last)))
    match first.kind:
        case CauseKind.LATE_POSTING:
            return Advice(DiscrepancyState.EXPLAINED, Owner.SHIFT_LEADER,
                          tell("nothing to settle; see to it that the movements of {sku} are posted when they happen", sku=sku))
        case CauseKind.LOOK_ALIKE_SWAP:
            return Advice(DiscrepancyState.OPEN, Owner.STOCK_KEEPER,
                          tell("hold {sku} and {partner} against their labels, then book {units} units from one to the other",
                               sku=sku, partner=first.partner, units=first.units))
        case CauseKind.GHOST:
            return Advice(DiscrepancyState.OPEN, Owner.ADMINISTRATOR,
                          tell("ask who posted {movement}; unless somebody can show the goods, post its reverse",
                               movement=", ".join(first.movements)))
        case CauseKind.GIFT_WITHOUT_ORDER:
            return Advice(DiscrepancyState.OPEN, Owner.SHIFT_LEADER,
                          tell("post the gift of {sku} again, with the number of its order", sku=sku))
        case _:  # a receipt never booked
            return Advice(DiscrepancyState.OPEN, Owner.STOCK_KEEPER,
                          tell("find the delivery note of {sku} from before {at} and book it",
                               sku=sku, at=episode.first.at))


def on_stray(sku: Sku | None, kind: DiscrepancyKind, sighting: Sighting) -> Advice:
    """Products out of place, and products that nobody knows."""
    shelf = _shelves(sighting)
    if kind is DiscrepancyKind.MISPLACED:
        return Advice(DiscrepancyState.OPEN, Owner.STOCK_KEEPER,
                      tell("take {sku} from shelf {shelf} to its place, or give it a place there in the planogram",
                           sku=sku, shelf=shelf))
    if sku is None:
        return Advice(DiscrepancyState.OPEN, Owner.ADMINISTRATOR,
                      tell("enrol the unknown product on shelf {shelf}, or take it off", shelf=shelf))
    return Advice(DiscrepancyState.OPEN, Owner.ADMINISTRATOR,
                  tell("the gallery names {sku} on shelf {shelf}; add it to the catalogue", sku=sku, shelf=shelf))


def _shelves(sighting: Sighting) -> str:
    return ", ".join(sighting.shelves)
