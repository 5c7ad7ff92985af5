"""Owns the fields of a run in Locust's web form, which are options of its command line too.

Knows nothing of what they start.
"""

from __future__ import annotations

from typing import Any

from hms_esr.launch.interactive import RunForm, choices


def form_fields(parser: Any, given: RunForm) -> None:
    """Scenario, scale, seed and target: options, and fields of the web UI."""
    listed = choices(given.scenario)
    text = {"type": str}
    parser.add_argument(
        "--scenario",
        default=listed[0] if listed else "",
        choices=listed,
        metavar="FILE|NAME",
        is_required=True,
        help="The scenario to carry out",
    )
    parser.add_argument("--scale", default=given.scale, **text, metavar="X", help="Times as many people; empty: 1")
    seed = "Same seed, same people; empty: the scenario's"
    parser.add_argument("--seed", default=given.seed, **text, metavar="N", help=seed)
    target = "System under test; empty: the scenario's, or the embedded city"
    parser.add_argument("--target", default=given.target, **text, metavar="URL", help=target)
