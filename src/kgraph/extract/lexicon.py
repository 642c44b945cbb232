"""English word lists of the mention and coreference readers; no list names a real person or place."""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


# ---------------------------------------------------------------- grammar

DETERMINERS = frozenset({"the", "this", "that", "these", "those"})
INDEFINITE = frozenset({"a", "an", "some", "several", "many", "few", "any", "another", "no", "each", "every"})
MODIFIER_DEPS = frozenset(
    {"det", "det:predet", "amod", "compound", "nummod", "nmod:poss", "nmod:desc", "advmod", "case", "punct"}
)
TITLE_DEPS = frozenset({"compound", "flat", "appos", "nmod:desc"})
SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "csubj"})

PRONOUNS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("he", "him", "his", "himself"), ("sg", "m")),
    **dict.fromkeys(("she", "her", "hers", "herself"), ("sg", "f")),
    **dict.fromkeys(("it", "its", "itself"), ("sg", "n")),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), ("pl", "")),
    **dict.fromkeys(("i", "me", "my", "mine"), ("sg", "speaker")),
    **dict.fromkeys(("we", "us", "our", "ours"), ("pl", "speaker")),
    **dict.fromkeys(("who", "whom", "whose", "which", "that"), ("", "relative")),
}
"""Pronoun -> (number, gender or manner of reference)."""

GENDERED = {"mr": "m", "mr.": "m", "sir": "m", "king": "m", "prince": "m", "mrs": "f", "mrs.": "f", "ms": "f",
            "ms.": "f", "miss": "f", "madam": "f", "queen": "f", "princess": "f", "lady": "f", "lord": "m",
            "businessman": "m", "spokesman": "m", "chairman": "m", "congressman": "m", "spokeswoman": "f",
            "chairwoman": "f", "congresswoman": "f", "man": "m", "woman": "f", "father": "m", "mother": "f",
            "brother": "m", "sister": "f", "son": "m", "daughter": "f",
            "husband": "m", "wife": "f"}  # fmt: skip

# ---------------------------------------------------------------- acting and lying in place

SAYING = words(
    """
    say tell state add note announce declare claim explain warn stress insist argue remark reply
    respond reiterate comment confirm deny ask recall emphasize emphasise admit write tweet report
    believe think accuse
    """
)
STILL = words("lie sit stand locate situate sleep wake border straddle")
"""Verbs whose subject is a place, not an actor."""

JUDGED = words(
    """
    accuse urge blame warn tell ask criticise criticize condemn support thank threaten pressure
    press sanction help provoke consult inform notify assure persuade convince push call deter anger
    isolate back defy irk alarm challenge oppose irritate reassure invite lobby antagonise
    antagonize embarrass condition oblige force
    """
)
"""Verbs whose object or passive subject is an actor when it can be one."""

TOWARDS = words(
    """
    sell supply give offer deliver appeal warning aid message threat support assistance loyal close
    concession relation respond response reply sale listen talk speak turn request hostile allied
    ally
    """
)
"""What goes *to* an actor."""

OUTOF = words(
    """
    import buy demand order permission pressure support response help aid assistance message
    reaction statement threat criticism request approval backing recognition instruction assurance
    guarantee comment answer
    """
)
"""What comes *from* an actor."""

AGAINST = frozenset({"with", "against", "between", "by", "towards", "toward", "among"})
UPON = words("sanction pressure embargo rely dependent reliance depend call restriction impose")
CIVIC = words(
    """
    mayor police resident residence suburb street outskirts airport centre center station square
    university hospital subway metro museum theatre theater population weather district
    neighbourhood neighborhood skyline citizen school hotel stadium zoo port bureau north south east
    west
    """
)
"""What a city has and a state has not: "Moscow's mayor" leaves Moscow a place."""

GOVERNING = words("government regime administration authority leadership cabinet junta")

# ---------------------------------------------------------------- nominals

