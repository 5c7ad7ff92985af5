"""Owns a small Wagtail project as its makers would set it up. Knows nothing of rehearsals."""
