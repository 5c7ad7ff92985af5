"""Finding and reading what lies on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hms_esr
from hms_esr.errors import BadInput
from hms_esr.library import all_scenarios, from_object, load, load_scenario, persona_names, persona_template
from hms_esr.library.folders import shipped
from hms_esr.scenario.builder import Scenario, User
from hms_esr.scenario.builder import Step as FluentStep

HEAD = "load: {people: 5, over: 1m}\n"
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes files below an empty working directory."""
    monkeypatch.chdir(tmp_path)

    def to(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return to


def refusal(name: str, **options: dict[str, str]) -> str:
    """Why a scenario is refused."""
    with pytest.raises(BadInput) as caught:
        load_scenario(name, variables=options.get("variables"))
    return str(caught.value)


def test_a_scenario_is_found_by_path_stem_and_name(write: Write) -> None:
    """In the working directory and in scenarios/, with every ending."""
    write("scenarios/first.yml", f"name: one\n{HEAD}")
    write("second.scn.yaml", "scenario: two\nsteps: [submit]\npersonas: 3\nduration: 1m\n")
    for name in ("scenarios/first.yml", "first", "one"):
        assert load_scenario(name).scenario.name == "one"
    for name in ("second.scn.yaml", "second", "two"):
        loaded = load_scenario(name)
        assert (loaded.stem, loaded.dialect, loaded.scenario.name) == ("second", "flight_plan", "two")


def test_two_scenarios_of_one_name_are_an_error_that_names_both(write: Write) -> None:
    """By stem or by the name inside."""
    write("scenarios/first.yml", f"name: one\n{HEAD}")
    write("first.json", f"name: other\n{HEAD}")
    write("scenarios/third.yml", f"name: other\n{HEAD}")
    assert "two scenarios have this name: first.json and scenarios/first.yml; give the file" in refusal("first")
    assert "first.json and scenarios/third.yml" in refusal("other")


def test_an_unknown_scenario_gets_the_nearest(write: Write) -> None:
    """Among those here and those that come with the package; also for files."""
    write("scenarios/renewals.yml", f"name: one\n{HEAD}")
    assert "Did you mean 'renewals'?" in refusal("renewal")
    assert "Did you mean 'schedule_f'?" in refusal("schedule_ff")
    assert "no such file. Did you mean 'scenarios/renewals.yml'?" in refusal("scenarios/renewal.yml")
    assert refusal("nowhere/renewal.yml") == "nowhere/renewal.yml  no such file. There is no folder 'nowhere'"
    assert refusal("scenarios/x.json").endswith("no such file. There are scenarios/renewals.yml")
    write("docker-compose.yml", "x: &x {}\nservices: {a: {<<: *x}}\n")
    assert refusal("nope.json").endswith("no such file. There are scenarios/renewals.yml")
    assert refusal(str(Path("scenarios/x.json").absolute())).endswith("no such file. There are scenarios/renewals.yml")
    assert "no such file. Did you mean 'scenarios/renewals.yml'?" in refusal("renewals.yml")
    assert "is a folder" in refusal("scenarios/")
    assert "a scenario's file or name is wanted" in refusal(" ")
    assert "no such file" in refusal("x" * 900 + ".yml")


def test_scenarios_of_the_package_are_found_from_anywhere(write: Write) -> None:
    """By stem, name, and the path documentation gives."""
    for name in ("schedule_f", "schedule-f", "scenarios/schedule_f.yml"):
        assert load_scenario(name).scenario.name == "schedule-f"
    assert {one.stem for one in all_scenarios()} >= {"schedule_f", "schedule_f_strict", "claims_48h", "tuition_grant"}


def test_a_folder_of_ones_own_is_listed_instead_of_the_package_s(write: Write) -> None:
    """With tags, description and dialect; a file that cannot be read says why; other files are left out."""
    write("scenarios/a.yml", f"name: one\ntags: [x]\ndescription: first\n{HEAD}")
    write("scenarios/b.yml", "a: [\n")
    write("scenarios/c.yml", "services: {web: {}}\n")
    one, broken = all_scenarios()
    assert (one.name, one.tags, one.description, one.dialect) == ("one", ("x",), "first", "canonical")
    assert "scenarios/b.yml:2:1  not YAML" in broken.error
    assert len(all_scenarios(with_shipped=True)) > 6


@pytest.mark.parametrize("path", sorted(shipped("scenarios").glob("*.*")), ids=lambda path: path.name)
def test_every_shipped_scenario_is_right(path: Path, write: Write) -> None:
    """Each loads from any directory and has a description or is Python."""
    loaded = load_scenario(str(path))
    assert loaded.personas and loaded.scenario.loads
    assert loaded.dialect == "fluent" or loaded.scenario.description


def test_personas_beside_the_scenario_come_first(write: Write) -> None:
    """Then those of the working directory, then those of the package; only those named are read."""
    write("there/personas/farmer.yaml", "role: farmer\nfields: {cows: {range: {min: 1, max: 9}}}\n")
    write("personas/broken.yaml", "role: [\n")
    path = write(
        "there/s.yml",
        f'name: s\n{HEAD}journeys: [{{persona: farmer, steps: [{{fill: {{a: "{{{{ persona.cows }}}}"}}}}]}}]',
    )
    assert set(load_scenario(str(path)).personas["farmer"].declared) == {"cows"}
    assert "cows" not in persona_template("farmer").declared
    assert {"farmer", "broken", "citizen"} <= set(persona_names())


def test_a_wrong_persona_is_reported_with_its_own_file_and_places(write: Write) -> None:
    """Beside the mistakes of the scenario itself."""
    write("personas/baker.yaml", "role: baker\nfields:\n  oven: {chioce: [a]}\npatienc: 3s\n")
    write("s.yml", f"name: s\n{HEAD}journeys: [{{persona: baker}}]\nclok: 1\n")
    text = refusal("s.yml")
    assert "s.yml:4:1  unknown key 'clok'" in text
    assert "personas/baker.yaml:3:9  unknown persona field 'chioce'. Did you mean 'choice'?" in text
    assert "personas/baker.yaml:4:1  unknown key 'patienc'. Did you mean 'patience'?" in text


def test_a_persona_s_file_that_is_not_there(write: Write) -> None:
    """A file is said to be missing; names are offered as names."""
    write("personas/baker.yaml", "role: baker\n")
    with pytest.raises(BadInput, match=r"^other/baker.yaml  no such file; personas by name: baker, citizen, "):
        persona_template("other/baker.yaml")
    with pytest.raises(BadInput, match=r"unknown persona 'bakr'. Did you mean 'baker'\?"):
        persona_template("bakr")


def test_roles_are_never_paths(write: Write) -> None:
    """A scenario cannot make us read other files as personas."""
    write("outside.yaml", "role: outside\n")
    write("there/s.yml", f"name: s\n{HEAD}journeys: [{{persona: ../outside}}]")
    assert "unknown persona '../outside'" in refusal("there/s.yml")


DATA = "data: {sets: {file: %s}}\n"


def test_data_files_are_read_by_column(write: Write) -> None:
    """CSV as texts; JSON and JSON Lines with the types of their values, null as nothing."""
    write("a.csv", "id,office\n014,IA\n2,NE\n")
    write("a.json", '[{"id": 14, "office": "IA"}, {"id": 2, "office": null}]')
    write("a.jsonl", '{"id": true, "office": "IA"}\n\n{"id": 1.5, "office": "NE"}\n')
    found = {}
    for ending in ("csv", "json", "jsonl"):
        write("s.yml", f"name: s\n{HEAD}{DATA % f'a.{ending}'}")
        found[ending] = load_scenario("s.yml").data["sets"]
    assert found["csv"] == [{"id": "014", "office": "IA"}, {"id": "2", "office": "NE"}]
    assert found["json"] == [{"id": 14, "office": "IA"}, {"id": 2, "office": ""}]
    assert found["jsonl"] == [{"id": True, "office": "IA"}, {"id": 1.5, "office": "NE"}]


WRONG_DATA: list[tuple[str, str, str]] = [
    ("a.csv", "id\n", "'a.csv' has no rows"),
    ("a.csv", "id,id\n1,2\n", "'a.csv' has two columns of the same name"),
    ("a.csv", "id,b\n1\n", "'a.csv', line 2: 1 values where 2 columns are"),
    ("a.csv", "the id\n1\n", "'a.csv' has a column 'the id', which no template can name"),
    ("a.json", "{}", "'a.json' is no list of objects"),
    ("a.json", "[1]", "'a.json', row 1 is no flat object"),
    ("a.json", "[", "'a.json' is not JSON"),
    ("a.jsonl", '{"a": 1}\n{"a": [1]}', "'a.jsonl', row 2 is no flat object"),
    ("a.csv", "mail\nx@people.test\njane@gmail.com\n", "column 'mail', row 2 looks like"),
    ("a.csv", "number\n900-12-3456\n123-45-6789\n", "column 'number', row 2 looks like"),
    ("a.csv", "card\n4242424242424242\n4539578763621486\n", "column 'card', row 2 looks like"),
]


@pytest.mark.parametrize(("name", "text", "expected"), WRONG_DATA)
def test_wrong_data_files_are_refused_at_the_place_that_names_them(
    write: Write, name: str, text: str, expected: str
) -> None:
    """Malformed ones, and those whose values may be real people's."""
    write(name, text)
    write("s.yml", f"name: s\n{HEAD}{DATA % name}")
    assert expected in refusal("s.yml") and "s.yml:3:21  " in refusal("s.yml")


def test_data_files_stay_inside_the_scenario_s_folder(write: Write) -> None:
    """Neither by .. nor by a link nor by an absolute path."""
    secret = write("secret.csv", "id\n1\n")
    write("there/s.yml", "")
    (secret.parent / "there" / "link.csv").symlink_to(secret)
    for name in ("../secret.csv", "link.csv", str(secret), "missing.csv"):
        write("there/s.yml", f"name: s\n{HEAD}{DATA % name}")
        assert "no file" in refusal("there/s.yml") and "stay inside it" in refusal("there/s.yml")


def test_uploads_stay_inside_the_scenario_s_folder(write: Write) -> None:
    """A link out of it is refused; a file that does not exist will be made up."""
    secret = write("secret.pdf", "%PDF")
    write("there/x", "")
    (secret.parent / "there" / "link.pdf").symlink_to(secret)
    write("there/s.yml", f"name: s\n{HEAD}journeys: [{{steps: [upload: link.pdf]}}]")
    assert "s.yml:3:29  'link.pdf' leads out of the scenario's folder" in refusal("there/s.yml")
    write("there/s.yml", f"name: s\n{HEAD}journeys: [{{steps: [upload: missing.pdf]}}]")
    assert load_scenario("there/s.yml").folder == Path("there")


def test_columns_and_variables_are_checked(write: Write) -> None:
    """Unknown columns get the nearest; variables come from vars, --var or an earlier save."""
    write("a.csv", "id,office\n1,IA\n")
    steps = 'journeys: [{steps: [{fill: {a: "{{ data.sets.offce }}", b: "{{ vars.x }}", c: "{{ vars.y }}"}}]}]\n'
    write("s.yml", f"name: s\nvars: {{y: 1}}\n{HEAD}{DATA % 'a.csv'}{steps}")
    text = refusal("s.yml")
    assert "data set 'sets' has no column 'offce'. Did you mean 'office'?" in text
    assert "nothing called 'x' is in vars" in text and "'y'" not in text.replace("Allowed: y", "")
    write("s.yml", (Path("s.yml").read_text(encoding="utf-8")).replace("offce", "office"))
    loaded = load_scenario("s.yml", variables={"x": "5", "y": "7"})
    assert loaded.scenario.vars == {"y": "7", "x": "5"}
    assert "nothing in the scenario is called 'z'" in refusal("s.yml", variables={"x": "1", "z": "2"})


def test_metric_functions_beside_the_scenario_have_names_in_checks(write: Write) -> None:
    """Public functions of metrics/*.py; what they import or hide is no metric."""
    write(
        "metrics/cost.py",
        "from math import sqrt\n\ndef cost_per_claim(metrics):\n    return metrics['requests'] * 2\n\ndef _x(m): ...\n",
    )
    write("s.yml", f"name: s\n{HEAD}checks: [cost_per_claim < 5]")
    loaded = load_scenario("s.yml")
    assert set(loaded.metrics) == {"cost_per_claim"}
    assert loaded.metrics["cost_per_claim"]({"requests": 4}) == 8
    write("s.yml", f"name: s\n{HEAD}checks: [cost_per_clam < 5, sqrt < 2]")
    assert "unknown metric 'cost_per_clam'. Did you mean 'cost_per_claim'?" in refusal("s.yml")
    assert "unknown metric 'sqrt'" in refusal("s.yml")


def test_a_metric_function_cannot_take_a_built_in_name(write: Write) -> None:
    """It would never be asked, so it is refused."""
    write("metrics/own.py", "def error_rate(metrics):\n    return 0\n")
    write("s.yml", f"name: s\n{HEAD}")
    assert "the function 'error_rate' has the name of a built-in metric" in refusal("s.yml")


def test_who_logs_in_has_an_account(write: Write) -> None:
    """A login of a persona with neither account nor password is a mistake at its place; with either it is none."""
    write("mine/personas/visitor.yaml", "role: visitor\n")
    write("mine/personas/owner.yaml", "role: owner\nfields: {password: {template: pw-12345}}\n")
    text = "name: s\nload: {people: 1, over: 1s}\njourneys:\n"
    text += "  - {persona: {visitor: 1, farmer: 1}, steps: [{visit: /}, {maybe: {share: 0.5, steps: [login]}}]}\n"
    write("mine/s.yml", f"{text}  - {{name: mine, persona: owner, steps: [login]}}\n")
    found = refusal("mine/s.yml")
    assert found.count("\n") == 0 and "s.yml:4:" in found
    assert "persona 'visitor' has no account to log in with; write `account: true` in personas/visitor.yaml" in found


PYTHON = """\
from hms_esr import Probe, Scenario, Step, User

scenario = Scenario(name="trial").given(User.template(role="farmer").multiply(20)).when(Step("submit")).duration("1m")
run_id = scenario.start()
"""


def test_a_python_file_is_read_for_its_scenario_and_starts_nothing(write: Write) -> None:
    """Its start() is disarmed; farmers have an account, so they log in first."""
    write("trial.py", PYTHON)
    loaded = load_scenario("trial.py")
    assert (loaded.stem, loaded.dialect, loaded.scenario.name) == ("trial", "fluent", "trial")
    assert [step.verb for step in loaded.scenario.journeys[0].steps] == ["login", "submit"]


def test_a_python_file_with_keywords(write: Write) -> None:
    """The client's Scenario works the same."""
    write(
        "table.py",
        "from hms_esr_client import Scenario\nscenario = Scenario('t', load_profile='rps=3', duration_hours=1)\n",
    )
    assert load_scenario("table.py").scenario.name == "t"


WRONG_PYTHON = [
    ("x = 1\n", "w.py:1:1  has no module-level 'scenario'"),
    ("scenario = 5\n", "w.py:1:1  its 'scenario' is a int"),
    ("import os\n\nraise RuntimeError('no')\n", "w.py:3:1  RuntimeError: no"),
    ("def f(:\n", "w.py:1:7  not Python: "),
    ("from hms_esr import Step\nStep('clik')\n", "unknown step 'clik'. Did you mean 'click'?"),
    ("from hms_esr import Scenario\nscenario = Scenario('a b')\n", "'a b' is not a name"),
    ("import sys\nsys.exit(3)\n", "w.py:2:1  SystemExit: 3"),
]


@pytest.mark.parametrize(("text", "expected"), WRONG_PYTHON)
def test_wrong_python_files_are_told_in_a_line(write: Write, text: str, expected: str) -> None:
    """No traceback: the user's own line and the reason."""
    write("w.py", text)
    assert expected in refusal("w.py")


def test_objects_are_checked_like_files(write: Write) -> None:
    """A model or a fluent scenario gets its personas and the same cross-checks."""
    fluent = (
        Scenario(name="o").given(User("citizen", 2)).when(FluentStep("fill", a="{{ persona.emial }}")).duration("1m")
    )
    with pytest.raises(BadInput, match=r"steps\.0\.fill\.a: persona 'citizen' has no field 'emial'"):
        from_object(fluent)
    right = (
        Scenario(name="o").given(User("citizen", 2)).when(FluentStep("fill", a="{{ persona.email }}")).duration("1m")
    )
    loaded = from_object(right.canonical())
    assert loaded.scenario == right.canonical() and list(loaded.personas) == ["citizen"] and loaded.stem == "o"


def test_load_gives_a_scenario_that_can_be_started(write: Write) -> None:
    """``hms_esr.load`` wraps what a file says."""
    write("s.yml", f"name: s\n{HEAD}")
    assert load("s.yml").canonical() == load_scenario("s.yml").scenario
    assert hms_esr.load("s.yml").canonical().name == "s"