CLASSES: Mapping[str, str] = {
    word: name
    for name, members in {
        "ministry": "ministry department",
        "government": "government administration regime authority leadership cabinet",
        "country": "country nation state kingdom republic",
        "coalition": "coalition",
        "alliance": "alliance bloc",
        "group": "group militant rebel insurgent militia fighter terrorist jihadist jihadi faction movement "
        "organisation organization extremist guerrilla",
        "base": "base airbase airfield facility installation outpost garrison camp",
        "city": "city town village capital",
        "island": "island islet atoll",
        "force": "force troop soldier serviceman military army personnel",
        "aircraft": "aircraft plane jet fighter bomber fighter-bomber warplane airplane airliner",
        "helicopter": "helicopter chopper",
        "ship": "ship vessel warship destroyer frigate corvette cruiser carrier",
        "missile": "missile rocket",
        "drone": "drone uav",
        "company": "company firm corporation manufacturer contractor",
        "parliament": "parliament legislature assembly",
        "newspaper": "newspaper daily paper",
        "spokesperson": "spokesman spokeswoman spokesperson",
        "premier": "premier pm",
    }.items()
    for word in members.split()
}
"""Head word -> class of words that can stand for each other."""

TYPE_CLASSES: Mapping[str, frozenset[str]] = {
    "State": frozenset({"country"}),
    "Base": frozenset({"base"}),
    "ArmedGroup": frozenset({"group"}),
    "Place": frozenset({"city"}),
}
"""Classes of nominals that a name of this type can be the antecedent of, whatever its words."""

UNIQUE = frozenset({"coalition", "alliance"})
"""Classes of which an article knows one, so that differing adjectives do not part two mentions."""

MEMBERS = words(
    """
    fighter militant terrorist insurgent rebel jihadist jihadi extremist guerrilla force member
    """
)
"""Plurals that stand for the armed group named before them: "X fighters"."""

MANY = words("troop force personnel military authority police people crew")
PLACE_OF = words(
    """
    city town village province region state republic port island river governorate district
    peninsula kingdom strait gulf sea capital base airport territory emirate
    """
)
"""Heads of "the X of NAME" and "NAME X" in which both are one thing."""

SAME_KIND = PLACE_OF | frozenset(word for word in CLASSES)

NATURE = words(
    """
    river sea gulf strait mount lake ocean mountain mountains desert valley channel airspace
    """
)
"""Words in the names of places that are no settlements."""
INVARIANT = frozenset({"aircraft", "spacecraft", "hovercraft", "headquarters", "rotorcraft"})
"""Nouns whose plural looks like the singular."""
PLAIN = words(
    "air base naval camp city town village state country republic kingdom island port province military"
)
"""Words of which a name cannot be made alone."""
OF_STATE = words("secretary secretaries minister ministers department head heads undersecretary")
"""What stands before "of state" without meaning a state."""
DIRECTIONS = words("northern southern eastern western north south east west central new old")

# ---------------------------------------------------------------- names

STOP = frozenset({"of", "the", "and", "for", "in", "on", "to", "de", "la", "al", "&"})
TITLES = words(
    """
    mr mr. mrs mrs. ms ms. miss dr dr. sir lord lady prof prof. professor president minister senator
    sen. sen gen gen. general col col. colonel maj maj. major capt capt. captain lt lt. lieutenant
    sgt sgt. sergeant adm adm. admiral brig brig. brigadier marshal cmdr cmdr. commander king queen
    rep. rep gov. gov governor secretary ambassador chancellor premier judge rear vice chief prime
    foreign defence defense coronel capitan teniente comandante
    """
)
GIVEN: Mapping[str, str] = {
    form: name
    for name, forms in {
        "sergei": "sergey serguei sergej",
        "andrei": "andrey andrej",
        "alexei": "alexey aleksey aleksei",
        "alexander": "aleksandr aleksander alexandr",
        "dmitry": "dmitri dmitriy dimitri dimitry",
        "yuri": "yury yuriy",
        "nikolai": "nikolay",
        "valery": "valeri valeriy",
        "mohammed": "mohamed mohammad muhammad mohamad muhammed mohammod",
        "hussein": "husain hussain husayn",
        "yusuf": "yousef youssef yusef",
        "recep": "rejep",
    }.items()
    for form in forms.split()
}
"""Given names that are one name in several transliterations."""

