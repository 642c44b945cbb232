"""Tags as a sequence: which may follow which, and the best one (Viterbi)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FORBIDDEN = np.float32(-1e4)


def barred(count: int) -> NDArray[np.bool_]:
    """(tags, tags): whether a tag may not follow another; tags as ``nlp.labels.iob`` orders them.

    I of a type follows only B or I of it.
    """
    result = np.zeros((count, count), dtype=np.bool_)
    inner = np.arange(2, count, 2)
    result[:, inner] = True
    result[inner, inner] = False
    result[inner - 1, inner] = False
    return result


def best(scores: Floats, transitions: Floats) -> list[int]:
    """The tags of one sentence with the highest sum of ``scores`` (words, tags) and ``transitions``."""
    moves = np.where(barred(len(transitions)), FORBIDDEN, transitions)
    total = scores[0] + moves[0]
    back = []
    for row in scores[1:]:
        reached = total[:, None] + moves
        source = reached.argmax(0)
        back.append(source)
        total = reached[source, np.arange(len(source))] + row
    tag = int(total.argmax())
    tags = [tag]
    for source in reversed(back):
        tag = int(source[tag])
        tags.append(tag)
    return tags[::-1]
