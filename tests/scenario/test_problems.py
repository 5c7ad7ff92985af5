"""Every mistake of a scenario at once: its place, what was found, what is allowed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hms_esr.errors import BadInput
from hms_esr.library import read_scenario
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.problems import mistakes_of
from hms_esr.scenario.source import read_document
from tests.each import each

HEAD = "name: x\nload: {people: 5, over: 1m}\n"
STEPS = HEAD + "journeys:\n  - steps:\n"
SAVE = STEPS + "      - {visit: /a, save: {x: "


def problems(text: str) -> list[str]:
    """What is wrong with a file; empty when nothing is."""
    try:
        read_scenario(read_document(text, "f.yml"))
    except BadInput as error:
        return [str(one) for one in error.problems]
    return []


ONE: list[tuple[str, str]] = [
    # unknown names
    (HEAD + "clok: {warp: 2}", "3:1  unknown key 'clok'. Did you mean 'clock'?"),
    (HEAD + "clock: {wrap: 2}", "3:9  unknown key 'wrap'. Did you mean 'warp'?"),
    (HEAD + "drain_s: 5s", "3:1  unknown key 'drain_s'. Did you mean 'drain'?"),
    (HEAD + "targt: http://127.0.0.1", "3:1  unknown key 'targt'. Did you mean 'target'?"),
    (HEAD + "targts: {}", "3:1  unknown key 'targts'. Did you mean 'targets'?"),
    (STEPS + "      - clik: X", "5:9  unknown step 'clik'. Did you mean 'click'?"),
    (STEPS + "      - submitt", "5:9  unknown step 'submitt'. Did you mean 'submit'?"),
    (STEPS + "      - visit: /a\n        nme: b", "6:9  unknown key 'nme' beside 'visit'. Did you mean 'name'?"),
    (STEPS + "      - upload: {file: a.pdf, size_mb: 2}", "5:31  unknown key 'size_mb'. Did you mean 'size_kb'?"),
    (STEPS + "      - repeat: 3", "5:9  'repeat' is reserved for later; leave it out"),
    (STEPS + "      - {visit: /a, click: b}", "5:21  two kinds of step at once: visit, click; write one"),
    (STEPS + "      - maybe: {share: 0.5, steps: [{clik: X}]}", "5:38  unknown step 'clik'. Did you mean 'click'?"),
    ("name: x\nload: {peple: 5}", "2:8  unknown load 'peple'. Did you mean 'people'?"),
    (HEAD + "faults: [{fault: latncy, service: s}]", "3:18  unknown fault 'latncy'. Did you mean 'latency'?"),
    (HEAD + "checks: [sucess_rate > 0.9]", "3:10  unknown metric 'sucess_rate'. Did you mean 'success_rate'?"),
    (HEAD + "journeys: [{persona: farmr}]", "3:22  unknown persona 'farmr'. Did you mean 'farmer'?"),
    (HEAD + "journeys: [{persona: {farmr: 2}}]", "3:23  unknown persona 'farmr'. Did you mean 'farmer'?"),
    (STEPS + "      - fill: {a: '{{ persona.emial }}'}", "persona 'citizen' has no field 'emial'. Did you mean 'email"),
    (STEPS + "      - fill: {a: '{{ persoa.email }}'}", "5:19  unknown template '{{ persoa.email }}'. Allowed: person"),
    (STEPS + "      - fill: {a: '{{ 1 + 1 }}'}", "5:19  unknown template '{{ 1 + 1 }}'. Allowed: persona.x"),
    (STEPS + "      - fill: {a: '{{ random.stats }}'}", "5:19  unknown random value 'stats'. Did you mean 'states'?"),
    (STEPS + "      - fill: {a: '{{ vars.office }}'}", "5:19  nothing called 'office' is in vars or was saved before"),
    (STEPS + "      - fill: {a: '{{ data.cases.id }}'}", "5:19  unknown data set 'cases'."),
    (STEPS + "      - fill: {a: '{{ run.idd }}'}", "5:19  unknown template 'run.idd'"),
    (STEPS + "      - fill: {a: '{{ sim.now '}", "5:19  '{{' is never closed"),
    (HEAD + 'checks: [\'error_rate{step="pay"} < 1\']', "3:10  there is no step 'pay' to select. Allowed: open, send."),
    (HEAD + 'checks: [\'error_rate{journey="j"} < 1\']', "3:10  there is no journey 'j' to select. Allowed: journey."),
    (HEAD + "http: {headers: {X: '{{ persona.id }}'}}", "3:21  headers are the same for everybody; only"),
    (HEAD + "before: [{visit: '/{{ persona.id }}'}]", "3:18  there is no person before or after the run"),
    (SAVE + r"{regex: '(a)\1'}}}", "5:39  the regular expression '(a)\\\\1' cannot be used: a backreference"),
    (SAVE + "{regex: '(?=a)b'}}}", "5:39  the regular expression '(?=a)b' cannot be used: lookahead"),
    (SAVE + "{regex: '('}}}", "5:39  the regular expression '(' cannot be used: missing )"),
    (SAVE + "{css: 'a[['}}}", "5:37  'a[[' is not a CSS selector"),
    (SAVE + "{json: 'a[0]'}}}", "5:38  'a[0]' is not a path such as items.0.id"),
    (SAVE + "{header: 'a b'}}}", "5:40  'a b' is not the name of a header"),
    (STEPS + "      - {expect: {json: {a..b: 1}}}", "5:26  'a..b' is not a path such as items.0.id"),
    (STEPS + "      - request: {path: /a, headers: {Cookie: a=1}}", "5:39  the header 'Cookie' cannot be set"),
    (STEPS + '      - request: {path: /a, headers: {X: "a\\nb"}}', "5:42  the value of the header 'X' has a line end"),
    (HEAD + "http: {headers: {'X Y': a}}", "3:18  the header 'X Y' cannot be set; allowed are names other"),
    (HEAD + "clock: {start: 9999-12-31T23:59:50}", "3:16  the clock would leave the year 9999: it starts at 9999"),
    (HEAD + "script: [submit]", "3:1  'script' alone is no dialect: a fire drill has users and script"),
    (HEAD + "steps: [submit]", "3:1  'steps' alone is no dialect: a flight plan has scenario and steps"),
    # wrong types, units, ranges
    (HEAD + "duration: 5", "3:11  '5' is not a duration; write a number and a unit such as 250ms, 30s, 5m"),
    (HEAD + "duration: 5 parsecs", "3:11  '5 parsecs' is not a duration"),
    (HEAD + "duration: [1]", "3:11  a duration such as 30s or 5m is wanted here, found a list"),
    (HEAD + "warm_up: 2m", "3:10  a warm-up of 2m leaves nothing of 1m to judge"),
    (HEAD + "seed: -1", "3:7  at least 0 is allowed here, such as 0, found -1"),
    (HEAD + "seed: abc", "3:7  a whole number is wanted here, such as 5, found 'abc'"),
    (HEAD + "seed: 1.5", "3:7  a whole number is wanted here, such as 5, found 1.5"),
    (HEAD + "seed: true", "3:7  a number is wanted here, such as 5, found true"),
    (HEAD + "max_people: 0", "3:13  at least 1 is allowed here, such as 1, found 0"),
    (HEAD + "clock: {warp: 2000000}", "3:15  at most 100,000 is allowed here, such as 100000, found 2000000"),
    (HEAD + f"seed: {2**62}", f"under 4,611,686,018,427,387,904 is allowed here, such as {2**62 - 1}, found {2**62}"),
    (HEAD + "clock: {warp: 0}", "3:15  at least 0.001 is allowed here, such as 0.001, found 0"),
    (HEAD + "clock: {start: soon}", "3:16  a date and time is wanted here, such as 2026-03-02T00:00:00, found 'soon'"),
    (HEAD + "identity: fixd", "3:11  'per_run' or 'fixed' is allowed here, found 'fixd'. Did you mean 'fixed'?"),
    (HEAD + "tags: one", "3:7  a list is wanted here, such as [a, b], found 'one'"),
    (HEAD + "http: 5", "3:7  keys and values are wanted here, such as {key: value}, found 5"),
    (HEAD + "description:", "3:13  text is wanted here, such as 'abc', found nothing"),
    (STEPS + "      - 5", "5:9  a step is a verb or 'verb: value', such as visit: /apply, found 5"),
    (STEPS + "      - expect: {status: two hundred}", "5:26  a status is wanted here, such as 200, or a list of them,"),
    (STEPS + "      - expect: {status: [200, ok]}", "5:32  a whole number is wanted here, such as 5, found 'ok'"),
    (STEPS + "      - visit: [/a]", "5:16  text is wanted here, such as 'abc', found a list"),
    (STEPS + "      - await: {status: decided}", "5:16  'within' is missing"),
    (STEPS + "      - upload: ../../etc/passwd", "5:17  '../../etc/passwd' is outside the scenario's folder"),
    (STEPS + "      - upload: /etc/passwd", "5:17  '/etc/passwd' is outside the scenario's folder"),
    (HEAD + "checks: [success_rate]", "3:10  'success_rate' is no condition; write a limit"),
    (HEAD + "checks: ['success_rate >']", "3:10  'success_rate >', character 15: it ends here"),
    (HEAD + "checks: [{check: success_rate, warn: soon}]", "3:10  warn takes a comparison such as '< 1000', found 'so"),
    (HEAD + "faults: [{fault: latency, service: s}]", "3:10  'latency_ms' is missing"),
    (HEAD + "faults: [{fault: down, service: s, at: 2m}]", "3:40  starts at 2m, but people come only for 1m"),
    (HEAD + "journeys: [{name: a}, {name: a}]", "3:11  each journey needs a name of its own"),
    (HEAD + "journeys: []", "3:11  at least one journey is needed"),
    (HEAD + "targets: {a: {}}", "3:14  'url' is missing"),
    (HEAD + "target: http://a\ntargets: {}", "3:9  write target or targets, not both"),
    ("name: x", "1:1  a load is missing"),
    ("name: x\nload: {people: 5}", "2:7  a duration is missing"),
    ("name: x\nload: 5", "2:7  a load is one of rate, people, concurrent with its value, found 5"),
    ("name: x\nload: {people: 5, over: 1m, between: line}", "2:29  unknown key 'between'."),
    ("name: x\nduration: 1h\nload: {rate: [[2h, 5]]}", "3:7  nobody comes within the duration of 1h"),
    ("name: x\nduration: 3000d\nload: {rate: 1000000}", "people are too many; at most 100,000,000 are allowed"),
    ("name: a b\nload: {people: 5, over: 1m}", "1:7  'a b' is not a name; letters, digits, '-', '_' and '.'"),
    ("load: {people: 5, over: 1m}", "1:1  'name' is missing"),
    ("[1, 2]", "1:1  a scenario is keys and values, such as name: my-first"),
    ("just text", "1:1  a scenario is keys and values, such as name: my-first"),
]  # fmt: skip


@each(("text", "expected"), ONE)
def test_one_mistake_is_one_problem_with_place_and_cure(text: str, expected: str) -> None:
    """Nothing else is complained about."""
    (problem,) = problems(text)
    assert expected in problem
    assert "\n" not in problem


def test_several_mistakes_come_all_and_in_the_order_of_the_file() -> None:
    """Mistakes of the model, of nested steps, of templates and of metrics are reported together."""
    text = """\
