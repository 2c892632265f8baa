import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masthead.newsroom.desk import attribution
from masthead.newsroom.desk.attribution import lexicon
from masthead.newsroom.stories.statements import Channel
from masthead.newsroom.stories.text import Kind, Passage

OUTLETS = {"tass": "TASS", "itar-tass": "TASS", "interfax": "Interfax", "the daily planet": "Daily Planet"}


def passages(text):
    return [Passage(text=line) for line in text.split("\n") if line.strip()]


def proposed(text, words, **also):
    story = passages(text)
    found = [proposal for proposal in attribution.proposals(story, outlets=OUTLETS, **also) if words in proposal.quoted.words]
    assert len(found) == 1, found
    return found[0]


def chain(proposal):
    return [relay.outlet for relay in proposal.relays]


ENVIRONMENT = "Department for Environment, Food and Rural Affairs"
MINISTRY = """The Russian Foreign Ministry accused Washington of escalation, the TASS news agency reported on Tuesday.
“The other side is fully responsible for what happened,” the ministry said in a statement, according to the agency."""


def test_a_ministrys_statement_relayed_by_an_agency_is_read_as_speaker_channel_and_relay():
    proposal = proposed(MINISTRY, "fully responsible")
    assert (proposal.speaker, proposal.channel, chain(proposal)) == ("Russian Foreign Ministry", "statement", ["TASS"])
    assert proposal.form == "direct"
    assert proposal.relays[0].verb == "according to"
    place = proposal.speaker_span
    assert passages(MINISTRY)[place.passage].text[place.start : place.end] == "the ministry"


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ('"It was the worst night of my life," said Jane Smith, 42, a nurse from Leeds.', "worst night", "Jane Smith"),
        ("‘I don’t think the girls’ team will ever play again,’ said head coach Tom O’Brien.", "girls’ team", "Tom O’Brien"),
        ("“We have nothing left to hide,” she said, after Mayor Linda Gonzalez had left.", "nothing left", ""),
        ("Mayor Linda Gonzalez, who visited the scene, called it “a dark day for our city.”", "dark day", "Linda Gonzalez"),
        ("Police Chief Robert Brown said at a news conference that the man “acted alone and without warning.”", "acted alone", "Robert Brown"),
        ("The deal is “as good as dead and buried,” according to Anna Berg, who leads the union.", "as good as", "Anna Berg"),
        ("In the words of one resident, “nobody tells us anything any more”.", "nobody tells", "one resident"),
        ("Asked whether he would resign, Peter Brown replied: “Not before the vote, no.”", "Not before", "Peter Brown"),
        ("The decision, said Barra, was “not taken lightly by anybody here”.", "not taken lightly", "Barra"),
        ("Senator Elizabeth Warren (D-Mass.) said “the rules are rigged for the rich.”", "rigged", "Elizabeth Warren"),
        ("General Motors (GM) said in a statement that “all plants will stay open”.", "plants", "General Motors"),
        ("Human Rights Watch said the raids were “unlawful and deeply disturbing”.", "unlawful", "Human Rights Watch"),
        ("The head of the project, Maria Lund, described it as “the best thing since sliced bread”.", "sliced", "Maria Lund"),
        ("Maria Lund, the head of the project in Oslo, was blunt. “We have no money left,” Lund said.", "no money", "Maria Lund"),
        ("Jane Doe resigned. In a letter to staff, Doe wrote that she was “tired of being lied to”.", "tired of", "Jane Doe"),
        ("“Nobody came to help us at all.” — Ada Byron, a survivor", "Nobody came", "Ada Byron"),
        ("Tom Berg: “I have not seen a thing since Monday.”", "not seen", "Tom Berg"),
        ("Amnesty's statement added: “The world is watching and doing nothing.”", "world is watching", "Amnesty"),
        ("The judge told the court that the plan was “doomed from the very start”.", "doomed", "the judge"),
        ("“This is a scandal without equal,” tweeted Labour MP Jess Phillips.", "scandal", "Jess Phillips"),
        ("With its leader, Ann Wu, stating: “We are not going anywhere.”", "not going", "Ann Wu"),
        ("The Ministry of Defence said the base was “fully operational and ready”.", "operational", "Ministry of Defence"),
        ("Governor of Washington Chris Gregoire said the museum was “a perfect fit for it”.", "perfect fit", "Chris Gregoire"),
        ("“Is that really all you have?” asks Marek Nowak, pointing at the river.", "really all", "Marek Nowak"),
        ("Officials who asked not to be named because they feared reprisals said it was “dead in the water”.", "dead in", "Officials"),
        ("Gen. Mark Hall, the top U.S. commander there, told lawmakers it was “lawful and needed by our forces.”", "lawful", "Mark Hall"),
        ("The Department for Environment, Food and Rural Affairs (Defra) said: “We are spending more than ever.”", "spending", ENVIRONMENT),
        ("“I have seen the video myself,” wrote one analyst in an internal memo.", "seen the video", "one analyst"),
        ("The referee's report, leaked on Monday, describes the tackle as “reckless and very dangerous”.", "reckless", "the referee"),
        ("As one journalist put it, “the sea can mess with a fish’s mind.”", "mess with", "one journalist"),
        ("But Mick Dunn, its general secretary, hit back: “She has not once picked up the phone.”", "picked up", "Mick Dunn"),
        ("It was withdrawn after an independent review board found its authors “guilty of plain dishonesty.”", "guilty", "an independent review board"),
        ("“It is what it is, my friend,” shrugged Tom, 31, a plumber.", "what it is", "Tom"),
        ("“No comment at this time,” was all a lawyer for the firm would say.", "No comment", "a lawyer for the firm"),
        ("According to the indictment, Hale “knowingly and willfully transferred” the files.", "knowingly", "the indictment"),
        ("According to a statement from the Home Office, the minister had “never met the man in question”.", "never met", "Home Office"),
        ("A senior official, speaking on condition of anonymity, said the talks were “going nowhere very fast.”", "nowhere", "a senior official"),
        ("“There are no words for this,” said one of the survivors, who gave her name only as Maria.", "no words", "one of the survivors"),
        ("Dr. Ann Lee, an epidemiologist who had no part in the study, said it was “striking but not surprising.”", "striking", "Ann Lee"),
        ("The paper promised “longer-lasting batteries and faster trains,” the Wall Street Journal wrote.", "longer", "Wall Street Journal"),
    ],
)
def test_the_speaker_beside_a_cue_is_named(text, words, speaker):
    assert proposed(text, words).speaker == speaker


