"""Scores against gold data: benchmark commands, never timed tests."""
