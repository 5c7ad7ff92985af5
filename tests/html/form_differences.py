"""Owns the random pages on which Chromium and we are known to differ, and why.

Knows nothing of how pages are made or compared.
"""

KNOWN = {
    4260: "a form in a misnested <b>: Chromium takes controls from their form when it moves them elsewhere in the tree",
}
"""Seeds of :class:`tests.html.form_pages.PageMaker`."""
OTHER_TREE = (
    "Chromium builds another tree: with a form whose end tag stood in a table, it also closes the form around it, "
    "where the HTML standard ignores the tag"
)
"""Why forms differ on pages where the two trees differ."""
