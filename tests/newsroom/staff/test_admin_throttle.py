"""Too many wrong passwords close the door before any is hashed; the owner still gets in from elsewhere."""

import datetime as dt
from unittest import mock

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client, RequestFactory

from masthead.newsroom.staff import throttle
from masthead.newsroom.staff.models import SignInTry
from masthead.newsroom.staff.roles import Role
from tests.make import PASSWORD, make_staff

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
HERE, ELSEWHERE = "203.0.113.0/24", "198.51.100.0/24"


def tries(count, *, name="ed@news.example", place=HERE, now=NOW):
    for _ in range(count):
        throttle.admit(name=name, place=place, now=now)


def sign_in(client, email, password, address="203.0.113.7"):
    return client.post("/desk/login/", {"username": email, "password": password}, REMOTE_ADDR=address)


def test_the_eleventh_try_from_one_place_is_refused():
    tries(10)
    with pytest.raises(throttle.TooManyTries, match="Wait 15 minutes"):
        tries(1)


def test_the_owner_gets_in_from_another_place():
    with pytest.raises(throttle.TooManyTries):
        tries(11)
    tries(1, place=ELSEWHERE)


def test_the_door_opens_again_after_the_window():
    with pytest.raises(throttle.TooManyTries):
        tries(11)
    tries(1, now=NOW + throttle.WINDOW + dt.timedelta(seconds=1))


def test_one_place_trying_many_accounts_is_refused():
    for number in range(30):
        tries(1, name=f"person{number}@news.example")
    with pytest.raises(throttle.TooManyTries):
        tries(1, name="one-more@news.example")


def test_many_places_trying_one_account_close_it_to_strangers_but_not_to_a_known_place():
    throttle.succeed(throttle.admit(name="ed@news.example", place=ELSEWHERE, now=NOW))
    for number in range(50):
        tries(1, place=f"192.0.{number}.0/24")
    with pytest.raises(throttle.TooManyTries):
        tries(1, place="192.0.99.0/24")
    tries(1, place=ELSEWHERE)


def test_upper_case_and_spaces_do_not_make_another_account():
    tries(10)
    with pytest.raises(throttle.TooManyTries):
        tries(1, name=" ED@News.Example ")


def test_what_was_typed_is_not_kept():
    tries(1, name="hunter2 my password")
    assert "hunter2" not in str(SignInTry.objects.values_list())


def test_a_refused_try_hashes_nothing(client: Client):
    user = make_staff(Role.EDITOR)
    for _ in range(10):
        sign_in(client, user.email, "wrong")
    with mock.patch("django.contrib.auth.models.AbstractBaseUser.check_password", side_effect=check_password) as hashed:
        answer = sign_in(client, user.email, PASSWORD)
    assert "Too many tries" in answer.content.decode()
    assert not hashed.called
    assert sign_in(client, user.email, PASSWORD, address="198.51.100.9").status_code == 302


def test_signing_in_forgives_earlier_slips(client: Client):
    user = make_staff(Role.EDITOR)
    for _ in range(9):
        sign_in(client, user.email, "wrong")
    assert sign_in(client, user.email, PASSWORD).status_code == 302
    assert sign_in(Client(), user.email, "wrong").status_code == 200
    assert sign_in(Client(), user.email, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("remote", "forwarded", "place"),
    [
        ("203.0.113.7", "", "203.0.113.0/24"),
        ("203.0.113.7", "198.51.100.9", "203.0.113.0/24"),
        ("127.0.0.1", "10.0.0.1, 198.51.100.9", "198.51.100.0/24"),
        ("", "198.51.100.9", "198.51.100.0/24"),
        ("127.0.0.1", "nonsense", "127.0.0.0/24"),
        ("2001:db8:1:2::5", "", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "", "203.0.113.0/24"),
        ("", "", "unknown"),
    ],
)
def test_the_place_is_a_network_and_only_our_own_proxy_is_believed(remote, forwarded, place):
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert throttle.place(request) == place
