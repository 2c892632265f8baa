"""Names, domains and addresses as they are typed, and finding whom they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk import reading
from masthead.newsroom.sources import actions, queries, rules
from tests.make import make_party, make_story


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José Muñoz", "JOSE  MUNOZ"),
        ("Łódź Gazette", "lodz gazette"),
        ("Straße", "STRASSE"),
        ("U.S. Army", "US Army"),
        ("O’Brien", "O'Brien"),
        ("Агентство Ёлка", "агентство елка"),
        ("وَكَالَة", "وكالة"),
        ("Al–Manara", "al-manara"),
    ],
)
def test_one_name_written_two_ways_is_one_name(one, other):
    assert rules.fold(one) == rules.fold(other)


@pytest.mark.parametrize(("one", "other"), [("Mira", "Myra"), ("कि", "का"), ("A B", "AB")])
def test_another_name_is_another(one, other):
    assert rules.fold(one) != rules.fold(other)


@given(st.text(max_size=300))
def test_folding_twice_changes_nothing_and_never_fails(text):
    once = rules.fold(text)
    assert rules.fold(once) == once or len(once) == rules.LONGEST_FOLDED


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Example.ORG", "example.org"), ("www.example.org", "example.org"), (" example.org. ", "example.org"), ("münchen.example", "xn--mnchen-3ya.example")],
)
def test_a_domain_is_stored_in_one_way(typed, stored):
    assert rules.domain(typed) == stored


@pytest.mark.parametrize(
    "typed", ["https://example.org", "example.org/news", "localhost", "", "127.0.0.1", "exa mple.org", "a@example.org", "-a.example", "example.org:80"]
)
def test_what_is_no_domain_is_refused_with_a_hint(typed):
    found = rules.domain(typed)
    assert isinstance(found, rules.Wrong)
    assert found.why.endswith(".")


@given(st.text(max_size=60))
def test_a_stored_domain_is_stored_as_itself(text):
    found = rules.domain(text)
    assert isinstance(found, rules.Wrong) or rules.domain(found) == found


@pytest.mark.parametrize(("typed", "stored"), [("q42", "Q42"), ("https://www.wikidata.org/wiki/Q42", "Q42"), ("", "")])
def test_a_wikidata_item_is_read_from_its_number_or_address(typed, stored):
    assert rules.wikidata_item(typed) == stored
    assert isinstance(rules.wikidata_item("42"), rules.Wrong)


def test_an_account_is_an_address_on_a_site_not_the_site():
    assert rules.account_address("https://Social.example/@Ministry/?tab=posts#top") == "https://social.example/@Ministry"
    assert rules.account_address("https://ministry.social.example/") == "https://ministry.social.example"
    assert isinstance(rules.account_address("https://social.example/"), rules.Wrong)
    assert isinstance(rules.account_address("javascript:alert(1)"), rules.Wrong)
    assert isinstance(rules.account_address("https://[bad/@x"), rules.Wrong)


@pytest.mark.django_db
def test_a_party_is_found_by_any_of_its_names():
    ministry = make_party("Ministry of the Sea", kind="organisation", names=["Sea Ministry", "Ministère de la Mer"])
    assert queries.party_for("ministere de la  MER") == ministry
    assert queries.party_for("sea ministry", kind="organisation") == ministry
    assert queries.party_for("sea ministry", kind="person") is None
    assert queries.party_for("the sea") is None
    assert queries.party_for(" ") is None


@pytest.mark.django_db
def test_whose_own_name_it_is_comes_before_who_is_also_called_so():
    make_party("Port Meridian Harbour", kind="organisation", names=["Meridian"])
    own = make_party("Meridian", kind="organisation")
    assert queries.party_for("meridian") == own


@pytest.mark.django_db
def test_an_address_belongs_to_the_outlet_with_the_longest_domain():
    agency = make_party("Agency", kind="outlet", domains=["agency.example", "www.agency-news.example"])
    sports = make_party("Agency Sports", kind="outlet", domains=["sports.agency.example"])
    assert queries.outlet_of("https://www.agency.example/story?id=1") == agency
    assert queries.outlet_of("https://live.sports.agency.example/x") == sports
    assert queries.outlet_of("http://AGENCY-NEWS.example:8080/") == agency
    for other in ("https://notagency.example/", "https://example/", "", "https://[::1", "agency.example"):
        assert queries.outlet_of(other) is None


@pytest.mark.django_db
def test_every_name_of_an_outlet_leads_to_the_one_stories_use(settings, django_assert_num_queries):
    make_party("Interfleet", kind="outlet", names=["IFL", "Interfleet News"])
    make_party("Herald", kind="outlet")
    make_party("IFL Bank", kind="organisation")
    make_party("Ourselves", kind="outlet", names=["Us"], domains=["us.example"])
    settings.ENV = settings.ENV.model_copy(update={"address": "https://www.us.example"})
    with django_assert_num_queries(1):
        names = queries.outlet_names()
    assert names == {"interfleet": "Interfleet", "ifl": "Interfleet", "interfleet news": "Interfleet", "herald": "Herald"}


@pytest.mark.django_db
def test_a_reading_knows_the_outlets_with_one_query_for_any_number_of_stories(django_assert_max_num_queries):
    make_party("Interfleet", kind="outlet", names=["IFL"])
    stories = [make_story(live=False) for _ in range(4)]
    assert reading.read(stories[0]).outlets["ifl"] == "Interfleet"
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as asked:
        reading.read_all(stories)
    assert sum('"sources_party"."name"' in query["sql"] for query in asked) == 1


@pytest.mark.django_db
def test_what_is_typed_finds_the_likeliest_first():
    make_party("Anna Sea")
    sea = make_party("Sea", kind="organisation")
    ministry = make_party("Sea Ministry", kind="organisation")
    navy = make_party("Navy", kind="organisation", names=["Sea Force"])
    paper = make_party("Tide Times", kind="outlet", domains=["seatimes.example"])
    assert [party.name for party in queries.search_parties("sea")] == ["Sea", "Sea Ministry", "Navy", "Tide Times", "Anna Sea"]
    assert queries.search_parties("SÉA min") == [ministry]
    assert queries.search_parties("sea", ["outlet"]) == [paper]
    assert queries.search_parties("https://www.seatimes.example/a", ["outlet"]) == [paper]
    assert queries.search_parties("sea", count=2) == [sea, ministry]
    assert queries.search_parties("") == []
    assert queries.search_parties("%") == []
    assert navy in queries.search_parties("sea f")


@pytest.mark.django_db
def test_a_party_gets_an_address_of_its_own_and_a_history():
    one, other = make_party("Ada Okafor"), make_party("Ada Okafor")
    assert (one.slug, other.slug) == ("ada-okafor", "ada-okafor-2")
    assert make_party("وكالة").slug == "وكالة"
    assert one.revisions.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"name": " "}, "name"),
        ({"kind": "ghost"}, "ghost"),
        ({"kind": "outlet", "domains": ["https://a.example/"]}, "domain"),
        ({"kind": "outlet", "domains": ["taken.example"]}, "Herald"),
        ({"domains": ["a.example"]}, "outlet"),
        ({"wikidata_id": "42"}, "Wikidata"),
        ({"kind": "account", "website": "https://social.example/"}, "account"),
    ],
)
def test_what_cannot_be_a_party_is_refused_in_a_sentence(given, word):
    make_party("Herald", kind="outlet", domains=["taken.example"])
    with pytest.raises(actions.PartyRefused, match=word):
        actions.create_party(**({"name": "Somebody", "kind": "person"} | given))
