"""From an annotated Doc to the facts of its article: mentions, times, events, relations."""

from kgraph.extract.article import extract_article

__all__ = ["extract_article"]
