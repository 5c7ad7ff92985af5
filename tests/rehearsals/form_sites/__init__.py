"""Owns sites with forms as frameworks make them: each has ``/NAME/open``, which takes what is sent, and ``/NAME/shut``.

``/NAME/shut`` refuses everybody by a rule that no browser knows. Knows nothing of rehearsals.
"""
