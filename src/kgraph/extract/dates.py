"""Which time belongs to which event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kgraph.extract.grammar import is_verb, relation
from kgraph.extract.time import bounds
from kgraph.model import DateBasis, Time

CARRIES = frozenset({"ccomp", "xcomp", "obj", "nsubj", "obl", "nmod", "acl", "advcl", "csubj"})


@dataclass(frozen=True, slots=True)
class Dated:
    """Begin and end as precise as the text, and where they come from."""

    begin: str | None = None
    end: str | None = None
    basis: DateBasis | None = None


class Calendar:
    """The dates of a Doc, by the word that each depends on."""

    def __init__(self, doc: Doc, times: Sequence[Time], *, triggers: Collection[int]) -> None:
        self._by_governor: dict[int, list[tuple[Token, Time]]] = {}
        for time in times:
            if time.type not in {"DATE", "TIME"} or bounds(time.value) is None:
                continue
            span = doc.char_span(time.span.begin, time.span.end, alignment_mode="expand")
            if span is None or not len(span):
                continue
            top = span.root
            if _within_name(top, triggers):
                continue
            governor = _governor(top, triggers)
            self._by_governor.setdefault(governor.i, []).append((top, time))

    def date(self, trigger: Token, *, say_verbs: frozenset[str], carriers: frozenset[str]) -> Dated:
        """The date of the event that ``trigger`` stands for; empty where the text gives none.

        A date on the clause that only reports the event dates the report, basis ``publication``.
        """
        node, reported = trigger, False
        for step in range(8):
            found = self._by_governor.get(node.i)
            if found and (not reported or step > 0):
                return _dated([time for _, time in found], trigger, found, reported=reported)
            parent = node.head
            kind = relation(node)
            if parent == node:
                break
            if kind == "conj":
                # A date stated before the first of several verbs holds for all of them.
                if _subject(node) and _subject(parent):
                    break
                node = parent
                continue
            if kind not in CARRIES or node.dep_ == "acl:relcl":
                break
            if kind in {"advcl", "acl"} and node.tag_ not in {"VBG", "VBN", "VB"}:
                break
            if kind == "acl" and node.tag_ in {"VBN", "VBD"}:
                # "the men kidnapped in May were freed on Monday"
                break
            if kind == "advcl" and any(child.dep_ == "mark" for child in node.children):
                break
            if is_verb(parent):
                if kind in {"ccomp", "parataxis"}:
                    if parent.lemma_.lower() not in say_verbs:
                        break
                    reported = True
                elif kind in {"obj", "nsubj", "obl"} and not is_verb(node):
                    if parent.lemma_.lower() in say_verbs:
                        reported = True
                    elif (
                        kind != "obj" and node.dep_ != "nsubj:pass" and parent.lemma_.lower() not in carriers
                    ):
                        break
            elif kind == "nmod" and parent.pos_ != "NOUN":
                break
            node = parent
        return Dated()


def _subject(verb: Token) -> bool:
    return any(relation(child) == "nsubj" for child in verb.children)


def _within_name(top: Token, triggers: Collection[int]) -> bool:
    """Whether a date only describes a noun that is no event of ours: "recalled the 11 November offensive"."""
    noun = top.head
    return (
        noun.pos_ in {"NOUN", "PROPN"}
        and top.i < noun.i
        and noun.i not in triggers
        and top.dep_
        in {
            "compound",
            "amod",
            "nmod:unmarked",
            "nmod:poss",
            "nummod",
        }
    )


def _governor(top: Token, triggers: Collection[int]) -> Token:
    """The verb, or the event noun, that a time expression depends on."""
    node = top
    while node.head != node:
        node = node.head
        if node.i in triggers or (is_verb(node) and node.pos_ == "VERB"):
            return node
    return node


def _dated(
    times: Sequence[Time], trigger: Token, found: Sequence[tuple[Token, Time]], *, reported: bool
) -> Dated:
    """Begin and end from the time nearest the trigger, or from a from–to pair."""
    ordered = sorted(
        times, key=lambda time: (-len(time.value.rstrip("X")), abs(time.span.begin - trigger.idx))
    )
    # "On Monday, 3 May": the more precise of two that agree; else the nearest.
    best = ordered[0]
    for time in sorted(times, key=lambda time: abs(time.span.begin - trigger.idx)):
        if not any(other is not time and other.value.startswith(time.value) for other in times):
            best = time
            break
    limits = bounds(best.value)
    if limits is None:
        return Dated()
    begin, end = limits
    prepositions: Mapping[int, str] = {
        time.span.begin: " ".join(child.lower_ for child in top.children if child.dep_ == "case")
        for top, time in found
    }
    starts = [time for time in times if prepositions.get(time.span.begin) in {"from", "between", "since"}]
    stops = [time for time in times if prepositions.get(time.span.begin) in {"to", "until", "till", "and"}]
    if starts and stops and starts[0] is not stops[0]:
        first, last = bounds(starts[0].value), bounds(stops[0].value)
        if first and last and first[0] <= last[1]:
            begin, end, best = first[0], last[1], starts[0]
    elif prepositions.get(best.span.begin) in {"before", "after"}:
        # A limit is no date: "before 2010" says when it was not.
        return Dated()
    elif prepositions.get(best.span.begin) in {"by", "until", "till"}:
        return Dated(None, end, "publication" if reported else best.basis)
    basis: DateBasis = "publication" if reported else best.basis
    return Dated(begin, end if end != begin else None, basis)
