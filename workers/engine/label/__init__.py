"""Label questions: one of a few labels."""
