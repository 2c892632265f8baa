"""The contribute form as a browser reads and sends it."""

from html.parser import HTMLParser

from masthead.funding.giving import forms
from masthead.funding.giving.models import Gift
from masthead.funding.ledger.models import Transfer
from tests.make.funding import NOW

HOME = {"origin": "http://testserver"}


class Form(HTMLParser):
    """The fields of a page's forms as a browser would send them, and what labels them."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.ids, self.labels = {}, set(), set()
        self.radios = []
        self.in_label = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.add(given.get("id"))
        if tag == "label":
            self.in_label = True
            self.labels.add(given.get("for"))
        if tag == "input" and self.in_label:
            self.labels.add(given.get("id"))
        if tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind in {"radio", "checkbox"}:
                self.radios.append((given["name"], given.get("value"), "checked" in given))
                if "checked" in given:
                    self.fields[given["name"]] = given.get("value", "on")
            else:
                self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        if tag == "label":
            self.in_label = False


def page(client, query=""):
    return client.get(f"/contribute/{query}")


def text_of(response):
    return response.content.decode()


def filled(campaign, fields):
    usual = {
        "campaign": campaign.slug,
        "currency": campaign.currency,
        "made": forms.form_token(now=NOW),
        "frequency": "once",
        "amount_once": "25",
        "amount": "",
        "email": "ada@example.org",
        "name": "",
        "dedication": "",
        "website": "",
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


def send(client, to, /, headers=HOME, **fields):
    return client.post("/contribute/", filled(to, fields), headers=headers)


def nothing_happened():
    return not Gift.objects.exists() and not Transfer.objects.exists()
