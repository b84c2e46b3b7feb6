"""Roles, waiting after wrong passwords, and what the audit does not repeat."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.access import (
    ROLE_PERMISSIONS,
    Actor,
    ActorKind,
    Permission,
    UserRole,
    check_user_role,
    lesser,
)
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.secret_fields import HIDDEN, masked
from ocinstaller.model.throttle import ADDRESS, LOGIN_AT_ADDRESS, Throttle


def test_each_role_may_everything_that_lesser_ones_may() -> None:
    ranked = list(ROLE_PERMISSIONS.values())
    assert list(ROLE_PERMISSIONS) == list(UserRole)
    assert all(less < more for less, more in pairwise(ranked))


@given(st.sampled_from(UserRole), st.sampled_from(UserRole))
def test_the_lesser_of_two_roles_may_no_more_than_either(one: UserRole, other: UserRole) -> None:
    allowed = ROLE_PERMISSIONS[lesser(one, other)]
    assert allowed == ROLE_PERMISSIONS[one] & ROLE_PERMISSIONS[other]


def test_a_token_does_not_reach_its_owners_password() -> None:
    actor = Actor(ActorKind.USER, "a", "", "token t", UserRole.ADMINISTRATOR, by_token=True)
    assert [p for p in Permission if not actor.may(p)] == [Permission.OWN]


def test_a_machine_may_nothing_that_operators_may() -> None:
    actor = Actor(ActorKind.MACHINE, "", "10.0.0.1", "machine key")
    assert not any(actor.may(permission) for permission in Permission)


def test_roles_above_the_owners_are_not_offered() -> None:
    with pytest.raises(InvalidValue, match="allowed: viewer, operator$"):
        check_user_role("administrator", UserRole.OPERATOR)


@given(st.sampled_from([LOGIN_AT_ADDRESS, ADDRESS]), st.integers(0, 10**9))
def test_waiting_grows_to_its_limit_and_no_further(limit: Throttle, failures: int) -> None:
    wait = limit.wait(failures)
    assert timedelta(0) <= wait <= limit.wait(failures + 1) <= limit.longest
    assert (wait == timedelta(0)) == (failures < limit.free)


@given(
    st.recursive(
        st.just("s3cret") | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    )
)
def test_nothing_below_a_secret_field_is_shown(value: object) -> None:
    shown = masked("config", {"extswift_password": value, "sub": [{"api_key": value}]})
    assert "s3cret" not in repr(shown)


def test_what_is_no_secret_is_shown_as_it_is() -> None:
    document = {"role": "controller", "vlan": 3, "list": ["a", None], "password": ""}
    assert masked("row", document) == document
    assert masked("row", {"token": "x"}) == {"token": HIDDEN}
