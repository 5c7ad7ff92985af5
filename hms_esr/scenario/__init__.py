"""Owns what a rehearsal is: the canonical model, the guarded reading of files, the fluent builder, the target guard.

Knows nothing of dialects, engines or disks.

- ``types``    the kinds of values in a scenario (durations, texts, shares) and the frozen model they live in
- ``model``    the canonical scenario
- ``step``     what a step is, and what it may ask of the person who performs it
- ``tagged``   choosing one kind of thing by the key it was written with
- ``source``   guarded YAML and JSON: text to values with places (``places``, ``scalars``, ``pairs``)
- ``mistakes``, ``problems``      sentences for what is wrong, all of them, in file order
- ``crosscheck``, ``promises``    names used in one part that must exist in another
- ``templates``  ``{{ … }}`` in texts
- ``unfold``     a journey as one person carries it out
- ``forecast``   what a scenario amounts to in real time
- ``written``, ``schema``         the canonical form as text, and its JSON Schema
- ``builder``    the fluent Python form
- ``guard``      which host and port may be contacted (``hosts``, ``proof``)
"""
