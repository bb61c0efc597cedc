"""What a book keeps ready beside its movements, held against them: balances, snapshots, reservations, reports."""

import json
from collections.abc import Iterator, Mapping

from inventory_core.events import quoted
from inventory_core.instants import parse_instant, sortable_text
from inventory_core.messages import tell
from inventory_core.report_document import report_id
from inventory_core.store.chain_walk import Account, Held
from inventory_core.store.raw import RawBook
from inventory_core.store.verdicts import Finding

_NOTHING = Held(0, 0, "")


def wrong_balances(raw: RawBook, accounts: Mapping[Account, Held]) -> Iterator[Finding]:
    """Accounts whose ready balance is not what their movements add up to, or whose reserved units nobody holds."""
    pending = {(sku, location): units for sku, location, units in raw.rows(
        "SELECT sku, location, sum(units) FROM reservation WHERE state = 'pending' GROUP BY sku, location")}
    left = dict(accounts)
    for sku, location, units, movements, latest, reserved in raw.rows(
            "SELECT sku, location, units, movements, last_effective_at, reserved FROM balance ORDER BY sku, location"):
        held, account = left.pop((sku, location), _NOTHING), {"sku": quoted(sku), "location": quoted(location)}
        if movements != held.movements:
            yield Finding("balance", tell(
                "the balance of {sku} at {location} is made of {said} movements, but {found} are there", **account,
                said=movements, found=held.movements))
        elif units != held.units:
            yield Finding("balance", tell(
                "the balance of {sku} at {location} says {said} units, but its movements add up to {found}", **account,
                said=units, found=held.units))
        elif latest != held.latest:
            yield Finding("balance", tell("the balance of {sku} at {location} names a wrong latest moment", **account))
        if reserved != (found := int(pending.pop((sku, location), 0))):
            yield Finding("balance", tell(
                "the balance of {sku} at {location} says {said} units reserved, but open reservations hold {found}", **account,
                said=reserved, found=found))
    for sku, location in (*left, *pending):
        yield Finding("balance", tell("{sku} at {location} has movements or reservations, but no balance", sku=quoted(sku),
                                      location=quoted(location)))


def wrong_snapshots(raw: RawBook) -> Iterator[Finding]:
    """Snapshots that are not the sum of the movements by their moment; both are read once, in the same order."""
    moves = raw.rows("SELECT sku, location, effective_at, units FROM movement ORDER BY sku, location, effective_at")
    move = next(moves, None)
    account: tuple[str, ...] = ()
    total = 0
    for sku, location, at, units in raw.rows(
            "SELECT sku, location, effective_at, units FROM account_snapshot ORDER BY sku, location, effective_at"):
        if account != (sku, location):
            account, total = (sku, location), 0
            while move is not None and move[:2] < account:
                move = next(moves, None)
        while move is not None and move[:2] == account and move[2] <= at:
            total += move[3]
            move = next(moves, None)
        if units != total:
            yield Finding("account_snapshot", tell(
                "the snapshot of {sku} at {location} as of {at} says {said} units, but the movements add up to {found}",
                sku=quoted(sku), location=quoted(location), at=quoted(at), said=units, found=total))


def wrong_reports(raw: RawBook) -> Iterator[Finding]:
    """Kept reports that are not what their id was made of, and shifts' reports that name another chain."""
    for id, as_of, known_at, document in raw.rows("SELECT id, as_of, known_at, document FROM report"):
        if report_id(document.encode("utf-8", "surrogateescape")) != id or not _fits(document, as_of, known_at):
            yield Finding("report", tell("the report {id} was changed after it was kept", id=quoted(id)), id=quoted(id))
    for shift, kind, seq, said, found in raw.rows(
            "SELECT s.shift, s.kind, s.chain_seq, s.chain_hash, m.hash FROM shift_report s "
            "LEFT JOIN movement m ON m.seq = s.chain_seq WHERE s.chain_seq > 0"):
        if found is None or said != bytes(found).hex():
            yield Finding("shift_report", tell(
                "the report of the shift {shift} ({kind}) was made when row {seq} of the movements was another one",
                shift=quoted(shift), kind=quoted(kind), seq=seq), id=quoted(shift))


def _fits(document: str, as_of: str, known_at: str) -> bool:
    held = json.loads(document)
    return [as_of, known_at] == [sortable_text(parse_instant(name, held[name])) for name in ("as_of", "known_at")]
