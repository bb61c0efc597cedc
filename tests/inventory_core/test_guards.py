"""The guards on input let every good entry of the corpora pass, and hold every bad one for the reason beside it."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.errors import BadValue
from inventory_core.guards.divisions import Division, Standing, division_list, parse_divisions
from inventory_core.guards.gazetteer import NameIndex
from inventory_core.guards.input_policy import CURRENCIES, InputPolicy
from inventory_core.guards.inspection import RULES, inspect_input
from inventory_core.guards.reasons import Interception, ReasonCode
from inventory_core.messages import tell

CORPUS = Path(__file__).parent / "corpus"
FILES = {"address": "addresses", "amount": "amounts", "tax_rate": "tax_rates", "quantity": "quantities"}
POLICY = InputPolicy()
ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([nrt]))")
LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def entries(field: str, kind: str) -> Iterator[str]:
    text = (CORPUS / f"{FILES[field]}_{kind}.txt").read_text(encoding="utf-8")
    return (line for line in text.split("\n") if line and not line.startswith("#"))


def unescaped(written: str) -> str:
    return ESCAPE.sub(lambda m: LETTERS[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), written)


def accepted() -> list[tuple[str, str]]:
    return [(field, unescaped(line)) for field in FILES for line in entries(field, "accept")]


def rejected() -> list[tuple[str, str, str]]:
    """Field, expected code, text."""
    return [(field, *_code_and_text(line)) for field in FILES for line in entries(field, "reject")]


def _code_and_text(line: str) -> tuple[str, str]:
    code, _, text = line.partition("\t")
    return code, unescaped(text)


def codes(field: str, text: str, policy: InputPolicy = POLICY) -> list[str]:
    return [held.code.value for held in inspect_input({field: text}, policy)]


def test_no_good_entry_is_held() -> None:
    assert [(field, text, held) for field, text in accepted() if (held := codes(field, text))] == []


def test_every_bad_entry_is_held_for_the_reason_beside_it() -> None:
    assert [(text, code, held) for field, code, text in rejected() if (held := codes(field, text))[:1] != [code]] == []


def test_the_corpora_are_of_five_hundred_each_at_least_and_half_of_them_addresses() -> None:
    good, bad = accepted(), rejected()
    assert len(set(good)) == len(good) >= 500
    assert len(set(bad)) == len(bad) >= 500
    assert Counter(field for field, _ in good)["address"] >= 250
    assert Counter(field for field, _, _ in bad)["address"] >= 250
    assert set(good).isdisjoint((field, text) for field, _, text in bad)


def test_the_good_addresses_are_of_every_province() -> None:
    texts = "\n".join(text for field, text in accepted() if field == "address")
    assert [p.name for p in division_list().provinces if p.name not in texts] == []


def test_every_reason_has_a_bad_entry_but_the_one_that_the_policy_leaves_open() -> None:
    assert {code.value for code in ReasonCode} - {code for _, code, _ in rejected()} == {"amount_too_small"}


def test_every_interception_says_what_is_wrong_and_the_mend() -> None:
    silent = [
        text for field, _, text in rejected() for held in inspect_input({field: text}, POLICY)
        if not (held.field == field and held.given == text and str(held.reason) and str(held.mend))
    ]
    assert silent == []


# an expression over characters, as the field study has one: what it lets pass and what it refuses
EXPRESSION = re.compile(r"[\u4e00-\u9fa5A-Za-z0-9\s()\-]{5,30}")
LONG_ADDRESS = "广东省深圳市龙岗区坂田街道雪岗路2018号天安云谷产业园一期3栋B座12楼1203室"


@pytest.mark.parametrize("text", ["火星基地B-7", "北京市朝阳区", "\n\n\n\n\n", "北京市朝阳区\n建国路88号"])
def test_what_an_expression_over_characters_lets_pass_is_held(text: str) -> None:
    assert EXPRESSION.fullmatch(text)
    assert codes("address", text) != []


@pytest.mark.parametrize(
    "text", [LONG_ADDRESS, "北京西城区德胜门外大街11号（德胜科技园）B座", "福建省莆田市荔城区西天尾镇龙山村㙟头16号"]
)
def test_what_an_expression_over_characters_refuses_passes(text: str) -> None:
    assert not EXPRESSION.fullmatch(text)
    assert codes("address", text) == []


def test_a_base_on_mars_is_held_with_its_reason_and_its_mend() -> None:
    assert inspect_input({"address": "火星基地B-7"}, POLICY) == (
        Interception(
            "address", "火星基地B-7", ReasonCode.ADDRESS_UNKNOWN_REGION,
            tell("the address begins with no province, city or district of China"),
            tell("begin with the province, city and district, such as 浙江省杭州市西湖区"),
        ),
    )


def test_a_district_of_another_city_is_told_with_its_home() -> None:
    (held,) = inspect_input({"address": "浙江省杭州市姑苏区平江路12号"}, POLICY)
    assert str(held.reason) == "姑苏区 lies in 江苏省苏州市, not in 浙江省杭州市"


def test_a_name_of_many_places_is_told_with_the_first_of_them() -> None:
    (held,) = inspect_input({"address": "和平区太原北街86号"}, POLICY)
    assert str(held.reason) == "和平区 lies in several places: 天津市, 辽宁省沈阳市, 台湾省台中市"
    (held,) = inspect_input({"address": "东区炳草岗大街59号"}, POLICY)
    assert str(held.reason) == (
        "东区 lies in several places: 四川省攀枝花市, 台湾省台中市, 台湾省台南市, 台湾省嘉义市…"
    )


@pytest.mark.parametrize(
    "text",
    [
        "山西省太原市大同市场南门3号", "太原市大同市场3号", "北京市北京市北京市朝阳区建国路88号", "大同市大同市场3号",
        "中山市东区博爱五路21号", "温州市滨海新区滨海十路3号",
        "上海市静安区 1788 West Nanjing Road", "天津市南开区 Block B 12",
    ],
)
def test_names_that_only_look_like_a_second_region_do_no_harm(text: str) -> None:
    assert codes("address", text) == []


def test_a_market_at_the_start_is_no_city() -> None:
    assert codes("address", "大同市场3号") == ["address_unknown_region"]


def test_all_that_is_wrong_with_a_number_is_told_at_once() -> None:
    assert codes("amount", "-12.505") == ["amount_negative", "amount_too_precise"]
    assert codes("amount", "99999999.999") == ["amount_too_precise", "amount_too_large"]
    assert codes("quantity", "-1.5") == ["quantity_negative", "quantity_not_whole"]


def test_many_fields_are_looked_at_together_and_others_are_left_alone() -> None:
    form = {"quantity": "1.5", "remark": "\x00", "address": "北京市朝阳区", "amount": "12.50"}
    assert [(held.field, held.code) for held in inspect_input(form, POLICY)] == [
        ("address", ReasonCode.ADDRESS_WITHOUT_DETAIL), ("quantity", ReasonCode.QUANTITY_NOT_WHOLE),
    ]
    assert inspect_input({}, POLICY) == ()


def test_the_code_of_a_reason_begins_with_its_field() -> None:
    assert [code for code in ReasonCode if not code.startswith(tuple(f"{field}_" for field in RULES))] == []


def test_other_bounds_are_a_matter_of_policy() -> None:
    strict = InputPolicy(address_max_chars=20, amount_min=Decimal(1), quantity_min=6, quantity_max=24)
    assert codes("address", LONG_ADDRESS, strict) == ["address_too_long"]
    assert codes("amount", "0.99", strict) == ["amount_too_small"]
    assert codes("quantity", "5", strict) == ["quantity_too_small"]
    assert codes("quantity", "25", strict) == ["quantity_too_large"]


def test_another_currency_has_its_own_coins_and_marks() -> None:
    yen = InputPolicy(currency="JPY")
    assert codes("amount", "1200日元", yen) == []
    assert codes("amount", "12.5", yen) == ["amount_too_precise"]
    assert codes("amount", "12元", yen) == ["amount_other_currency"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address_max_chars": 0}, {"currency": "XXX"}, {"amount_min": Decimal(2), "amount_max": Decimal(1)},
        {"tax_rates_percent": ()}, {"tax_rates_percent": (Decimal(101),)}, {"quantity_min": 2, "quantity_max": 1},
    ],
)
def test_a_policy_that_lets_nothing_pass_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadValue):
        InputPolicy(**wrong)  # type: ignore[arg-type]


def test_a_number_of_forty_one_digits_is_none() -> None:
    assert codes("amount", "1" * 40) == ["amount_too_large"]
    assert codes("amount", "1" * 41) == ["amount_not_a_number"]


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert {held.field for held in inspect_input(dict.fromkeys(RULES, text), POLICY)} <= set(RULES)


@given(st.decimals(min_value=0, max_value=10_000_000, places=2))
def test_every_amount_in_bounds_passes_plain_and_grouped(amount: Decimal) -> None:
    assert codes("amount", f"{amount:f}") == []
    assert codes("amount", f"¥{amount:,f}") == []


@given(st.integers(-3_000_000, 3_000_000))
def test_a_quantity_passes_exactly_in_its_bounds(units: int) -> None:
    assert (codes("quantity", str(units)) == []) is (POLICY.quantity_min <= units <= POLICY.quantity_max)


@given(st.sampled_from([d for d in division_list().walk() if d.standing is Standing.OFFICIAL and not d.children]))
def test_every_county_of_the_list_takes_a_street_and_none_is_enough_alone(county: Division) -> None:
    assert codes("address", f"{county.full_name}人民路12号") == []
    assert codes("address", county.full_name) == ["address_without_detail"]


def test_the_list_has_every_province_prefecture_and_county() -> None:
    official = [d for d in division_list().walk() if d.standing is Standing.OFFICIAL]
    # 2,844 counties at the end of 2023, then 和安县 and 和康县, then two districts of Chongqing made one; without Taiwan's
    assert Counter(len(d.code) for d in official) == {2: 34, 4: 333, 6: 2845}
    assert len({d.code for d in official}) == len(official)


def test_a_code_begins_with_the_code_above_it() -> None:
    wrong = [
        child.full_name for division in division_list().walk() if division.code for child in division.children
        if child.code and not child.code.startswith(division.code)
    ]
    assert wrong == []


def test_the_list_is_read_line_by_line() -> None:
    read = parse_divisions("# remark\n33 浙江省\n 3301 杭州市\n  330106 西湖区\n ~ 萧山县\n\n= 臺台區区\n")
    assert [(d.full_name, d.code, d.standing) for d in read.walk()] == [
        ("浙江省", "33", Standing.OFFICIAL), ("浙江省杭州市", "3301", Standing.OFFICIAL),
        ("浙江省杭州市西湖区", "330106", Standing.OFFICIAL), ("浙江省萧山县", "", Standing.FORMER),
    ]
    assert "臺北市中正區".translate(read.simplified) == "台北市中正区"
    assert NameIndex([]).at_start("浙江省") is None


def test_every_currency_is_known_by_its_code() -> None:
    assert [code for code, currency in CURRENCIES.items() if code != currency.code] == []