@pytest.mark.parametrize(
    ("text", "words", "speaker", "title"),
    [
        (
            "Foreign Ministry spokeswoman Maria Petrova met reporters on Monday.\n“We will not accept this,” Petrova said.",
            "not accept",
            "Maria Petrova",
            "Foreign Ministry spokeswoman",
        ),
        ("Prime Minister John Key spoke at noon. “I will have one vote like anybody else,” he said.", "one vote", "John Key", "Prime Minister"),
        ("Anna Berg, a teacher, met Tom Lund, a farmer.\n“She was so very kind to me,” Mr Lund said.", "so very kind", "Tom Lund", "a farmer"),
        ("Spokesman Carl Holm met Minister Eva Dahl. “We have agreed on nothing,” he said.", "agreed", "Carl Holm", "Spokesman"),
        ("Ms Dahl, the minister, met spokesman Carl Holm. “We have agreed on nothing,” she said.", "agreed", "Dahl", "the minister"),
        ("The World Bank published a forecast. “Growth will be slower than we thought,” the bank said.", "slower", "World Bank", ""),
        ("Next door, her neighbour Dave Finch was sweeping. “You just get on with it, don't you?”", "get on", "Dave Finch", "neighbour"),
        ("Coach Karl Berg blamed the card. “Before that, we were in control,” the 52-year-old said.", "in control", "Karl Berg", "Coach"),
        ("Anna Dahl wept. Her son, Yusuf, then 9, was pulled out alive. “I thought I was dead,” he said.", "dead", "Yusuf", "Her son"),
        ("Lin Mei owns the shop. Her brother-in-law, Chen Bo, nods. “He laid every single brick,” he says.", "brick", "Chen Bo", "Her brother-in-law"),
        ("Anna Berg and Carl Berg met Ann Dahl. Anna Berg spoke first. “I will say it now,” Berg said.", "say it now", "Anna Berg", ""),
        ("Spiegelman says he knew. On Monday he wrote to Ernesto Carafoli. “They do not exist at all,” he wrote.", "exist", "Spiegelman", ""),
        ("The Home Office issued a statement. “We do not comment on cases,” the statement said.", "comment", "Home Office", ""),
        ("The Home Office announced it on Monday. “We do not comment on cases,” said a statement carried by TASS.", "comment", "Home Office", ""),
        ("Mary Barra is chief executive of the firm.\n“I am truly very sorry,” said Barra.", "very sorry", "Mary Barra", ""),
    ],
)
def test_a_second_reference_is_taken_back_to_the_first_with_its_title(text, words, speaker, title):
    proposal = proposed(text, words)
    assert (proposal.speaker, proposal.speaker_title) == (speaker, title)


