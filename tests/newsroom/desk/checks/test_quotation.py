"""Quotation marks: what balances passes in every style, and one mark gone is found where it was."""

import dataclasses
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk.checks import quotation, quotation_marks
from masthead.newsroom.desk.text import Reading
from masthead.newsroom.stories.gate import Finding, Severity
from masthead.newsroom.stories.text import Kind, Passage


def found(*texts: str | Passage, language: str = "en", least: Severity = Severity.WARN) -> list[Finding]:
    passages = tuple(text if isinstance(text, Passage) else Passage(text=text) for text in texts)
    reading = Reading(headline="", is_story=False, language=language, passages=passages)
    enough = {Severity.BLOCK} if least is Severity.BLOCK else set(Severity)
    return [finding for check in quotation.CHECKS for finding in check.findings(reading) if finding.severity in enough]


def told(*texts: str | Passage, language: str = "en") -> list[tuple[str, str, str]]:
    """Return (rule, severity, the text from the mark on) of each finding."""
    return [
        (finding.rule.removeprefix("quotation-"), finding.severity.value, finding.passage.text[finding.start :][:12])
        for finding in found(*texts, language=language)
        if finding.passage
    ]


@pytest.mark.parametrize(
    "paragraphs",
    [
        ['"We will go," said Mr Ade. "Today."'],
        ["“We will go,” said Mr Ade. “Today.”"],
        ["“We will go—” he began. “And then,” —he paused— “never mind…”"],
        ["He called it “‘magic’, no less” and left (“at once”, he said)."],
        ["The “boat”-like shape; the “old” / “new” question; “one”, “two”."],
        ["\"I was told 'no' twice,\" she said. \"It's the workers' choice.\""],
        ["“I was told ‘no’ twice,” she said. “It’s the workers’ choice.”"],
        ["‘We will go,’ said Mr Ade. ‘It’s the boys’ idea – rock ’n’ roll in the ’90s.’"],
        ["‘They told us “no” twice,’ she said."],
        ["'We will go,' said Mr Ade. 'It's the boys' idea - rock 'n' roll in the '90s.'"],
        ["'I'm goin' home,' he said, 'to th' old place.'"],
        ["‘Is it so?’ he asked. It ‘is trying’, ‘more or less’; ‘47 percent’ in the ‘90s."],
        ["'You know? Shout it out, 'cause I don't want to,' he said. 'OK.'"],
        ["‘We go,’ said Ade,‘and they’ve no place.’"],
        ["The boys’ and girls’ teams, James’s and the ’80s: ’tis so. Rock ’n’ roll."],
        ['He is 6\' 2" tall, she 5\'10"; a 12" pipe, a 7" record and a 1/2" nut.'],
        ["“He's 6’2”,” she said. “I am five feet.”"],
        ["“He is 6' 2\" tall,” she said."],
        ["Hawai‘i, O‘ahu and the ‘Iolani Palace; al-‘Abadi of ‘Adan."],
        ["“We will go.[1]” he wrote.[2] “So”[3] it was."],
        ['"...and so it ends", he wrote; "—but not yet..."'],
        ['The "Clock", "The Katherinator" and the "third map" (third round).'],
        ["''We will go,'' he said. ''They told us, 'Do not.'''"],
        ["The trail of ``old'' machines."],
        ["*“We will go,”* he said. **“Today.”**"],
        ["He wrote <a href=\"https://example.org/\" title='x'>that</a> here."],
        # from one paragraph to the next
        ["“We will go.", "“We will go today.", "“And tomorrow.”"],
        ["He said: “We will go. It is late.", "“We will go today,” he added."],
        ["‘We will go. It is late.", "‘We will go today,’ he added."],
        ["\"They told me, 'No. Never.", "\"'And so it was,' they said.\""],
        ["He said that “we will go. We always do.", "“And tomorrow.”"],
    ],
)
def test_what_balances_passes(paragraphs):
    assert found(*paragraphs) == []


