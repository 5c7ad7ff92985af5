"""Owns putting our part into a web UI of Locust's: who may speak, what a start may ask for, our tab and page.

Knows nothing of runs: figures and fields come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from flask import jsonify, request
from flask_login import current_user

from hms_esr.engine.locust_plugin.web.origins import refuse_others
from hms_esr.engine.locust_plugin.web.tab import add_tab


class Shown(Protocol):
    """Runs as the web UI sees them."""

    def figures(self) -> dict[str, Any]:
        """The run that goes on or was last, as :class:`hms_esr.launch.live_figures.Live` shows it."""
        ...

    def problem(self, fields: Mapping[str, Any]) -> str:
        """Why a run with these fields of the form is not possible; empty when it is."""
        ...


def install(web_ui: Any, runs: Shown) -> None:
    """All of it; to be called before the web UI listens."""
    environment = web_ui.environment
    refuse_others(web_ui.app, web_ui.host)

    def check_start() -> Any:
        """A start that is not possible is refused in the form, where its fields are."""
        if request.method != "POST" or not request.path.endswith("/swarm"):
            return None
        if web_ui.web_login and not current_user.is_authenticated:
            return None  # Locust's own page asks for the login
        fields = vars(environment.parsed_options) | request.form.to_dict() if environment.parsed_options else {}
        problem = runs.problem(fields)
        return jsonify({"success": False, "message": problem, "host": environment.host}) if problem else None

    web_ui.app.before_request(check_start)
    add_tab(web_ui, runs.figures)
    plain = web_ui.update_template_args

    def update_template_args() -> None:
        """The target is a field of ours, so nobody is warned that Locust knows no host."""
        plain()
        web_ui.template_args["missing_host_warning"] = False

    web_ui.update_template_args = update_template_args