AIRCRAFT = r"(?:F|B|C|A|E|P|U|KC|RC|EP|MQ|RQ|Su|MiG|Tu|Il|An|Be|J|JH|Y|H|KJ|JF)-\d"
SHIP = r"(?:USS|HMS|HMCS|HMAS|INS|BRP|RFS|ROKS|JS|HNLMS|FS|HDMS|TCG|USNS|RFA)\b"

# ---------------------------------------------------------------- kinds of base, and what is composed

BASE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "AirBase",
        (
            "air",
            "airbase",
            "airfield",
            "airstrip",
            "aerodrome",
            "airport",
            "raf",
            "afb",
            "heliport",
            "runway",
        ),
    ),
    (
        "NavalBase",
        (
            "naval",
            "navy",
            "submarine",
            "fleet",
            "shipyard",
            "port",
            "harbour",
            "harbor",
            "wharf",
            "anchorage",
        ),
    ),
    ("MissileSite", ("missile", "rocket", "cosmodrome", "silo")),
    ("Headquarters", ("headquarters", "hq", "pentagon", "centcom")),
    ("TrainingArea", ("range", "training", "polygon", "proving", "ground")),
    ("Depot", ("depot", "arsenal", "warehouse", "stockpile", "stores", "ammunition", "armoury", "armory")),
    (
        "ArmyBase",
        (
            "army",
            "barracks",
            "camp",
            "fort",
            "garrison",
            "outpost",
            "kaserne",
            "caserma",
            "cantonment",
            "bunker",
        ),
    ),
)
"""Class of base, words that say so; the first class wins."""

MILITARY = words(
    """
    force forces armed troop troops army military soldier soldiers serviceman servicemen personnel
    defence defense
    """
)
TOPICS = {"defence": "Defence", "defense": "Defence", "military": "Defence", "foreign": "Foreign Affairs",
          "external": "Foreign Affairs", "interior": "Internal Affairs", "internal": "Internal Affairs",
          "finance": "Finance", "justice": "Justice", "health": "Health", "energy": "Energy",
          "transport": "Transport", "trade": "Trade", "economy": "Economy", "information": "Information",
          "emergency": "Emergency Situations", "education": "Education", "oil": "Oil"}  # fmt: skip
"""A word in a ministry's name -> what that ministry is for."""
PORTFOLIOS = frozenset({*TOPICS, "affair", "affairs", "relations"})
"""What a minister or a ministry is for: no person, whatever stands above it."""

# ---------------------------------------------------------------- words that tell better than the model

STATE_NAMES = words(
    "republic kingdom empire federation confederation union emirate emirates sultanate caliphate"
)
"""A state that the gazetteer does not know calls itself so; another name read as a state is none."""
STATE_NOUNS = words(
    """
    country nation state republic kingdom empire emirate ally neighbor neighbour power superpower
    partner member signatory adversary rival homeland federation union regime government opponent
    foe enemy participant side colony protectorate dictatorship democracy monarchy
    """
)
"""Heads of nominals that mean a state."""
BODY_NAMES = words(
    """
    police army navy ministry council university college school hospital bank party court church
    agency office department committee commission institute association federation company
    corporation hotel motel club press foundation society service union team authority guard
    parliament senate congress league universidad
    """
)
"""Words in the names of bodies; what has one is no state and no place."""
CIVILIANS = words(
    """
    people person individual friend member hobbyist supporter resident citizen civilian student
    worker villager passenger expert protester protestor demonstrator journalist farmer pensioner
    voter youth child woman family aircrew developer inhabitant missionary priest nun teacher doctor
    victim patient prisoner detainee peasant laborer labourer bishop clergyman lawyer parishioner
    pilgrim immigrant migrant refugee tourist fan official officer politician other
    """
)
"""Heads of nominals that mean persons, not an armed group."""
CIVIC_BODIES = words(
    """
    party community establishment company business institution union opposition media newspaper firm
    charity organisation organization association parties church electorate
    """
)
"""Heads of nominals that mean a body, armed only where more is said than that."""
FRIENDS = words("ally partner neighbor neighbour")
"""Heads of nominals that mean actors of any kind."""
