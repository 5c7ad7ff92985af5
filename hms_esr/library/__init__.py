"""Owns what lies on disk: scenarios, persona templates, data files and metric functions, found by name and read whole.

Knows nothing of how a rehearsal is carried out.

- ``folders``    where things are looked for, also those that come with the package
- ``finding``    scenarios by name or path
- ``loading``    a scenario with everything it names
- ``people``     persona templates
- ``rows``       data files
- ``functions``  Python files of the user: scenarios and metric functions
"""

from __future__ import annotations

from hms_esr.library.finding import Listing, all_scenarios, find_scenario
from hms_esr.library.loading import LoadedScenario, from_object, load, load_scenario, read_scenario
from hms_esr.library.people import has_account, persona_names, persona_template

__all__ = [
    "Listing",
    "LoadedScenario",
    "all_scenarios",
    "find_scenario",
    "from_object",
    "has_account",
    "load",
    "load_scenario",
    "persona_names",
    "persona_template",
    "read_scenario",
]
