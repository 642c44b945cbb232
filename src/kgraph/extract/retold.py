"""One happening told twice in an article is one event with several sentences of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from spacy.tokens import Token

from kgraph.model import Event, Mention, Role

LOOK_BACK = 40
"""How many events back one may have been told before."""
DEFINITE = frozenset({"the", "this", "that", "these", "those", "such"})
GENERIC = {
    "Assault": (
        "attack assault raid strike operation incident violence blast explosion bombing clash fighting "
        "offensive killing murder"
    ).split(),
    "Accident": "accident incident crash collision disaster tragedy blast explosion".split(),
    "Consultation": "meeting talk visit session summit negotiation conversation trip conference".split(),
    "Agreement": "agreement deal accord pact treaty decision plan".split(),
    "Retreat": "withdrawal pullout release truce ceasefire retreat".split(),
    "Deployment": "deployment mission arrival".split(),
    "Exercise": "exercise drill manoeuvre maneuver training".split(),
    "Coercion": "arrest detention seizure raid".split(),
    "WeaponsTest": "test launch".split(),
    "Capture": "capture seizure fall".split(),
    "Sanction": "sanction measure move".split(),
    "Protest": "protest demonstration march rally".split(),
}
"""Nouns that take up an event of a class told before: "the attack"."""
SIDES = ("actor", "recipient", "place", "instrument")
ENOUGH = 2
"""How many participants two clauses must share to tell the same, where neither points back."""


def merge(events: Sequence[Event], triggers: Sequence[Token], mentions: Mapping[str, Mention]) -> list[Event]:
    """Events without those told before, in order; what a later sentence adds joins the first one.

    Two are one when class, realis and counts agree, no role and no date of both differ, the first is not told
    by somebody else alone, and the later either points back ("the attack") or shares participants.
    """
    kept: list[Event] = []
    words: list[Token] = []
    for event, trigger in zip(events, triggers, strict=True):
        at = next(
            (
                index
                for index in range(len(kept) - 1, max(-1, len(kept) - 1 - LOOK_BACK), -1)
                if _same(kept[index], event, words[index], trigger, mentions)
            ),
            None,
        )
        if at is None:
            kept.append(event)
            words.append(trigger)
        else:
            kept[at] = _joined(kept[at], event, mentions)
    return kept


def _same(one: Event, other: Event, word: Token, again: Token, mentions: Mapping[str, Mention]) -> bool:
    if (one.cls, one.realis) != (other.cls, other.realis):
        return False
    if other.sentence in {telling.sentence for telling in one.tellings}:
        return False
    if one.mode and other.mode and one.mode != other.mode:
        return False
    if one.according_to is not None and _source(one, mentions) != _source(other, mentions):
        # What only somebody says is not the same as what the article or another tells.
        return False
    if not _dates_agree(one, other) or not _counts_agree(one, other):
        return False
    back = _points_back(other.cls, word, again)
    left, right = _parts(one, mentions), _parts(other, mentions)
    shared = 0
    for role in SIDES:
        if left[role] and right[role]:
            if left[role] & right[role]:
                shared += 1
            elif not (back and role == "recipient"):
                # "The attack killed three soldiers" names those hit anew.
                return False
    return back or shared >= ENOUGH


def _source(event: Event, mentions: Mapping[str, Mention]) -> str | None:
    return mentions[event.according_to].entity if event.according_to else None


def _counts_agree(one: Event, other: Event) -> bool:
    """Whether no number of people differs: every source's figures stay apart."""
    for role in {part.role for part in one.roles if isinstance(part.value, int)}:
        counts = [{part.value for part in event.roles if part.role == role} for event in (one, other)]
        if counts[1] and counts[0] != counts[1]:
            return False
    return True


def _points_back(cls: str, word: Token, again: Token) -> bool:
    """Whether a noun takes up what was told: definite, and the same word or a general one for its class."""
    if again.pos_ != "NOUN" or not any(
        child.lower_ in DEFINITE and child.i < again.i for child in again.children
    ):
        return False
    lemma = again.lemma_.lower()
    return lemma == word.lemma_.lower() or lemma in GENERIC.get(cls, ())


def _parts(event: Event, mentions: Mapping[str, Mention]) -> dict[str, set[str]]:
    """Entities by role; a base counts as a place."""
    found: dict[str, set[str]] = {role: set() for role in SIDES}
    for part in event.roles:
        role = "place" if part.role == "base" else part.role
        if part.mention and role in found:
            found[role].add(mentions[part.mention].entity)
    return found


def _dates_agree(one: Event, other: Event) -> bool:
    if one.begin_date is None or other.begin_date is None:
        return True
    shorter, longer = sorted((one.begin_date, other.begin_date), key=len)
    return longer.startswith(shorter)


def _joined(one: Event, other: Event, mentions: Mapping[str, Mention]) -> Event:
    """The first with what the second adds: its sentence, roles that were empty, a date that was not known."""
    if other.according_to is not None and one.according_to is None:
        # What only somebody adds to it is his; the sentence is evidence of the event alone.
        return replace(one, retold=(*one.retold, *other.tellings))
    known = {part.role for part in one.roles}
    if known & {"place", "base"}:
        known |= {"place", "base"}
    taken = {mentions[part.mention].entity for part in one.roles if part.mention}
    added: list[Role] = [
        part
        for part in other.roles
        if part.role not in known and not (part.mention and mentions[part.mention].entity in taken)
    ]
    if other.begin_date and (one.begin_date is None or len(other.begin_date) > len(one.begin_date)):
        one = replace(one, begin_date=other.begin_date, end_date=other.end_date, date_basis=other.date_basis)
    return replace(
        one,
        roles=(*one.roles, *added),
        mode=one.mode or other.mode,
        confidence=max(one.confidence, other.confidence),
        retold=(*one.retold, *other.tellings),
    )
