"""The words the attribution rules go by: verbs of saying, titles, outlets, channels. English; facts of the language, no one's list of names.

Two lists of verbs, as measured on published news: a narrow one names the speaker, a wide one tells whether words are
attributed at all (used for naming too, it would name the wrong person in one quotation of six).
"""

_NARROW = """
say tell add state write tweet post blog claim argue note explain announce declare insist warn ask reply respond comment continue
conclude recall admit acknowledge agree assert observe remark suggest stress emphasise emphasize underline underscore urge describe
call report quip joke shout cry exclaim promise predict complain confirm deny reveal read testify rule allege estimate vow caution
concede contend maintain lament boast counter demand reiterate recount summarise summarize defend condemn criticise criticize praise
dismiss reject accuse blast slam label brand dub reason find stipulate pledge advise recommend mention point muse wonder whisper
mutter retort rejoin interject opine propose declaim plead beg yell chant hail denounce decry deplore apologise apologize elaborate
clarify signal guarantee assure inform speculate fume gush rage tout express shrug sigh laugh snap bark growl hiss
"""
_WIDE_ONLY = """
think believe feel hope fear know want see consider imagine learn hear mean sing sign publish release issue quote cite refer speak
talk discuss address introduce outline detail set order require attribute characterise characterize voice send deliver
present answer question challenge invite greet thank welcome appeal lead remember understand expect doubt regret
"""
_IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "writing"),
    "read": ("reads", "read", "reading"),
    "find": ("finds", "found", "finding"),
    "think": ("thinks", "thought", "thinking"),
    "feel": ("feels", "felt", "feeling"),
    "know": ("knows", "knew", "knowing"),
    "see": ("sees", "saw", "seeing"),
    "learn": ("learns", "learned", "learning"),
    "hear": ("hears", "heard", "hearing"),
    "mean": ("means", "meant", "meaning"),
    "sing": ("sings", "sang", "singing"),
    "speak": ("speaks", "spoke", "speaking"),
    "send": ("sends", "sent", "sending"),
    "set": ("sets", "set", "setting"),
    "lead": ("leads", "led", "leading"),
    "understand": ("understands", "understood", "understanding"),
    "admit": ("admits", "admitted", "admitting"),
    "quip": ("quips", "quipped", "quipping"),
    "blog": ("blogs", "blogged", "blogging"),
    "slam": ("slams", "slammed", "slamming"),
    "dub": ("dubs", "dubbed", "dubbing"),
    "beg": ("begs", "begged", "begging"),
    "refer": ("refers", "referred", "referring"),
    "shrug": ("shrugs", "shrugged", "shrugging"),
    "snap": ("snaps", "snapped", "snapping"),
    "regret": ("regrets", "regretted", "regretting"),
}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _forms(base: str) -> tuple[str, str, str]:
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if base.endswith("y") and base[-2] not in "aeou":
        return base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    third = base + ("es" if base.endswith(("s", "sh", "ch", "ss", "x")) else "s")
    if base.endswith("e"):
        return third, base + "d", base[:-1] + "ing"
    return third, base + "ed", base + "ing"


def _table(words: str) -> dict[str, tuple[str, str]]:
    table = {}
    for base in words.split():
        for form, tense in zip(_forms(base), ("now", "past", "ing"), strict=True):
            table[form] = (base, tense)
    return table


NARROW = _table(_NARROW) | {form: (form, "now") for form in ("say", "argue", "claim", "insist", "write", "tell")} | {"reportedly": ("", "")}
del NARROW["reportedly"]
WIDE = _table(_WIDE_ONLY) | NARROW
ATTRIBUTES = frozenset(WIDE) | _set("""
    according per quote quotes quoted statement message speech letter slogan motto phrase words term tweet post sign banner placard chant cries call
    calls headline caption email memo note verse song lyrics testimony verdict ruling complaint report study
    """)
NOUNS_TOO = _set("""
    claims reports notes posts comments tweets calls demands warns quotes rules finds labels brands estimates points claim signals praise
    """)

DETERMINERS = _set("""
    the a an this that these those his her its their our my your one two three four five six several many some both another each every
    """)
PRONOUNS = _set("he she they it i we")
PREPOSITIONS = _set("""
    of for at in from with to on by near into over under about against among between during after before since until through within inside outside
    behind despite like following regarding concerning via per throughout amid upon without across around off
    """)
BREAKS = _set("""
    and but or nor while as when where because although though if whether so then than that which who whom whose is are was were be been being am has
    have had do does did will would can could may might must shall should not cannot also there here what why how meanwhile however moreover
    furthermore
    """)
ADVERBS = _set("""
    also later then further furthermore previously repeatedly once still even never only both all already simply just now too himself herself
    themselves itself again often always soon first earlier today yesterday has have had did does do would will could can may might not since instead
    reportedly afterwards thereafter
    """)
