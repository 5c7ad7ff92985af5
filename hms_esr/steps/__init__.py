"""Owns the kinds of steps: one file each, one line each in this table; other packages join by entry point.

Knows nothing of how a request is sent. Entry point group: ``hms_esr.steps``.
"""

from __future__ import annotations

from hms_esr.registry import Registry
from hms_esr.steps.step import Step

STEPS: Registry[type[Step]] = Registry(
    "step",
    {
        "visit": "hms_esr.steps.visit:Visit",
        "click": "hms_esr.steps.click:Click",
        "fill": "hms_esr.steps.fill:Fill",
        "upload": "hms_esr.steps.upload:AttachFile",
        "submit": "hms_esr.steps.submit:Submit",
        "pay": "hms_esr.steps.pay:Pay",
        "login": "hms_esr.steps.login:Login",
        "request": "hms_esr.steps.request:Request",
        "await": "hms_esr.steps.await_:Await",
        "expect": "hms_esr.steps.expect:Expect",
        "think": "hms_esr.steps.think:Think",
        "maybe": "hms_esr.steps.maybe:Maybe",
    },
)

RESERVED = ("group", "repeat", "if", "use")
"""Verbs kept for later; refused with that reason."""
