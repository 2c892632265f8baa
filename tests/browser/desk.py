"""What a person does at the desk, as the browser tests say it."""

import io
from typing import Any

from PIL import Image

from tests.make import PASSWORD


class Desk:
    """One person at one browser page."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        page.on("dialog", self._agree)

    def _agree(self, dialog: Any) -> None:
        self.asked.append(dialog.message)
        dialog.accept()

    def sign_in(self, email: str) -> "Desk":
        self.page.goto(f"{self.url}/desk/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.url}/desk/")
        return self

    def begin_story(self, section: str, headline: str) -> None:
        self.page.get_by_role("link", name="New story").first.click()
        self.page.get_by_role("link", name=section, exact=True).click()
        self.page.locator("#id_title").fill(headline)

    def write(self, text: str) -> None:
        """Add paragraphs and type, as somebody who looks at what she typed: a block takes the keys only once it has the focus."""
        body = self.page.locator("[data-contentpath='body']").first
        body.get_by_role("button", name="Insert a block").first.click()
        self.page.get_by_role("option", name="Paragraphs").click()
        words = self.page.locator(".public-DraftEditor-content").first
        kept = self.page.locator("input[name^='body-'][name$='-value']").first
        for _ in range(10):
            words.click()
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
            self.page.wait_for_timeout(500)  # the editor hands its words to the form a quarter of a second after the last key
            if text in words.inner_text() and text in kept.input_value():
                return
        raise AssertionError(f"the editor did not take {text!r}, it holds {words.inner_text()!r}")

    def upload_lead_picture(self, *, credit: str, alt: str) -> None:
        self.page.get_by_role("button", name="Choose a picture").first.click()
        modal = self.page.locator(".modal-body")
        modal.get_by_role("tab", name="Upload").click()
        buffer = io.BytesIO()
        Image.new("RGB", (900, 600), "#335577").save(buffer, "JPEG")
        modal.locator("input[type=file]").set_input_files({"name": "harbour.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()})
        modal.get_by_label("Name in the newsroom").fill("Harbour")
        modal.get_by_label("Credit line").fill(credit)
        modal.get_by_label("Caption").fill("The harbour on Monday.")
        modal.get_by_label("Alternative text").fill(alt)
        modal.get_by_role("button", name="Upload").click()
        modal.wait_for(state="detached")

    def saved(self) -> None:
        """Wait until the editor has kept everything by itself."""
        self.page.locator("#w-autosave-indicator").get_by_text("Saved", exact=False).first.wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def said(self) -> str:
        return str(self.page.locator(".messages").first.inner_text())
