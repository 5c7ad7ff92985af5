"""Scenario files in the forms of the documents, in words of our own."""

FLIGHT_PLAN = """scenario: passport-check
steps:
  - visit:  "/start"
  - fill:   "passport_id"  value: "Z7654321"
  - upload: "portrait.jpg"    sizeKB: 300
  - pay:    "credit_card"  failIf: "amount>500"
  - expect: { page: "/confirmation", status: 200 }
probes:
  - slow_service: eligibility-svc latency_ms=300
personas: 40
duration: "10m"
tag: passports
"""

FIRE_DRILL = """name: GrantDrill
users: 200
ramp_up: 2m
script:
  - click: "/apply"
  - fill:
      field: "state"
      value: "{{ random.states }}"
  - upload:
      path: "./papers/grades.pdf"
  - click: "Submit"
checks:
  - type: latency_under_ms
    target: 1500
  - type: status_code_ok
"""

FLUENT = """from hms_esr import Probe, Scenario, Step, User

growers = User.template(role="farmer").multiply(150)
scenario = (
    Scenario(name="crop_paper")
    .given(growers)
    .when(Step("open_form", path="/apply-subsidy"))
    .and_then(Step("upload", file="crop_paper.pdf"))
    .and_then(Step("submit"))
    .probe(Probe.http(warn_ms=1500))
    .duration("5m")
)
run_id = scenario.start()
"""

LOAD_TABLE = """from hms_esr_client import Scenario

scenario = Scenario(
    name="claims_in_two_days",
    duration_hours=24,
    time_warp=60,
    load_profile=[(0, 5), (8, 30), (18, 40)],
    assertions=["latency_p95_ms < 4000", "sla_48h_success_rate > 0.95"],
)
"""