def test_a_quotation_that_goes_on_shares_its_speaker():
    text = "“Seventeen years ago it was impossible,” said Ambassador Hamid Karim. “Now it is not.”\n“They are our aspirations and our hope.”"
    assert [proposal.speaker for proposal in attribution.proposals(passages(text))] == ["Hamid Karim"] * 3


def test_an_introduction_in_the_paragraph_before_names_the_speaker():
    text = "President Jane Roe posted on her account:\n“Cool clock. Want to bring it here one day?”"
    proposal = proposed(text, "Cool clock")
    assert (proposal.speaker, proposal.channel) == ("Jane Roe", "post")


@pytest.mark.parametrize(
    ("text", "words", "speaker", "outlets"),
    [
        ("“We are leaving the city,” Anna Berg told Reuters.", "leaving", "Anna Berg", ["Reuters"]),
        ("“We are leaving the city,” Anna Berg told the Daily Planet on Monday.", "leaving", "Anna Berg", ["Daily Planet"]),
        ("“We are leaving the city,” Anna Berg told the FBI.", "leaving", "Anna Berg", []),
        ("“We are leaving the city,” Anna Berg told reporters.", "leaving", "Anna Berg", []),
        ("TASS quoted Anna Berg as saying the city was “entirely in our hands”.", "entirely", "Anna Berg", ["TASS"]),
        ("“We are leaving the city,” Anna Berg was quoted as saying by the Interfax news agency.", "leaving", "Anna Berg", ["Interfax"]),
        ("“We are leaving the city,” Anna Berg said in a statement, according to ITAR-TASS.", "leaving", "Anna Berg", ["TASS"]),
        ("Interfax reported that Anna Berg said the city was “entirely in our hands”.", "entirely", "Anna Berg", ["Interfax"]),
        ("“We are leaving the city,” Anna Berg said, Reuters reported, citing Interfax.", "leaving", "Anna Berg", ["Interfax", "Reuters"]),
        ("“We are leaving the city,” Anna Berg said via TASS.", "leaving", "Anna Berg", ["TASS"]),
        ("In an interview with the Financial Times, Anna Berg warned that “prices will not go down”.", "prices", "Anna Berg", ["Financial Times"]),
        ("“We are leaving the city,” Anna Berg told TASS, according to Reuters.", "leaving", "Anna Berg", ["TASS", "Reuters"]),
        ("Speaking to Radio Free Town, Anna Berg said: “We are leaving the city.”", "leaving", "Anna Berg", ["Radio Free Town"]),
        ("Spokesman Carl Holm told journalists there was “no news about that”, Interfax reported.", "no news", "Carl Holm", ["Interfax"]),
        ("The ministry said it had been “repelled with very heavy losses”, Novaya Pravda reported.", "repelled", "the ministry", ["Novaya Pravda"]),
        ("“We are leaving the city,” the state news agency SANA said, quoting a military source.", "leaving", "a military source", ["SANA"]),
        ("“We are leaving the city,” she told CNN's Jake Moss in an interview.", "leaving", "", ["CNN"]),
        ("“We are leaving the city,” Anna Berg told the Town Beacon, an online publication.", "leaving", "Anna Berg", ["Town Beacon"]),
        ("“We are leaving the city,” Anna Berg told NJ.com.", "leaving", "Anna Berg", ["NJ.com"]),
        ("“We are leaving the city,” Anna Berg told WCAU-TV.", "leaving", "Anna Berg", ["WCAU-TV"]),
        ("“We are leaving the city,” Anna Berg said, as quoted by TASS.", "leaving", "Anna Berg", ["TASS"]),
    ],
)
def test_relays_stand_in_order_from_the_speaker_outward(text, words, speaker, outlets):
    proposal = proposed(text, words)
    assert (proposal.speaker, chain(proposal)) == (speaker, outlets)


