import pytest

from tests.newsroom.desk.checks.say import said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Police held three people: Ann Lee and Bo Chan.", True),
        ("Police held two people: Ann Lee, Bo Chan and Carl Dee.", True),
        ("Three people were held: Ann Lee and Bo Chan.", True),
        ("They named four others: Ann Lee, 34, Bo Chan, 22, and Carl Dee, 50.", True),
        ("Nine people were killed: five men and three women.", True),
        ("Nine people — five men and three women — were killed.", True),
        ("Two colours: red, green and blue.", True),
        ("Five of the four men were freed.", True),
        ("Police held two people: Ann Lee and Bo Chan.", False),
        ("They named three others: Ann Lee, 34, Bo Chan, 22, and Carl Dee, 50.", False),
        ("Two people were held, including three others: Ann Lee and Bo Chan.", False),
        ("Eight people (five men and three women) were killed.", False),
        ("Three of the four men were freed under Article 50 of the 12 treaties.", False),
        ("Two countries: Bosnia and Herzegovina and Serbia.", False),
        ("Among 12 people: Ann Lee, who came, and Bo Chan, who left.", False),
        ("She has three goals: to win, and never to lose heart when others do.", False),
    ],
)
def test_a_count_and_what_follows_it(text, wrong):
    assert [severity for _, severity in said("count-does-not-fit", text)] == ["warn"] * wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("5 men and 3 women, nine people in all, were hurt.", True),
        ("Nine people, five men and three women, were hurt.", True),
        ("Eight people, five men and three women, were hurt.", False),
        ("5 men and 3 women, eight people, were hurt.", False),
    ],
)
def test_parts_and_their_sum(text, wrong):
    assert bool(said("sum-does-not-fit", text)) is wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Some 120 percent of voters agreed.", ["warn"]),
        ("The bill passed 62 percent to 48 percent.", ["warn"]),
        ("62 percent approve of it and 48 percent disapprove.", ["warn"]),
        ("Sales fell by 150 percent.", ["query"]),
        ("Turnout was 104 per cent.", ["query"]),
        ("She gave 110 percent, and profits fell by 150 percent.", []),
        ("Rents rose from 52 percent to 61 percent of income.", []),
        ("Those under 120 percent of the poverty level pay nothing.", []),
        ("60 percent of men and 55 percent of women agreed.", []),
        ("The bill passed 52 percent to 48 percent.", []),
    ],
)
def test_percentages_that_cannot_be(text, found):
    assert [severity for _, severity in said("percentage-out-of-range", text)] == found
