"""A local page to correct verdicts: the doubtful lines first, every answer saved at once as a labelled article."""
