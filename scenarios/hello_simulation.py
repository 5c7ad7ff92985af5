"""A scenario in Python: 100 farmers and the Schedule F rule. ``hms-esr run scenarios/hello_simulation.py``."""

from hms_esr import Probe, Scenario, Step, User

farmers = User.template(role="farmer").multiply(100)

scenario = (
    Scenario(name="hello-simulation")
    .given(farmers)
    .when(Step("open_form", path="/apply-subsidy"))
    .and_then(Step("upload", file="fake_schedule_f.pdf"))
    .and_then(Step("submit"))
    .probe(Probe.http(warn_ms=400))
    .check("success_rate > 0.8")
    .duration("10m")
    .warp(30)
    .tag("demo")
)
