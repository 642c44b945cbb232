"""Lemmas as edit scripts: how many letters go from the end, and what comes instead.

A script is written ``"2|e"`` (strip two, add "e") or, where the case is kept, ``"=0|"``.
The model chooses among the scripts seen in training; irregular verbs come from a table,
since a script that serves one verb is not learnt from a few sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

IRREGULAR = """
arise arose arisen; awake awoke awoken; bear bore borne; beat beat beaten; become became become; begin
began begun; bend bent bent; bind bound bound; bite bit bitten; bleed bled bled; blow blew blown; break
broke broken; breed bred bred; bring brought brought; build built built; burst burst burst; buy bought
bought; cast cast cast; catch caught caught; choose chose chosen; cling clung clung; come came come;
creep crept crept; deal dealt dealt; dig dug dug; draw drew drawn; drink drank drunk; drive drove driven;
eat ate eaten; fall fell fallen; feed fed fed; feel felt felt; fight fought fought; flee fled fled; fling
flung flung; fly flew flown; forbid forbade forbidden; forecast forecast forecast; foresee foresaw
foreseen; forget forgot forgotten; forgive forgave forgiven; forgo forwent forgone; freeze froze frozen;
get got gotten; give gave given; go went gone; grind ground ground; grow grew grown; hang hung hung; hear
heard heard; hide hid hidden; hold held held; keep kept kept; kneel knelt knelt; know knew known; lay
laid laid; lead led led; leave left left; lend lent lent; lie lay lain; light lit lit; lose lost lost;
make made made; mean meant meant; meet met met; mistake mistook mistaken; mow mowed mown; outdo outdid
outdone; outfight outfought outfought; override overrode overridden; overrun overran overrun; oversee
oversaw overseen; overtake overtook overtaken; overthrow overthrew overthrown; pay paid paid; rebuild
rebuilt rebuilt; repay repaid repaid; resell resold resold; retake retook retaken; ride rode ridden; ring
rang rung; rise rose risen; run ran run; say said said; see saw seen; seek sought sought; sell sold sold;
send sent sent; shake shook shaken; shed shed shed; shine shone shone; shoot shot shot; show showed
shown; shrink shrank shrunk; shut shut shut; sing sang sung; sink sank sunk; sit sat sat; slay slew
slain; sleep slept slept; slide slid slid; sling slung slung; speak spoke spoken; speed sped sped; spend
spent spent; spin spun spun; split split split; spread spread spread; spring sprang sprung; stand stood
stood; steal stole stolen; stick stuck stuck; strew strewed strewn; strike struck stricken; strike struck
struck; strive strove striven; swear swore sworn; sweep swept swept; swell swelled swollen; swim swam
swum; swing swung swung; take took taken; teach taught taught; tear tore torn; tell told told; think
thought thought; throw threw thrown; undergo underwent undergone; understand understood understood;
undertake undertook undertaken; undo undid undone; uphold upheld upheld; upset upset upset; wake woke
woken; wear wore worn; weave wove woven; weep wept wept; win won won; wind wound wound; withdraw withdrew
withdrawn; withhold withheld withheld; withstand withstood withstood; wring wrung wrung; write wrote
written; bid bade bidden; wage waged waged
"""


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


def apply(form: str, edit: str) -> str:
    """The lemma of a form under a script; never empty.

    A form in capitals (a headline) is treated as lower case unless the script keeps case.
    """
    keep = edit.startswith("=")
    strip, _, ending = edit.lstrip("=").partition("|")
    source = form if keep else form.lower()
    return source[: len(source) - int(strip)] + ending or source if int(strip) <= len(source) else source


INFLECTED = frozenset({"VBD", "VBN", "VBG", "VBZ", "NNS", "JJR", "JJS", "RBR", "RBS"})
_UNDO = {
    "VBD": ("d", "ed", "ied", "xed"),
    "VBN": ("d", "ed", "ied", "xed"),
    "VBG": ("ing", "ing+e", "xing", "ying"),
    "VBZ": ("s", "es", "ies"),
    "NNS": ("s", "es", "ies", "ves"),
}


class Lexicon:
    """Forms with their lemmas, as the training treebanks have them, and the base forms that exist.

    A script knows endings, not words: both "trace" and "trac" could have given "traced". Where the
    script's lemma is no known word and another regular one is, the known one is taken.
    """

    def __init__(self, forms: Mapping[str, Mapping[str, str]], bases: Iterable[str] = ()) -> None:
        self.forms = forms
        self.bases = frozenset(bases) | {lemma for table in forms.values() for lemma in table.values()}

    def lemma(self, form: str, edit: str, tag: str) -> str:
        """The lemma of a form with a tag, given the script that the model chose."""
        lower = form.lower()
        if tag not in INFLECTED:
            return apply(form, edit)
        if known := irregular_verbs().get((lower, tag)):
            return known
        if known := self.forms.get(tag, {}).get(lower):
            return known
        guess = apply(form, edit)
        if guess.lower() in self.bases:
            return guess
        for other in _regular(lower, tag):
            if other in self.bases:
                return other
        for prefix in PREFIXES:
            if lower.startswith(prefix) and (known := self.forms.get(tag, {}).get(lower[len(prefix) :])):
                return prefix + known
        return _spelled(guess, lower) if tag in {"VBD", "VBN", "VBG"} else guess


PREFIXES = ("re", "de", "dis", "mis", "over", "out", "under", "un", "counter", "pre", "co")
_WITH_E = re.compile(r"(?:[iy][sz]|ur|[^aeo]at|[aeiou]v|[aeiou]c|nc|dg|rg|[aiou]d|ut|ir|lv|rv|gl|bl|tl|pl)$")
_WITHOUT_E = re.compile(r"(?:sh|ch|x|ck|nd|ct|nt|pt|st|rd|rt|ll|ss|wn|lt|ft|rm|rn|ld|mp|sk|rk|ay|oy|ow)e$")


def _spelled(guess: str, form: str) -> str:
    """An unknown verb as English spells verbs: "mobilize", not "mobiliz"; "shell", not "shelle"."""
    if _WITHOUT_E.search(guess):
        return guess[:-1]
    return guess + "e" if _WITH_E.search(guess) and form.startswith(guess) else guess


def _regular(lower: str, tag: str) -> Iterator[str]:
    """Base forms that would inflect to this one by the rules of spelling."""
    for ending in _UNDO.get(tag, ()):
        if ending in {"ied", "ies"}:
            if lower.endswith(ending):
                yield lower[: -len(ending)] + "y"
        elif ending == "ves":
            if lower.endswith(ending):
                yield from (lower[:-3] + "f", lower[:-3] + "fe")
        elif ending in {"xed", "xing"}:
            stem = lower[: -len(ending) + 1]
            if lower.endswith(ending[1:]) and stem[-1:] == stem[-2:-1]:
                yield stem[:-1]
        elif ending == "ying":
            if lower.endswith(ending):
                yield lower[:-4] + "ie"
        elif ending == "ing+e":
            if lower.endswith("ing"):
                yield lower[:-3] + "e"
        elif lower.endswith(ending):
            yield lower[: -len(ending)]


def lexicon(
    rows: Iterable[tuple[str, str, str]], *, bases_from: frozenset[str] = frozenset({"VB", "NN", "VBP", "JJ"})
) -> Lexicon:
    """From (form, tag, lemma) rows: the commonest lemma of each inflected form, and the base forms."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    bases: set[str] = set()
    for form, tag, lemma in rows:
        if not form.isalpha():
            continue
        if tag in INFLECTED:
            counts.setdefault(tag, {}).setdefault(form.lower(), Counter())[lemma.lower()] += 1
        elif tag in bases_from and form.lower() == lemma:
            bases.add(lemma)
    forms = {
        tag: {
            form: min(found, key=lambda lemma: (-found[lemma], lemma))
            for form, found in sorted(table.items())
        }
        for tag, table in sorted(counts.items())
    }
    return Lexicon(forms, bases)
