"""The English pipeline; the only place that loads a model."""

from __future__ import annotations

from pathlib import Path

MODEL = Path(__file__).parent / "model"
"""The folder of the shipped model; known without loading spaCy."""
