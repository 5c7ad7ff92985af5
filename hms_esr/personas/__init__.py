"""Owns the people who come: templates, the fields they are made of, and person k as a pure function of a seed.

Knows nothing of files, clocks or how people act on a target.

- ``template``       the frozen model of ``personas/*.yaml``
- ``person``         people made from a template and a seed
- ``fields``         kinds of fields, one file each, and their table
- ``declared``       reading the fields a template declares, every mistake at once
- ``defaults``       fields every person has
- ``safe``           identifiers nobody has; telling a text that may hold a real one
- ``tables``         Faker's lists as weighted tables
- ``locales``        Faker's locales and generators
- ``fakers``         which of Faker's providers may be asked, and asking them
- ``states``         the 50 states
- ``random_values``  ``{{ random.x }}``
- ``form_values``    what a person types into an empty required field
- ``meanings``       what a field's name, label and autocomplete mean
- ``ranges``         what ``min``, ``max`` and ``step`` allow
- ``patterns``       HTML's ``pattern``: read, matched, made a text for
"""
