from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from node.base.money import for_minutes, share_of, vat_within

cents = st.integers(min_value=-10_000_000, max_value=10_000_000)


def rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(cents, st.integers(min_value=0, max_value=100))
def test_a_share_is_rounded_as_a_merchant_does(sum_: int, percent: int) -> None:
    assert share_of(sum_, percent) == rounded(Decimal(sum_) * percent / 100)


@given(cents, st.sampled_from([0, 7, 19]))
def test_net_and_vat_make_the_gross(gross: int, percent: int) -> None:
    vat = vat_within(gross, percent)
    assert abs(vat - Decimal(gross) * percent / (100 + percent)) <= Decimal("0.5")


def test_the_vat_of_the_stay_in_the_rule_book() -> None:
    assert vat_within(24100, 7) == 1577


@given(st.integers(min_value=0, max_value=100_000), st.integers(min_value=0, max_value=10_000))
def test_minutes_cost_their_part_of_the_hour(price: int, minutes: int) -> None:
    assert for_minutes(price, minutes) == rounded(Decimal(price) * minutes / 60)