@pytest.mark.parametrize(
    ("language", "paragraphs"),
    [
        ("de", ["„Wir gehen“, sagte er. „Sie sagten ‚nein‘ und gingen.“ Das „alte“ Haus."]),
        ("de", ["»Wir gehen«, sagte er. »Heute.«"]),
        ("de-CH", ["«Wir gehen», sagte er. «Heute.»"]),
        ("fr", ["« Nous partons », dit-il. « C’est l’heure. »", "« Nous partons. Oui.", "» Et demain. »"]),
        ("fr", ["Dit-il,« nous partons », « oui, »—encore. «\u202fNon\u202f», dit-elle."]),
        ("fr", ["«\u202fIl m’a dit “non” hier\u202f», dit-elle."]),
        ("pl", ["„Idziemy”, powiedział. „Dziś.”"]),
        ("sv", ["”Vi går”, sade han. ”I dag.”", "»Vi går», sade han."]),
        ("ar", ["قال: «سنذهب اليوم». ثم قال “نعم” وقال ”لا“."]),
        ("fa", ["گفت: «می‌رویم»، و رفت."]),
        ("he", ['צה"ל הודיע: "נלך היום". דו"ח חדש.']),
        ("ja", ["「行きます」と彼は言った。「『はい』と」"]),
        ("zh", ["他说：“我们走。”然后说“好”。"]),
        ("es", ["«Vamos», dijo. «Dijo “no” ayer». —¿“Vamos”?"]),
    ],
)
def test_other_languages_have_their_own_marks(language, paragraphs):
    assert found(*paragraphs, language=language) == []


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("de", "„Wir gehen, sagte er.", "unclosed"),
        ("de", "Wir gehen“, sagte er.", "unopened"),
        ("fr", "« Nous partons, dit-il.", "unclosed"),
        ("fr", "Nous partons », dit-il.", "unopened"),
        ("de", "»Wir gehen«, sagte er. »Heute.", "unclosed"),
        ("ar", "قال: «سنذهب اليوم.", "unclosed"),
        ("ja", "「行きます と彼は言った。", "unclosed"),
        ("sv", "”Vi går, sade han.", "unclosed"),
    ],
)
def test_a_mark_gone_is_found_in_other_languages(language, text, rule):
    assert [each[:2] for each in told(text, language=language)] == [(rule, "block")]


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        # a closing mark gone
        (['"We will go, said Mr Ade.', "It was late."], ("unclosed", "block", '"We will go,')),
        (['"We will go, said Mr Ade. "Today."'], ("unclosed", "block", '"We will go,')),
        (["“We will go,” said Mr Ade. “Today."], ("unclosed", "block", "“Today.")),
        (["‘We will go, said Mr Ade.", "It was late."], ("unclosed", "block", "‘We will go,")),
        (["“They told me ‘no way, and I left.”"], ("unclosed", "block", "‘no way, and")),
        # the same, where the next paragraph opens a quotation of its own
        (["“We will go, said Mr Ade.", "“We stay,” said Ms Bo."], ("unclosed", "block", "“We will go,")),
        (["It was called “significant.", "“We stay,” said Ms Bo."], ("unclosed", "block", "“significant")),
        (["The ship “Hope” had a boat named “Faith. It sank.", "“We stay,” said Ms Bo."], ("unclosed", "block", "“Faith. It s")),
        (["Mr Ade said: “We will go. It is late.", "“We stay,” said Ann Bo, the mayor."], ("unclosed", "block", "“We will go.")),
        (["He said: “We will go. It is late.", "“Parole” status was given."], ("unclosed", "block", "“We will go.")),
        # an opening mark gone
        (["We will go,” said Mr Ade."], ("unopened", "block", "” said Mr Ad")),
        (['He spoke of a new age" and left.'], ("unopened", "block", '" and left.')),
        (["“We will go,” said Mr Ade. Today.”"], ("unopened", "block", "”")),
        (["He was born in 1984” and left."], ("unopened", "block", "” and left.")),
        (["‘We go,’ he said. It was a parole’ status, ‘he’ thought."], ("unopened", "block", "’ status, ‘h")),
        (["‘We go.’ It is late,’ he said. ‘We go.’"], ("unopened", "block", "’ he said. ‘")),
        (["Mr Ade told Sky News: We go today, and so it is.", "“It is late.”"], ("unopened", "block", "“It is late.")),
        # a paragraph that goes on and does not say so
        (["“We will go.", "We go today.”"], ("unopened", "block", "”")),
        (["“We will go.", "It is late.", "“And tomorrow.”"], ("unclosed", "block", "“We will go.")),
        # the wrong way
        (["”We will go,” he said."], ("turned", "block", "”We will go,")),
        (["“We will go,“ he said."], ("turned", "block", "“ he said.")),
        (['Kits for schools," For example" he said.'], ("turned", "block", '" For exampl')),
        (['The film "How to Go "was seen by "many" people.'], ("turned", "block", '"was seen by')),
        (["«Nous partons« dit-il. «Oui.»"], ("turned", "block", "« dit-il. «O")),
        # style
        (['"They told me "no way" and left," he said.'], ("nested", "warn", '"no way" and')),
        (['"They told me “no way” and left.', '"And so it was."'], ("nested", "warn", "“no way” and")),
    ],
)
def test_one_fault_is_told_once_and_at_its_mark(paragraphs, expected):
    assert told(*paragraphs) == [expected]


def test_captions_headings_and_embeds_do_not_break_a_quotation():
    between = [Passage(text="A harbour. “Hope” sails.", kind=kind) for kind in (Kind.CAPTION, Kind.HEADING, Kind.PULL_QUOTE, Kind.CELL)]
    broken = Passage(text="a “video", kind=Kind.EMBED)
    assert found("“We will go.", *between, broken, "“And tomorrow.”") == []


@pytest.mark.parametrize("kind", [Kind.HEADLINE, Kind.STANDFIRST, Kind.CAPTION, Kind.PULL_QUOTE, Kind.CALLOUT])
def test_what_stands_beside_the_text_balances_by_itself_and_never_blocks(kind):
    assert told(Passage(text="Minister: “We will go", kind=kind), "“And tomorrow.”") == [("unclosed", "warn", "“We will go")]
    assert found(Passage(text="Ministers’ reply: ‘no’ to Paris", kind=kind)) == []