@pytest.mark.parametrize(
    ("text", "speaker", "outlets"),
    [
        ("The ministry said two ships had left port, according to TASS.", "the ministry", ["TASS"]),
        ("TASS, citing the Defence Ministry, reported that two ships had left port.", "Defence Ministry", ["TASS"]),
        ("Interfax's report added that the ships had left port.", "Interfax", ["Interfax"]),
        ("Anna Berg told the BBC that two ships had left port.", "Anna Berg", ["BBC"]),
    ],
)
def test_a_relay_without_a_quotation_is_proposed_as_a_paraphrase(text, speaker, outlets):
    (proposal,) = attribution.proposals(passages(text), outlets=OUTLETS)
    assert (proposal.form, proposal.speaker, chain(proposal)) == ("paraphrase", speaker, outlets)
    assert proposal.quoted.words == text.rstrip(".")
    ((place, relays),) = attribution.relays(passages(text), outlets=OUTLETS)
    assert (text[place.start : place.end], [relay.outlet for relay in relays]) == (text.rstrip("."), outlets)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("“We are leaving the city,” Anna Berg told reporters.", "press-conference"),
        ("“We are leaving the city,” Anna Berg said in a speech in Rome.", "speech"),
        ("“We are leaving the city,” Anna Berg wrote on Facebook.", "post"),
        ("“We are leaving the city,” Anna Berg told the BBC.", "interview"),
        ("“We are leaving the city,” Anna Berg told the court.", "speech"),
        ("Anna Berg's letter says “we are leaving the city”.", "document"),
        ("“We are leaving the city,” Anna Berg said.", ""),
    ],
)
def test_the_channel_is_read_from_the_sentence(text, channel):
    assert proposed(text, "leaving the city").channel == channel


def test_channels_are_those_of_statements():
    told = {name for _, name in lexicon.CHANNELS} | set(lexicon.AUDIENCES.values())
    assert told <= set(Channel)


def test_somebody_unnamed_is_marked_and_described():
    proposal = proposed("A source close to the talks told Reuters that the meeting was “a complete disaster for all”.", "disaster")
    assert (proposal.speaker, proposal.anonymous, chain(proposal)) == ("a source close to the talks", True, ["Reuters"])
    assert proposed("Officials who declined to be named said it was “dead in the water”.", "dead").anonymous
    assert not proposed("A spokesman for the ministry said it was “dead in the water”.", "dead").anonymous


def test_when_it_was_said_is_not_when_it_happened():
    assert proposed("Anna Berg said on Tuesday that the bridge was “closed for good”.", "closed").said_on_words == "on Tuesday"
    assert proposed("Anna Berg said that on Tuesday the bridge was “closed for good”.", "closed").said_on_words == ""


def test_forms_tell_whole_sentences_from_words_taken_into_ours():
    assert proposed("He said the bridge was “closed for good to everybody”.", "closed").form == "mixed"
    assert proposed("He said: “The bridge is closed for good.”", "closed").form == "direct"


def test_terms_and_titles_between_marks_are_nobodys_words():
    text = "The girls were granted “parole” status. Their robot, named “Better Idea of Afghan Girls”, came second. A new book, “The Long Way Home”, tells it."
    assert attribution.proposals(passages(text)) == []
    assert attribution.unattributed(passages(text)) == []


def test_words_that_nobody_says_are_unattributed():
    text = "The road was closed in May.\n“Nothing will ever be the same for us here.”\nThe road was opened in June."
    (quoted,) = attribution.unattributed(passages(text))
    assert quoted.words == "Nothing will ever be the same for us here."
    assert attribution.unattributed(passages(text.replace("here.”", "here,” she said."))) == []


def test_other_languages_have_quotations_without_speakers():
    (proposal,) = attribution.proposals(passages("„Wir gehen jetzt nach Hause“, sagte Anna Berg."), language="de-AT")
    assert (proposal.quoted.words, proposal.speaker) == ("Wir gehen jetzt nach Hause", "")
    assert attribution.unattributed(passages("„Wir gehen jetzt nach Hause.“"), language="de") == []


