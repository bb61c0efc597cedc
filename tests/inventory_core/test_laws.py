"""Laws of the back office: ranges, folds and codes, whatever the figures."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from inventory_core.accounts import Account
from inventory_core.ids import Actor, MovementId, Sku
from inventory_core.instants import parse_instant, sortable_text, utc_text
from inventory_core.ledger import Movement, MovementKind, balances_as_of
from inventory_core.skus import check_gtin, check_sku, gtin_check_digit, house_check_character
from inventory_core.units import FacingRange, UnitRange
from tests.inventory_core.shop_lines import DAY, PLACE

COLA = Sku("cola")
ZONES = [timezone(timedelta(minutes=minutes)) for minutes in (-720, -210, 0, 480, 765)]
minutes = st.integers(0, 600)
ranges = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda ends: UnitRange(min(ends), max(ends)))
facing_ranges = st.lists(st.integers(0, 30), min_size=3, max_size=3).map(lambda n: FacingRange(*sorted(n)))


@st.composite
def movements(draw: st.DrawFn) -> list[Movement]:
    """Movements of one product, heard of at or after they happened."""
    drawn = draw(st.lists(st.tuples(minutes, minutes, st.integers(-20, 20).filter(bool)), max_size=20))
    return [
        Movement(MovementId(f"m{n}"), COLA, PLACE, units, MovementKind.ADJUSTMENT, DAY + timedelta(minutes=when),
                 DAY + timedelta(minutes=when + lag), Actor("ann"), "")
        for n, (when, lag, units) in enumerate(drawn)
    ]


@given(ranges, st.integers(-20, 80))
def test_a_gap_is_zero_exactly_inside_the_range(seen: UnitRange, ledger: int) -> None:
    assert (seen.gap(ledger) == 0) == (seen.low <= ledger <= seen.high)


@given(ranges, st.integers(-20, 80))
def test_a_gap_leads_from_the_book_back_to_the_range(seen: UnitRange, ledger: int) -> None:
    assert seen.low <= ledger - seen.gap(ledger) <= seen.high


@given(ranges, ranges)
def test_shelves_add_up(a: UnitRange, b: UnitRange) -> None:
    assert UnitRange(a.low + b.low, a.high + b.high) == a + b == b + a


@given(facing_ranges, facing_ranges, st.integers(1, 9))
def test_units_behind_two_shelves_are_those_behind_each(a: FacingRange, b: FacingRange, depth: int) -> None:
    assert UnitRange.behind(a, depth) + UnitRange.behind(b, depth) == UnitRange.behind(a + b, depth)


@given(movements(), movements(), minutes, minutes)
def test_a_fold_of_two_ledgers_is_the_sum_of_their_folds(a: list[Movement], b: list[Movement], when: int, heard: int) -> None:
    at, known_at = DAY + timedelta(minutes=when), DAY + timedelta(minutes=heard)
    parts = [balances_as_of(part, at, known_at)[PLACE, COLA] for part in (a, b)]
    assert sum(parts) == balances_as_of([*a, *b], at, known_at)[PLACE, COLA]


@given(st.permutations(list(range(8))), movements(), minutes)
def test_the_order_of_a_ledger_changes_no_balance(order: list[int], ledger: list[Movement], when: int) -> None:
    shuffled = [ledger[n % len(ledger)] for n in order[: len(ledger)] if ledger]
    at = DAY + timedelta(minutes=when)
    assert balances_as_of(shuffled, at, at) == balances_as_of(sorted(shuffled, key=lambda m: m.id), at, at)


@given(movements(), minutes, minutes)
def test_an_account_is_the_fold_of_its_movements(ledger: list[Movement], when: int, lag: int) -> None:
    at, heard = DAY + timedelta(minutes=when), DAY + timedelta(minutes=when + lag)
    account = Account.of(ledger, DAY + timedelta(days=2))
    assert balances_as_of(ledger, at, DAY + timedelta(days=2))[PLACE, COLA] == account.units(at)
    assert balances_as_of(ledger, at, heard)[PLACE, COLA] == account.units(at) - sum(m.units for m in account.late(at, heard))


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)), st.integers(0, 12))
def test_a_gtin_with_one_wrong_digit_is_found(body: str, place: int) -> None:
    code = body + gtin_check_digit(body)
    check_gtin(code)
    wrong = code[: place % len(code)] + str((int(code[place % len(code)]) + 1) % 10) + code[place % len(code) + 1 :]
    assert wrong[-1] != gtin_check_digit(wrong[:-1])


@given(st.from_regex(r"[A-Z]{3}-[0-9]{4}-[0-9]{5}", fullmatch=True), st.integers(0, 12), st.sampled_from("0AZ9"))
def test_a_house_code_with_one_wrong_character_is_found(body: str, place: int, other: str) -> None:
    check_sku(Sku(f"{body}-{house_check_character(body)}"))
    chars = body.replace("-", "")
    changed = chars[: place % 12] + other + chars[place % 12 + 1 :]
    assert (changed == chars) == (house_check_character(changed) == house_check_character(chars))


@given(st.datetimes(DAY.replace(tzinfo=None), datetime(2100, 1, 1), timezones=st.sampled_from(ZONES)))  # noqa: DTZ001
def test_a_moment_written_down_is_the_same_moment(at: datetime) -> None:
    assert at.astimezone(UTC) == parse_instant("at", utc_text(at)) == parse_instant("at", sortable_text(at))