LEADING = _set("""
    on in at after before during since by with for from as of following despite meanwhile however earlier later yesterday today tomorrow tonight
    speaking asked according citing responding writing addressing when while although though if until about over under like amid because instead
    additionally furthermore moreover still nevertheless nonetheless allegedly and but or so yet both then now last this next once also among through
    via quoting appearing commenting reacting referring
    """)

HONORIFICS = {
    "mr": "m", "mr.": "m", "sir": "m", "lord": "m", "mrs": "f", "mrs.": "f", "ms": "f", "ms.": "f", "miss": "f", "dame": "f", "lady": "f",
    "dr": "", "dr.": "", "prof": "", "prof.": "", "rev": "", "rev.": "", "sen.": "", "rep.": "", "gov.": "", "gen.": "", "col.": "", "lt.": "",
    "sgt.": "", "capt.": "", "cmdr.": "", "adm.": "", "maj.": "", "cpl.": "", "pte": "", "hon.": "", "fr": "", "fr.": "", "st": "", "sheikh": "m",
    "imam": "m", "rabbi": "", "pope": "m", "king": "m", "queen": "f", "prince": "m", "princess": "f", "baroness": "f", "baron": "m",
}  # fmt: skip
TITLES = _set("""
    president minister secretary spokesman spokeswoman spokesperson director chief senator governor mayor coach captain professor judge justice
    chairman chairwoman chairperson chair ceo officer general colonel major lieutenant sergeant admiral commander ambassador analyst leader member
    activist lawyer attorney prosecutor resident witness student teacher founder co-founder cofounder owner author co-author coauthor editor manager
    head deputy representative undersecretary commissioner administrator economist scientist researcher engineer journalist reporter correspondent
    columnist anchor presenter producer actor actress singer musician artist director-general counsel councillor councilman councilwoman congressman
    congresswoman lawmaker legislator deputy mp mep delegate envoy chancellor premier archbishop bishop cardinal priest pastor imam rabbi sheriff
    detective inspector superintendent constable policeman firefighter doctor nurse surgeon physician psychologist psychiatrist expert consultant
    adviser advisor strategist campaigner organiser organizer volunteer player striker goalkeeper midfielder defender manager driver pilot farmer
    fisherman worker employee executive vice-president treasurer clerk superintendent principal dean rector lecturer fellow historian biologist
    geologist astronomer physicist chemist meteorologist seismologist critic cosplayer barrister solicitor magistrate king queen prince princess emir
    sultan sheikh neighbour neighbor father mother brother sister son daughter wife husband uncle aunt cousin friend colleague widow grandfather
    grandmother partner teammate survivor victim passenger defendant plaintiff suspect candidate official diplomat negotiator operator entrepreneur
    investor trader banker tycoon billionaire designer architect curator filmmaker novelist poet writer blogger youtuber host veteran soldier agent
    guard aide staffer intern publisher shopkeeper businessman businesswoman boss epidemiologist
    virologist immunologist ecologist oceanographer climatologist pediatrician paediatrician archaeologist anthropologist sociologist criminologist
    statistician mathematician technician photographer brother-in-law sister-in-law mother-in-law father-in-law
    """) | frozenset(HONORIFICS)
FEMALE = _set("""
    spokeswoman chairwoman congresswoman councilwoman actress queen princess mother sister daughter wife aunt widow grandmother businesswoman sister-in-law mother-in-law
    """)
MALE = _set("""
    spokesman chairman congressman councilman policeman fisherman king prince emir sultan father brother son husband uncle grandfather businessman brother-in-law
    father-in-law
    """)
ORGANISATIONS = _set("""
    ministry department council agency party university college school institute foundation association commission committee union court office bureau
    authority administration police army navy force forces bank group company corporation corp corp. inc inc. ltd ltd. plc llc church house congress
    parliament senate assembly government times post herald tribune gazette journal guardian telegraph press news tv television radio network nations
    organization organisation federation league club team hospital museum center centre society trust fund alliance coalition front movement brigade
    embassy consulate service services board division unit institution watch international airport city states kingdom republic island islands street
    road river county province district region square park hall stadium arena building cup games festival act bill treaty project programme program
    airlines airways motors media magazine daily weekly standard mail sun star mirror observer chronicle examiner independent kremlin pentagon nato eu
    un
    """)
