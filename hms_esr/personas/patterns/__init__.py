"""Owns HTML's ``pattern`` attribute: read, made a text for, and matched. A page's pattern is never given to ``re``.

Knows nothing of forms.

- ``characters``  sets of characters, and which of them people type
- ``nodes``       a pattern as a tree
- ``parser``      the tree of a pattern's text
- ``matcher``     the tree in the linear engine's syntax, and our own matcher for lookarounds, with a budget
- ``maker``       a text of a given length drawn for a tree
- ``pattern``     the whole: read once, asked for texts
"""
