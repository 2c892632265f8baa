"""Filling a newsroom with the demo. Every step leaves what is there: run it again after an interruption and it goes on."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from wagtail.signal_handlers import disable_reference_index_auto_update

from masthead.moving.demo import files, gifts, people, sourcing, writing
from masthead.moving.demo.content import load
from masthead.newsroom.stories.models import Author, Correction

ACCOUNTS: Mapping[str, str] = {"reporter": "reporter@demo.example", "editor": "editor@demo.example", "publisher": "publisher@demo.example"}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the demo holds after a run, and how much of it the run made. `accounts` are role and e-mail address."""

    stories: int
    pictures: int
    authors: int
    corrections: int
    campaigns: int
    gifts: int
    new_gifts: int
    accounts: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.stories} stories, {self.pictures} pictures, {self.authors} authors, {self.corrections} corrections, {self.campaigns} campaigns, {self.gifts} gifts"


def _silent(_words: str) -> None:
    """Say nothing."""


@contextmanager
def _without_a_line_for_each_event() -> Iterator[None]:
    logger = logging.getLogger("masthead.events")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def fill(*, now: dt.datetime, progress: Callable[[str], object] = _silent, accounts: Mapping[str, str] = ACCOUNTS) -> Report:
    """Put the demo's people, stories, pictures, campaigns and gifts into the founded newsroom that Django is set up for.

    `progress` is told how far it is, in words. `accounts` names the e-mail address of each role; somebody who is
    there keeps the password, somebody who is not gets one that nobody knows. What the demo made before is left as
    it is now, deleted or changed; what is missing is made with hours counted from `now`.

    Raises:
        ContentError, TextError: a file of the demo is wrong.
        MeterWrong: the gifts did not add up.
        ProviderError: practice gifts are off, or a live provider is on.
    """
    with _without_a_line_for_each_event(), disable_reference_index_auto_update():
        return _fill(now=now, progress=progress, emails=accounts)


def _fill(*, now: dt.datetime, progress: Callable[[str], object], emails: Mapping[str, str]) -> Report:
    content = load()
    users = people.accounts(content.newsroom, emails)
    pictures = files.pictures(content, user=users["editor"], now=now, progress=progress)
    people.publication(content.newsroom)
    zone = ZoneInfo(settings.TIME_ZONE)
    desk = writing.Desk(
        users=users,
        authors=people.authors(content.newsroom, users=users, pictures=pictures),
        topics=people.topics(content.newsroom),
        sections=people.sections(content.newsroom, now=now),
        pictures=pictures,
        attachments=files.attachments(content, user=users["editor"], now=now),
        sources=sourcing.Sources(sourcing.load(), user=users["editor"], zone=zone),
        now=now,
        zone=zone,
    )
    stories = writing.stories(content, desk, progress=progress)
    writing.pages(content, desk)
    writing.front_page(content, desk, stories)
    campaigns = gifts.campaigns(content, now=now)
    new_gifts = gifts.give(content, campaigns, now=now, progress=progress)
    if new_gifts:
        gifts.sign_past_days(now=now)
    return Report(
        stories=len(stories),
        pictures=len(pictures),
        authors=Author.objects.count(),
        corrections=Correction.objects.count(),
        campaigns=len(campaigns),
        gifts=sum(len(entry.gifts) for entry in content.funding.campaigns),
        new_gifts=new_gifts,
        accounts=dict(emails),
    )