COMMON_ORGANISATIONS = ORGANISATIONS - _set("city states kingdom island islands street road river act bill sun star mirror times post")
SURNAMES_TOO = _set("hall park court church street post star sun mail front bank college house field temple road bill")
COMMON_ORGANISATIONS -= SURNAMES_TOO & _set("hall park church street post star sun mail front field temple road bill")
DAYS = _set("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = _set("january february march april may june july august september october november december")
NOT_NAMES = DAYS | MONTHS | _set("christmas easter ramadan internet")

AGENCIES = {  # news agencies and broadcasters that write without a telling word in their name
    name.lower(): name
    for name in (
        "TASS", "ITAR-TASS", "Reuters", "AP", "AFP", "Agence France-Presse", "Associated Press", "Press Association", "PA", "UPI", "BBC", "CNN", "NBC", "ABC",
        "CBS", "PBS", "NPR", "MSNBC", "Interfax", "Xinhua", "dpa", "ANSA", "EFE", "Bloomberg", "Al Jazeera", "Al Arabiya", "RIA Novosti", "RIA",
        "Sputnik", "Kyodo", "Yonhap", "Anadolu", "IRNA", "ISNA", "SANA", "WAFA", "KCNA", "PTI", "ANI", "Meduza", "Politico", "Axios", "Haaretz",
        "Le Monde", "Der Spiegel", "Die Welt", "Bild", "El País", "Corriere della Sera", "La Repubblica", "Ukrinform", "BelTA", "MTI", "PAP", "APA",
        "ITV", "CBC", "Deutsche Welle", "RT", "NHK", "ARD", "ZDF", "RTÉ", "Al-Jazeera", "Al-Arabiya", "Fars", "Tasnim", "Antara", "Bernama",
        "Kommersant", "Izvestia", "Vedomosti", "Mediazona", "MicroMega", "Forbes", "Newsweek", "Variety", "Wikinews", "BuzzFeed", "HuffPost",
    )
}  # fmt: skip
WIRES = _set(
    "TASS Reuters AP AFP UPI Interfax Xinhua dpa ANSA EFE Bloomberg RIA Kyodo Yonhap Anadolu IRNA ISNA SANA WAFA KCNA PTI ANI MTI PAP APA BelTA Ukrinform".lower()
) | {"associated press", "press association", "pa", "agence france-presse", "ria novosti", "fars", "tasnim", "antara", "bernama"}
OUTLET_WORDS = _set("""
    news times post herald tribune gazette journal guardian telegraph press tv television radio agency broadcaster newspaper daily weekly magazine
    chronicle examiner observer mirror mail independent standard network channel newswire wire today broadcasting media
    """)
OUTLET_NOUNS = _set("""
    agency newspaper paper magazine broadcaster channel network website site newswire daily weekly station outlet tabloid journal publication
    """)
_AUDIENCES = {  # whom somebody told, none of whom relays -> the channel, in the words of `stories.statements.Channel`
    "press-conference": "reporters journalists press media briefing",
    "speech": """court jury jurors judge inquest tribunal trial inquiry hearing parliament lawmakers mps senators congress senate assembly commons bundestag
        duma supporters crowd crowds rally audience delegates conference congregation summit forum meeting committee commission panel""",
}
AUDIENCES = {word: channel for channel, words in _AUDIENCES.items() for word in words.split()}
_CHANNELS = {  # words side by side, outside the quotations; the first channel that stands there
    "press-conference": "press conference, news conference, press briefing, news briefing, briefing",
    "release": "press release, news release",
    "post": """tweet, tweets, tweeted, tweeting, twitter, facebook, instagram, telegram, tiktok, bluesky, mastodon, weibo, blog, blogged, posted, on x, social media,
        truth social""",
    "statement": "statement, communiqué, communique",
    "interview": "interview, interviewed",
    "speech": "speech, speeches, sermon, keynote, testified, testimony",
    "letter": "email, e-mail, emailed",
    "document": "letter, memo, ruling, verdict, judgment, judgement, report, study, paper, analysis, lawsuit, indictment, filing",
}
CHANNELS = tuple((tuple(words.split()), channel) for channel, all_words in _CHANNELS.items() for words in all_words.split(","))
DOCUMENTS = _set("""
    statement letter report message tweet post email memo study paper ruling verdict complaint release announcement article editorial column document
    lawsuit petition blog indictment
    """)
MESSAGES = _set("statement letter message tweet post email memo release announcement")  # somebody's, where a study may be nobody's
UNNAMED_HEADS = _set("source sources insider insiders whistleblower whistleblowers informant")
UNNAMED_IF_ONE = _set("official officer diplomat aide employee executive adviser advisor lawmaker minister")
UNNAMED_WORDS = (
    "declined to be named", "declined to be identified", "asked not to be", "not to be named", "not to be identified", "condition of anonymity", "wished to remain anonymous",
    "asked for anonymity", "requested anonymity", "did not want to be named", "on background", "unnamed", "anonymous", "refused to be named",
    "spoke anonymously", "speaking anonymously", "identified only", "not authorised to speak", "not authorized to speak", "whose name was withheld",
)  # fmt: skip
TITLED_BY = _set("""
    named called titled entitled dubbed nicknamed headlined captioned labelled labeled branded termed known word phrase so-called song album film book
    novel
    """)
PLACES = _set("""
    alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky
    louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee
    texas utah vermont virginia washington wisconsin wyoming
    """)
