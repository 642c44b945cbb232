"""Lemmas as edit scripts: how many letters go from the end, and what comes instead.

A script is written ``"2|e"`` (strip two, add "e") or, where the case is kept, ``"=0|"``.
The model chooses among the scripts seen in training; irregular verbs come from a table,
since a script that serves one verb is not learnt from a few sentences.
"""

from __future__ import annotations

from functools import cache

IRREGULAR = """
arise arose arisen; awake awoke awoken; bear bore borne; beat beat beaten; become became become; begin began begun;
bend bent bent; bind bound bound; bite bit bitten; bleed bled bled; blow blew blown; break broke broken; breed bred bred;
bring brought brought; build built built; burst burst burst; buy bought bought; cast cast cast; catch caught caught;
choose chose chosen; cling clung clung; come came come; creep crept crept; deal dealt dealt; dig dug dug; draw drew drawn;
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed fed; feel felt felt; fight fought fought;
flee fled fled; fling flung flung; fly flew flown; forbid forbade forbidden; forecast forecast forecast; foresee foresaw foreseen;
forget forgot forgotten; forgive forgave forgiven; forgo forwent forgone; freeze froze frozen; get got gotten; give gave given;
go went gone; grind ground ground; grow grew grown; hang hung hung; hear heard heard; hide hid hidden; hold held held;
keep kept kept; kneel knelt knelt; know knew known; lay laid laid; lead led led; leave left left; lend lent lent; lie lay lain;
light lit lit; lose lost lost; make made made; mean meant meant; meet met met; mistake mistook mistaken; mow mowed mown;
outdo outdid outdone; outfight outfought outfought; override overrode overridden; overrun overran overrun; oversee oversaw overseen;
overtake overtook overtaken; overthrow overthrew overthrown; pay paid paid; rebuild rebuilt rebuilt; repay repaid repaid;
resell resold resold; retake retook retaken; ride rode ridden; ring rang rung; rise rose risen; run ran run; say said said;
see saw seen; seek sought sought; sell sold sold; send sent sent; shake shook shaken; shed shed shed; shine shone shone;
shoot shot shot; show showed shown; shrink shrank shrunk; shut shut shut; sing sang sung; sink sank sunk; sit sat sat;
slay slew slain; sleep slept slept; slide slid slid; sling slung slung; speak spoke spoken; speed sped sped; spend spent spent;
spin spun spun; split split split; spread spread spread; spring sprang sprung; stand stood stood; steal stole stolen;
stick stuck stuck; strew strewed strewn; strike struck stricken; strike struck struck; strive strove striven; swear swore sworn; sweep swept swept;
swell swelled swollen; swim swam swum; swing swung swung; take took taken; teach taught taught; tear tore torn; tell told told;
think thought thought; throw threw thrown; undergo underwent undergone; understand understood understood; undertake undertook undertaken;
undo undid undone; uphold upheld upheld; upset upset upset; wake woke woken; wear wore worn; weave wove woven; weep wept wept;
win won won; wind wound wound; withdraw withdrew withdrawn; withhold withheld withheld; withstand withstood withstood;
wring wrung wrung; write wrote written; bid bade bidden; wage waged waged
"""

PAST_TAGS = frozenset({"VBD", "VBN"})


@cache
def irregular_verbs() -> dict[tuple[str, str], str]:
    """(form, tag) -> lemma, for past tense and past participle."""
    table: dict[tuple[str, str], str] = {}
    for entry in IRREGULAR.replace("\n", " ").split(";"):
        lemma, past, participle = entry.split()
        table[past, "VBD"] = lemma
        table[participle, "VBN"] = lemma
    return table


def script(form: str, lemma: str) -> str:
    """The edit script that turns ``form`` into ``lemma``."""
    keep = lemma != lemma.lower()
    source = form if keep else form.lower()
    common = 0
    while common < min(len(source), len(lemma)) and source[common] == lemma[common]:
        common += 1
    return f"{'=' if keep else ''}{len(source) - common}|{lemma[common:]}"


def apply(form: str, edit: str, tag: str = "") -> str:
    """The lemma of a form under a script; never empty.

    A form in capitals (a headline) is treated as lower case unless the script keeps case.
    """
    if tag in PAST_TAGS and (known := irregular_verbs().get((form.lower(), tag))):
        return known
    keep = edit.startswith("=")
    strip, _, ending = edit.lstrip("=").partition("|")
    source = form if keep else form.lower()
    return source[: len(source) - int(strip)] + ending or source if int(strip) <= len(source) else source
