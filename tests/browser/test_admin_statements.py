"""A story sourced at the keyboard: offers taken, links pasted, words moved, findings beside the words."""

import pytest

from masthead.newsroom.sources.models import Party, SourceDocument
from masthead.newsroom.staff.roles import Role
from masthead.newsroom.stories.models import StoryPage
from masthead.newsroom.stories.statements import State, state
from tests.browser.desk import Desk
from tests.make import make_staff, make_story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTLES = 3000  # ms in which Wagtail's editor takes note of how the form was
WIRE = """<p>“We never agreed to those terms, and we will not agree to them now,” the Vessan Foreign Ministry said in a statement, according to the Tarn News Agency.</p>
<p>“Nobody was hurt, and the road is open again,” Governor Ada Holm told the Tarn News Agency.</p>
<p>“Three people were treated for cuts and bruises,” the Vessan Health Ministry said in a statement, Orlo Press reported.</p>
<p>Orlo Press quoted Interior Minister Jan Brandt as saying: “The crossing stays closed until Friday, and that is final.”</p>"""


class Writer(Desk):
    """One person at the editor, whose keys and pastes are counted."""

    keys = pastes = 0

    def key(self, name):
        self.keys += 1
        self.page.keyboard.press(name)

    def paste(self, text):
        self.pastes += 1
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def edit(self, story):
        self.page.goto(f"{self.url}/desk/pages/{story.pk}/edit/")
        self.page.locator(".public-DraftEditor-content").first.wait_for()
        self.page.wait_for_timeout(SETTLES)
        return self

    def open_panel(self):
        self.key("Control+Shift+s")
        self.page.locator("[data-statements]").wait_for()

    def says(self, words):
        self.page.locator("#st-said").get_by_text(words, exact=False).first.wait_for()

    def focused(self, selector):
        self.page.wait_for_function("selector => document.activeElement?.matches(selector)", arg=selector)

    def kept(self, true):
        """Return the statements of the one story's newest version once `true` of them; the editor saves by itself."""
        found = []
        for _ in range(80):
            story = StoryPage.objects.first()
            found = list(story.get_latest_revision_as_object().statements.all()) if story else []
            if true(found):
                return found
            self.page.wait_for_timeout(250)
        pytest.fail(f"the editor did not keep what was asked for; it has {[str(one) for one in found]}")


@pytest.fixture
def writer(live_server, open_page):
    page = open_page(width=1440, permissions=["clipboard-read", "clipboard-write"])
    return Writer(page, live_server.url).sign_in(make_staff(Role.EDITOR).email)


