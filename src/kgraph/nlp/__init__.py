"""The English pipeline; the only place that loads a model."""