# -- marks --


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('He said "we go home" and left.', ["we go home"]),
        ("He said “we go home” and left.", ["we go home"]),
        ("Er sagte: „Wir gehen heim.“ Dann ging er.", ["Wir gehen heim."]),
        ("Il dit : « Nous rentrons. » Puis il partit.", [" Nous rentrons. "]),
        ("Er sagte: »Wir gehen heim.«", ["Wir gehen heim."]),
        ("He said ‘we don’t go home’ and left.", ["we don’t go home"]),
        ("He said 'we don't go home' and left.", ["we don't go home"]),
        ("In the '90s the girls' team went home.", []),
        ('The 6" nail and the 12" board.', []),
        ("“He told me ‘go home’ twice,” she said.", ["He told me ‘go home’ twice,"]),
        ("He said “it is over.“ However, it went on.", ["it is over."]),
        ("彼は「帰ろう」と言った。", ["帰ろう"]),
    ],
)
def test_quotations_are_found_in_every_usual_style(text, words):
    assert [quoted.words for quoted in attribution.quotations(passages(text))] == words


def test_a_quotation_over_paragraphs_is_one():
    text = "He said: “It is over.\n“Go home.\n“And stay there.”\nThey went."
    (quoted,) = attribution.quotations(passages(text))
    assert (quoted.words, quoted.first, quoted.last, quoted.closed) == ("It is over.\nGo home.\nAnd stay there.", 0, 2, True)


def test_a_quotation_that_never_closes_ends_with_its_paragraph():
    first, second = attribution.quotations(passages('He said: "It is over.\nThe ministry was silent.\n"Go home," he said.'))
    assert (first.words, first.closed, second.words, second.closed) == ("It is over.", False, "Go home,", True)


def test_captions_and_headlines_are_not_read():
    story = [Passage(text="“Go home now please”", kind=Kind.HEADLINE), Passage(text="“Go home now please”", kind=Kind.CAPTION)]
    assert attribution.quotations(story) == []


PIECES = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "'",
        "‘",
        "’",
        "«",
        "»",
        "„",
        "\n",
        " ",
        ",",
        ".",
        ":",
        "—",
        "Anna Berg",
        "said",
        "told",
        "Reuters",
        "according to",
        "he",
        "the agency",
        "a source",
        "who",
        "quoted",
        "as saying",
        "'s",
        "report",
        "In",
        "the",
        "(",
        ")",
        "citing",
        "statement",
        "\ue000",
        "in the words of",
        "-",
        "and",
        "via",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)))
def test_any_text_is_read_and_every_place_lies_inside_it(text):
    story = [Passage(text=line) for line in text.split("\n")]
    attribution.unattributed(story)
    for proposal in attribution.proposals(story, outlets=OUTLETS):
        quoted = proposal.quoted
        assert 0 <= quoted.start <= len(story[quoted.first].text)
        assert 0 <= quoted.end <= len(story[quoted.last].text)
        assert quoted.first < quoted.last or quoted.start <= quoted.end
        for place in (proposal.speaker_span, proposal.cue_span, *(relay.span for relay in proposal.relays)):
            assert place is None or 0 <= place.start < place.end <= len(story[place.passage].text)
        if quoted.first == quoted.last:
            assert story[quoted.first].text[quoted.start : quoted.end] == quoted.words


def test_text_without_an_end_costs_no_more_than_its_length():
    began = time.process_time()
    for piece in ("Anna Berg said ", "a ", "Anna, ", "he said “x y z w” and ", "'a b c' ", "who said "):
        attribution.proposals([Passage(text=piece * 1_500)])
    assert time.process_time() - began < 40  # about 1 s; squared it would be minutes


@given(st.lists(st.text(alphabet="abc ,.", min_size=1).map(lambda words: "x" + words + "x"), min_size=1), st.sampled_from(["“”", '""', "«»", "„“", "「」"]))
def test_what_is_put_between_marks_comes_back(pieces, marks):
    text = " and ".join(f"{marks[0]}{piece}{marks[1]}" for piece in pieces)
    assert [quoted.words for quoted in attribution.quotations([Passage(text=text)])] == pieces
