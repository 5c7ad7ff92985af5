"""Owns creating the accounts of made-up people at a target before a run, and removing them again.

Knows nothing of how people log in.
"""

from __future__ import annotations

import json

from hms_esr.errors import EnvironmentProblem
from hms_esr.http.setup_request import guard_for, setup_http
from hms_esr.library import persona_template
from hms_esr.personas.person import PeopleMaker

AT_ONCE = 200


def create_accounts(role: str, count: int, address: str, *, seed: int = 1, may_load: tuple[str, ...] = ()) -> int:
    """POST the accounts of persons ``0 … count-1`` of ``role`` to ``address``; how many the service says it made.

    ``address`` is a service's base (``/api/accounts`` is added) or the whole address of its accounts. People are those
    of ``identity: fixed``. Raises EnvironmentProblem when the service refuses.
    """
    url = address if address.rstrip("/").endswith("accounts") else address.rstrip("/") + "/api/accounts"
    guard = guard_for([address], may_load)
    maker = PeopleMaker(persona_template(role), seed, "fixed")
    made = 0
    for first in range(0, count, AT_ONCE):
        people = [maker.person(person_no) for person_no in range(first, min(count, first + AT_ONCE))]
        accounts = [
            {
                "email": person.account.email if person.account else person.fields["email"],
                "password": person.account.password if person.account else person.fields["password"],
                "name": person.fields["name"],
                "role": role,
            }
            for person in people
        ]
        body = json.dumps({"accounts": accounts}).encode()
        answer = setup_http(guard, "POST", url, headers={"Content-Type": "application/json"}, body=body)
        if answer.status >= 300:
            text = answer.body[:200].decode(errors="replace")
            raise EnvironmentProblem(f"{url} refused the accounts: {answer.status} {text}")
        made += len(accounts)
    return made
