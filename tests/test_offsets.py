"""Whatever the text, every offset that comes out points at the words it says."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kgraph.extract import extract_article
from kgraph.model import Article
from kgraph.nlp.component import ANTECEDENTS, HEAD_TYPES, LINKS, TRIGGERS
from kgraph.pipeline import Resources

PIECES = st.sampled_from(
    [
        *(
            "Russia",
            "the rebels",
            "struck",
            "F-16",
            "Al-Udeid Air Base",
            "said",
            "on Monday",
            "U.S.",
            "13",
            "he",
        ),
        *(".", "!", '"', "”", "\n", "\n\n", "\t", "  ", "…", "—", "(", ")", "|", "•"),
        *(
            "🚀",
            "e\u0301",
            "\u202e",
            "\u200f",
            "\u0000",
            "\ufeff",
            "العربية",
            "中文",
            "x" * 300,
            "ATTACK ON KABUL",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=40).map(" ".join),
    st.lists(PIECES, max_size=40).map("".join),
)


@pytest.fixture(scope="module")
def resources() -> Resources:
    """What extraction needs, loaded once."""
    return Resources.load(threads=1)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_offsets_are_exact(resources: Resources, text: str) -> None:
    """Tokens rebuild the text; sentences, mentions and triggers hold exactly the words at their offsets."""
    doc = resources.nlp(text)
    assert "".join(token.text_with_ws for token in doc) == text
    assert len(doc.user_data[HEAD_TYPES]) == len(doc)
    size = range(len(doc))
    assert all(i in size for i in doc.user_data[TRIGGERS])
    assert all(link.left in size and link.right in size for link in doc.user_data[LINKS])
    assert all(back is None or back[0] < i for i, back in doc.user_data[ANTECEDENTS].items())
    found = extract_article(
        doc,
        Article(id="x", title="", text=text),
        ontology=resources.ontology,
        frames=resources.frames,
        gazetteer=resources.gazetteer,
    )
    spans = [*found.sentences, *(m.span for m in found.mentions), *(m.head for m in found.mentions)]
    spans += [time_.span for time_ in found.times] + [event.trigger for event in found.events]
    assert all(text[span.begin : span.end] == span.text for span in spans)
    assert all(span.begin < span.end for span in spans)


def test_reading_takes_linear_time(resources: Resources) -> None:
    """Eight times the text takes about eight times as long."""
    nlp: Language = resources.nlp
    text = "The rebels struck Al-Udeid Air Base on Monday, the ministry said, and it warned them again. "

    def seconds(count: int) -> float:
        began = time.process_time()
        nlp(text * count)
        return time.process_time() - began

    seconds(10)
    assert seconds(400) < 16 * seconds(50) + 0.5