name: a b
seed: -1
load: {people: none, over: 1m}
journeys:
  - persona: farmr
    steps:
      - clik: X
      - visit: /a
        nme: y
      - fill: {a: "{{ vars.x }}"}
      - maybe: {share: 2, steps: [{subit: 1}, {await: {}}]}
faults: [{fault: latncy, service: s}]
checks: [a <]
clok: 1
"""
    found = [tuple(map(int, line.split("  ")[0].split(":")[1:])) for line in problems(text)]
    assert found == sorted(found)
    assert [line for line, _ in found] == [1, 2, 3, 5, 7, 9, 10, 11, 11, 11, 12, 13, 14]


def test_mistakes_in_nested_parts_keep_their_way() -> None:
    """Validation errors raised inside validators join the others, each with its path from the top."""
    data = {
        "name": "x",
        "load": {"rate": [["1s", -1]]},
        "journeys": [{"steps": [{"maybe": {"share": 0.5, "steps": [{"visit": []}, {"nope": 1}]}}]}],
        "faults": [{"fault": "error", "service": "s", "status": 200}],
    }
    with pytest.raises(ValidationError) as caught:
        Scenario.model_validate(data)
    inner = ("journeys", 0, "steps", 0, "maybe", "steps")
    assert {one.path for one in mistakes_of(caught.value)} == {
        ("load", "rate", 0, "per_s"),
        (*inner, 0, "visit", "path"),
        (*inner, 1, "nope"),
        ("faults", 0, "status"),
    }


def test_a_right_file_has_no_problem() -> None:
    """The same head without a mistake is accepted."""
    assert problems(HEAD) == []


def test_numbers_are_taken_as_they_were_spelled_where_text_is_meant() -> None:
    """A postal code keeps its zero, a word of YAML 1.1 stays a word."""
    text = STEPS + "      - fill: {zip: 01234, office: 014, answer: no, at: 1:30, yes: true, price: 1.50}"
    scenario = read_scenario(read_document(text, "f")).scenario
    values = scenario.model_dump(mode="json", by_alias=True)["journeys"][0]["steps"][0]["fill"]
    assert values == {"zip": "01234", "office": "014", "answer": "no", "at": "1:30", "yes": "true", "price": "1.50"}
