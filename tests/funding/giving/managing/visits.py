"""A supporter's way into their own pages, and what they press there."""

import datetime as dt
import re

from django.core import mail
from django.test import Client

from masthead.funding.giving.managing.entering import ask_for_link, send_links
from tests.make.funding import NOW

HOME = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
ADA, EVE = "ada@example.org", "eve@example.org"


def text_of(response) -> str:
    return response.content.decode()


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/giving/enter/\S+)", letter.body)[1]


def link_for(email: str, now: dt.datetime = NOW) -> str:
    ask_for_link(email=email, place="203.0.113.0/24", now=now)
    send_links(now=now)
    return link_in(mail.outbox[-1])


def visitor(email: str, now: dt.datetime = NOW) -> Client:
    """Return a browser in which a supporter's page is open."""
    browser = Client()
    assert browser.post(link_for(email, now)).status_code == 303
    return browser


def key_in(browser: Client) -> str:
    return re.search(r'name="key" value="([^"]+)"', text_of(browser.get("/giving/yours/")))[1]


def press(browser: Client, path: str, key: str | None = None, **fields: str):
    return browser.post(path, {"key": key_in(browser) if key is None else key, **fields}, headers=HOME)