def test_four_statements_from_two_agencies_take_three_pastes_and_no_more_than_twelve_keys(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    writer.edit(story)
    writer.open_panel()
    for left in (4, 3, 2, 1):
        writer.page.get_by_text(f"{left} {'quotation' if left == 1 else 'quotations'} without a source").wait_for()
        writer.focused("[data-offer]")
        writer.key("Enter")
    writer.focused("#st-paste")
    writer.paste("https://tarn-news.example/world/answer")
    writer.says("The report of Tarn News Agency now stands behind 2 statements.")
    writer.paste("https://orlopress.example/a/123")
    writer.says("The report of Orlo Press now stands behind 2 statements.")
    writer.paste("https://mfa.example/statements/77")
    writer.page.get_by_text("What can be seen there?").wait_for()
    writer.key("Enter")
    writer.says("Seen in the original: 1 statement of Vessan Foreign Ministry.")

    found = writer.kept(lambda all_: sum(one.document_id is not None for one in all_) == 1)
    assert (writer.pastes, writer.keys) == (3, 6)
    assert writer.pastes <= 3
    assert writer.keys <= 12
    chains = {(one.said_by, one.channel, *(hop.outlet.name for hop in one.hops.all())) for one in found}
    assert ("Vessan Foreign Ministry", "statement", "Tarn News Agency") in chains
    assert {names[0] for names in chains} == {"Vessan Foreign Ministry", "Ada Holm", "Vessan Health Ministry", "Jan Brandt"}
    states = [
        state(
            has_speaker=bool(one.said_by),
            has_document=one.document_id is not None,
            hops_with_document=sum(hop.document_id is not None for hop in one.hops.all()),
        )
        for one in found
    ]
    assert sorted(states) == sorted([State.COMPLETE, *[State.RELAY_ONLY] * 3])
    assert SourceDocument.objects.count() == 3

    writer.press("Publish now")
    writer.page.wait_for_url(f"{writer.url}/desk/")
    public = StoryPage.objects.get(pk=story.pk)
    assert public.live
    assert {one.said_by for one in public.statements.all()} == {names[0] for names in chains}
    writer.page.goto(f"{writer.url}{public.get_url_parts()[2]}")
    notes = writer.page.locator("[role='doc-endnotes']").inner_text()
    assert all(name in notes for name in ("Vessan Foreign Ministry", "Ada Holm", "Tarn News Agency", "Orlo Press"))


def test_closing_a_quotation_offers_its_source_and_tab_keeps_it(writer):
    writer.begin_story("News", "The crossing")
    writer.write("“We will answer this on our own terms,” the Vessan Foreign Ministry said in a statement")
    chip = writer.page.get_by_role("dialog", name="Offered source of the quotation")
    chip.get_by_text("Vessan Foreign Ministry").wait_for()
    writer.page.keyboard.type(", according to Orlo Press.")
    chip.get_by_text("Orlo Press").wait_for()
    writer.page.keyboard.press("Tab")
    chip.wait_for(state="detached")
    [one] = writer.kept(len)
    assert (one.said_by, one.words) == ("Vessan Foreign Ministry", "We will answer this on our own terms,")
    assert one.hops.get().outlet.name == "Orlo Press"
    assert writer.page.evaluate("document.activeElement.isContentEditable"), "the hand stays in the text"
    assert "data-statement" not in str(StoryPage.objects.get().get_latest_revision_as_object().body.get_prep_value()), "the text carries no bookkeeping"


def test_a_part_of_the_offer_is_changed_with_the_arrows_and_by_typing(writer):
    writer.begin_story("News", "The crossing")
    writer.write("“We will answer this on our own terms,” the Vessan Foreign Ministry said in a statement.")
    chip = writer.page.get_by_role("dialog", name="Offered source of the quotation")
    chip.get_by_text("Vessan Foreign Ministry").wait_for()
    press = writer.page.keyboard.press
    press("ArrowDown")
    press("ArrowRight")
    press("ArrowDown")
    chip.get_by_text("press release").wait_for()
    press("ArrowLeft")
    writer.page.keyboard.type("Minister Ada Holm")
    writer.page.get_by_role("option", name="New: Minister Ada Holm person").wait_for()
    press("Enter")
    chip.get_by_role("button", name="Minister Ada Holm").wait_for()
    press("Enter")
    chip.wait_for(state="detached")
    [one] = writer.kept(len)
    assert (one.said_by, one.channel) == ("Minister Ada Holm", "release")
    assert Party.objects.get(name="Minister Ada Holm").kind == "person"


def test_an_offer_that_is_let_go_does_not_come_back(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    writer.edit(story).open_panel()
    writer.focused("[data-offer]")
    writer.key("Delete")
    writer.page.get_by_text("3 quotations without a source").wait_for()
    writer.key("Enter")
    writer.page.get_by_text("2 quotations without a source").wait_for()
    assert [one.said_by for one in writer.kept(len)] == ["Ada Holm"]


def test_the_same_source_as_above_is_one_key_and_can_be_undone(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    writer.edit(story).open_panel()
    for left in (3, 2):
        writer.focused("[data-offer]")
        writer.key("Enter")
        writer.page.get_by_text(f"{left} quotations without a source").wait_for()
    writer.page.locator("[data-statement]").nth(1).focus()
    writer.key("a")
    writer.says("Same source as above: Vessan Foreign Ministry ← statement ← Tarn News Agency.")
    assert [one.said_by for one in writer.kept(lambda all_: len(all_) == 2 and len({one.speaker_id for one in all_}) == 1)] == ["Vessan Foreign Ministry"] * 2
    writer.page.get_by_role("button", name="Undo").click()
    writer.kept(lambda all_: len({one.speaker_id for one in all_}) == 2)


def test_words_that_are_taken_out_leave_an_orphan_that_can_be_found_again(writer):
    story = make_story(
        "The crossing", live=False, text="<p>“Nobody was hurt, and the road is open again,” Ada Holm said.</p><p>A quiet morning followed at the crossing.</p>"
    )
    writer.edit(story).open_panel()
    writer.focused("[data-offer]")
    writer.key("Enter")
    writer.kept(len)
    writer.page.locator(".public-DraftEditor-content [data-block='true']").first.click()
    writer.page.keyboard.press("Home")
    writer.page.keyboard.press("Shift+End")
    writer.page.keyboard.type("Nothing is known.")
    writer.page.get_by_text("Lost in the text").wait_for()
    assert writer.kept(len)[0].words.startswith("Nobody was hurt"), "what is lost is kept, and says what it was"
    second = writer.page.locator(".public-DraftEditor-content [data-block='true']").nth(1)
    writer.page.get_by_role("button", name="Find it again").click()
    second.click(click_count=3)
    writer.page.keyboard.press("Control+Alt+s")
    writer.says("Found again.")
    writer.kept(lambda all_: all_ and all_[0].words.startswith("A quiet morning"))


def test_selected_words_become_a_statement_with_their_form_open(writer):
    story = make_story("The crossing", live=False, text="<p>A quiet morning followed at the crossing.</p>")
    writer.edit(story)
    writer.page.locator(".public-DraftEditor-content [data-block='true']").first.click(click_count=3)
    writer.page.keyboard.press("Control+Alt+s")
    writer.focused(".st-form input")
    writer.page.keyboard.type("Ada Holm")
    writer.page.get_by_role("option", name="New: Ada Holm person").wait_for()
    writer.page.keyboard.press("Enter")
    [one] = writer.kept(lambda all_: all_ and all_[0].speaker_id)
    assert (one.form, one.words) == ("paraphrase", "A quiet morning followed at the crossing.")
    writer.page.locator(".st-form").get_by_role("button", name="Delete", exact=True).click()
    writer.says("Statement deleted.")
    assert writer.page.locator("[data-statement]").count() == 0
    writer.kept(lambda all_: not all_)


def test_a_profile_is_refused_in_the_panel_and_the_link_stays_to_be_mended(writer):
    writer.edit(make_story("The crossing", live=False, text=WIRE)).open_panel()
    writer.page.locator("#st-paste").focus()
    writer.paste("https://x.com/ministry")
    writer.says("is a profile")
    assert writer.page.locator("#st-paste").input_value() == "https://x.com/ministry"


def test_a_statement_block_is_chosen_from_the_storys_statements_and_takes_its_words(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    writer.edit(story).open_panel()
    writer.focused("[data-offer]")
    writer.key("Enter")
    [one] = writer.kept(len)
    body = writer.page.locator("[data-contentpath='body']").first
    body.get_by_role("button", name="Insert a block").last.click()
    writer.page.locator(".w-combobox__option").filter(has_text="Statement").click()
    choice = writer.page.locator("select[data-statement-choice]")
    choice.select_option(str(one.key))
    assert writer.page.locator("textarea[name$='-value-words']").input_value() == one.words.removesuffix(",")
    for _ in range(60):
        blocks = StoryPage.objects.get().get_latest_revision_as_object().body.get_prep_value()
        if blocks[-1]["type"] == "statement" and blocks[-1]["value"]["statement"] == str(one.key):
            return
        writer.page.wait_for_timeout(250)
    pytest.fail(f"the block was not kept: {blocks[-1]}")


def test_what_is_changed_while_the_editor_saves_is_saved_after_it(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    page = writer.edit(story).page
    page.evaluate("""() => {
        const ask = window.fetch;
        let done = false;
        window.fetch = async (...all) => {
            const answer = await ask(...all);
            if (!done && all[1]?.method === "post") { done = true; document.getElementById("id_standfirst").value = "Typed on the way."; }
            return answer;
        };
    }""")
    page.locator("#id_title").fill("The crossing again")
    for _ in range(60):
        if StoryPage.objects.get().get_latest_revision_as_object().standfirst == "Typed on the way.":
            return
        page.wait_for_timeout(250)
    pytest.fail("what was typed while the editor saved was lost")


def test_what_is_changed_at_once_after_the_editor_opened_is_kept(writer):
    story = make_story("The crossing", live=False, text=WIRE)
    writer.page.goto(f"{writer.url}/desk/pages/{story.pk}/edit/")
    writer.page.locator("#id_standfirst").fill("Typed at once.")
    for _ in range(60):
        if StoryPage.objects.get().get_latest_revision_as_object().standfirst == "Typed at once.":
            return
        writer.page.wait_for_timeout(250)
    pytest.fail("what was typed before the editor had settled was not kept")