def test_a_block_quotation_needs_no_marks_and_has_a_flow_of_its_own():
    block = [Passage(text=text, kind=Kind.QUOTATION, block="b") for text in ("“We will go.", "“And tomorrow.”")]
    bare = Passage(text="We will go.", kind=Kind.QUOTATION, block="c")
    assert found("He wrote:", *block, "“So it was,” she said.", bare) == []
    assert [each[0] for each in told("He wrote:", block[0], "“So it was,” she said.")] == ["unclosed"]


def test_a_quotation_may_lead_into_a_list():
    items = [Passage(text=text, kind=Kind.ITEM) for text in ("boats;", "ropes;", "sails.”")]
    assert found("He said: “We need:", *items, "So it was.") == []
    assert [each[0] for each in told("He said: “We need:", *items[:2], "So it was.")] == ["unclosed"]


def test_a_finding_shows_the_words_and_keeps_its_identity_when_the_text_before_it_grows():
    first = found("He said: “We will go, and so on to the end.")[0]
    again = found("New words. He said: “We will go, and so on to the end.")[0]
    assert "“We will go, and so on …”" in first.message
    assert first.key == again.key
    assert first.start != again.start


def test_a_turned_mark_comes_with_the_right_one():
    assert [finding.suggestion for finding in found("“We will go,“ he said.")] == ["”"]


@pytest.mark.parametrize("text", ['"a ' * 5000, "'a " * 5000, 'a" ' * 5000, "“a " * 3000 + "” " * 3000, '5" ' * 5000, "“" + "Aa Bb " * 5000, "boys’ " * 5000])
def test_no_text_takes_long(text):
    began = time.process_time()
    found(text, "“So,” said X.")
    assert time.process_time() - began < 20  # squared, it would be minutes


WORDS = st.lists(
    st.sampled_from(["harbour", "council", "it’s", "we", "don't", "Ade", "U.S.", "ships", "7", "o’clock", "[the]", "(so)"]), min_size=2, max_size=9
).map(" ".join)
STYLES = {
    "curly": ("en", "“", "”", "‘", "’"),
    "straight": ("en", '"', '"', "'", "'"),
    "single": ("en", "‘", "’", "“", "”"),
    "german": ("de", "„", "“", "‚", "‘"),
    "inward": ("de", "»", "«", "›", "‹"),
    "swiss": ("de", "«", "»", "‹", "›"),
    "french": ("fr", "« ", " »", "“", "”"),
    "polish": ("pl", "„", "”", "«", "»"),
    "swedish": ("sv", "”", "”", "’", "’"),
    "arabic": ("ar", "«", "»", "“", "”"),
    "corner": ("ja", "「", "」", "『", "』"),
}


@st.composite
def paragraphs(draw, style):
    """Return paragraphs in `style` with the places of their outer marks, each (paragraph, start, end, whether it opens)."""
    _, opening, closing, inner, outer = STYLES[style]
    texts, marks = [], []
    for _ in range(draw(st.integers(1, 3))):
        text = "He told them so: "
        for _ in range(draw(st.integers(1, 3))):
            marks.append((len(texts), len(text), len(text) + len(opening), True))
            inside = f"We {inner}{draw(WORDS)}{outer}, {draw(WORDS)}" if draw(st.booleans()) else f"We {draw(WORDS)}"
            text += f"{opening}{inside}{draw(st.sampled_from([',', '.', '?', '…']))}"
            marks.append((len(texts), len(text), len(text) + len(closing), False))
            text += f"{closing} {draw(st.sampled_from(['said the mayor', 'he said']))}, and left. "
        texts.append(text + "It was late.")
    return texts, marks


@pytest.mark.parametrize("style", STYLES)
@given(data=st.data())
def test_balanced_text_never_blocks_and_one_mark_gone_always_does(style, data):
    texts, marks = data.draw(paragraphs(style))
    language = STYLES[style][0]
    assert found(*texts, language=language, least=Severity.BLOCK) == []
    number, start, end, _ = data.draw(st.sampled_from(marks))
    texts[number] = texts[number][:start] + texts[number][end:]
    assert found(*texts, language=language, least=Severity.BLOCK) != []


@given(
    st.text(alphabet="aB. ,“”‘’'\"«»„()—…-1:\n", max_size=60),
    st.text(alphabet="aB. ,“”‘’'\"«»„", max_size=40),
    st.sampled_from(["en", "de", "fr", "sv", "ar", "ja"]),
)
def test_any_text_is_read_and_every_finding_points_at_a_mark(first, second, language):
    for finding in found(first, second, language=language):
        assert finding.passage
        assert finding.passage.text[finding.start : finding.end] in quotation_marks.FAMILIES
        assert finding.message.endswith(".")
        assert dataclasses.replace(finding).key == finding.key
