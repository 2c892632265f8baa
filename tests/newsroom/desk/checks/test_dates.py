import datetime as dt

import pytest

from masthead.newsroom.desk.checks.dates import days
from tests.newsroom.desk.checks.say import said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They met on 31 June.", ["31 June"]),
        ("They met on June 31, 2019.", ["June 31, 2019"]),
        ("Born on 30 February 1999, he left.", ["30 February 1999"]),
        ("It was 29 February 2023.", ["29 February 2023"]),
        ("Dated 2023-02-30.", ["2023-02-30"]),
        ("The 31st of September.", ["31st of September"]),
        ("It was 29 February 2024, or 29 February.", []),
        ("In June 31 people died, and in May 40 more.", []),
        ("From 30 June to 31 July and on Aug. 31.", []),
    ],
)
def test_dates_that_no_calendar_has(text, found):
    assert [words for words, _ in said("date-that-is-not", text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Friday, July 22, 2017", [("Friday, July 22, 2017", "warn")]),
        ("on Friday 22 July 2017", [("Friday 22 July 2017", "warn")]),
        ("on 22 July 2017 (Friday)", [("22 July 2017 (Friday", "warn")]),
        ("Friday, July 21, 2017", []),
        ("Tues., Sept. 22, 2015", []),
        ("Sunday, 9 January 1905 in the old calendar", []),
        ("Edmonton Sun, August 16, 2008", []),
    ],
)
def test_weekdays_that_do_not_fit(text, found):
    assert said("weekday-does-not-fit", text) == found


def test_a_weekday_without_a_year_is_asked_about():
    day = dt.date(2026, 3, 10)
    assert said("weekday-does-not-fit", "It opens on Monday, 11 March.", published_on=day) == [("Monday, 11 March", "query")]
    assert not said("weekday-does-not-fit", "It opens on Wednesday, 11 March.", published_on=day)
    assert not said("weekday-does-not-fit", "It opened on Monday, 28 December.", published_on=dt.date(2027, 1, 3))


UNDATED = ["The mayor spoke on Tuesday.", "The bridge closes on 14 May."]


def test_days_in_a_text_without_any_date():
    assert said("day-without-a-date", *UNDATED) == [("Tuesday", "warn"), ("14 May", "warn")]


@pytest.mark.parametrize(
    "words",
    [
        {"is_story": True},
        {"published_on": dt.date(2026, 3, 10)},
    ],
)
def test_what_shows_its_own_date_anchors_its_days(words):
    assert not said("day-without-a-date", *UNDATED, **words)


@pytest.mark.parametrize("first", ["Tuesday, 10 March 2026", "PORT MERIDIAN, March 10, 2026 — The mayor spoke."])
def test_a_date_line_anchors_a_file(first):
    assert not said("day-without-a-date", first, *["It rained."] * 5, *UNDATED)


def test_a_full_date_anchors_what_stands_near_it():
    long = "In the years since the great flood that came over the town and its people on 3 May 2016, much was built."
    assert not said("day-without-a-date", long, "The mayor spoke on Tuesday.")
    assert said("day-without-a-date", long, *["It rained."] * 5, "The mayor spoke on Tuesday.") == [("Tuesday", "warn")]


@pytest.mark.parametrize(
    "text",
    [
        "It meets every Friday, on Black Friday and on Sundays.",
        "Sheffield Wednesday lost, wrote the Sunday Times.",
        "On 14 May this year it rained.",
        "Shops close on 25 December.",
        "Each 14 May they march, on Friday the 13th they do not.",
        "It is open every Monday and Thursday.",
    ],
)
def test_days_that_need_no_date(text):
    assert not said("day-without-a-date", text)


def test_a_day_knows_its_date():
    (day,) = days("on the 3rd of May 2016 it rained")
    assert day.date == dt.date(2016, 5, 3)
