"""The cluster of docker-compose.yml, for real: runs end with their verdict, a killed worker is not hidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.containers.live import SERVICES, Containers
from tests.house.sources import ROOT

pytestmark = pytest.mark.containers

# How fast a busy machine answers is not the point here; nor is how many give up waiting.
PLAN = (ROOT / "scenarios" / "schedule_f.yml").read_text().partition("checks:")[0] + "checks: [success_rate > 0.5]\n"
QUICK = "--scale 0.2 --warp 60 --max-late 100% --quiet"
SENT = b"""
name: sent
target: http://gateway:8080
clock: {warp: 60}
load: {people: 20, over: 2m}
journeys: [{name: look, steps: [visit: /]}]
checks: [success_rate > 0.9]
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> Iterator[Containers]:
    """City, gateway, tower, two workers and InfluxDB, healthy."""
    for program in ("podman", "runc", "debootstrap", "catatonit", "curl"):
        needs(program)
    made = Containers(tmp_path_factory.mktemp("compose"), workers=2, plan=PLAN, influxd=needs("influxd"))
    made.build()
    try:
        made.up()
        yield made
    finally:
        made.down()


def test_nothing_runs_with_rights(cluster: Containers) -> None:
    """Not root, no capabilities, no new privileges, nothing written but where it belongs, limits in force."""
    for service in SERVICES:
        status = dict(line.split(":\t", 1) for line in cluster.inside(service, "cat", "/proc/1/status").splitlines())
        assert "0" not in status["Uid"].split(), service
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, service
        assert status["NoNewPrivs"] == "1", service
        where = cluster.do("podman", "exec", cluster.name(service), "touch", "/etc/x", check=False)
        assert "Read-only file system" in where.stderr or "Permission denied" in where.stderr, service
        form = "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.ReadonlyRootfs}}"
        memory, pids, read_only = cluster.do(
            "podman", "inspect", "--format", form, cluster.name(service)
        ).stdout.split()
        assert int(memory) > 0 and int(pids) > 0 and read_only == "true", service


def test_workers_reach_neither_city_nor_influxdb(cluster: Containers) -> None:
    """Only the gateway's door is open to them."""
    look = [
        "podman",
        "exec",
        cluster.name("worker"),
        "wget",
        "--quiet",
        "--tries=1",
        "--timeout=5",
        "--output-document=-",
    ]
    assert cluster.do(*look, "http://gateway:8080/__city/health").stdout
    for place in ("http://city:9800/__city/health", "http://influxdb:8086/ping"):
        assert cluster.do(*look, place, check=False).returncode, place


def test_a_run_over_the_workers_ends_with_its_verdict(cluster: Containers) -> None:
    """Both workers take part, the city counted what the record says, InfluxDB has it too; PASS is exit code 0."""
    ran = cluster.master(RUN_OPTIONS=QUICK)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "PASS" in ran.stdout
    summary = cluster.summary()
    assert summary["people"]["planned"] == 100
    manifest = json.loads(cluster.inside("tower", "cat", "results/latest/manifest.json"))
    assert len({one["host"] for one in manifest["workers"]}) == 2
    counted = cluster.ask("gateway", f"/__city/counts?run={summary['run_id']}")
    assert counted["requests"] == summary["requests"] + summary["setup_requests"]
    stored = cluster.inside("influxdb", "influx", "do", 'SHOW TAG VALUES ON "esr" WITH KEY = "run"')
    assert summary["run_id"] in stored


def test_grafana_may_read_and_nothing_else(cluster: Containers) -> None:
    """Who has the reader's secret reads the bucket through the published port; writing is refused."""
    user, place = f"grafana:{cluster.secrets['influx_reader']}", f"http://127.0.0.1:{cluster.ports['influxdb']}"

    def answer(*words: str) -> str:
        form = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--user", user]
        return cluster.do(*form, *words).stdout

    assert answer("--get", "--data-urlencode", "q=SHOW MEASUREMENTS ON esr", f"{place}/query?db=esr") == "200"
    assert answer("--data-binary", "mine value=1", f"{place}/write?db=esr") == "403"


def test_the_workers_stay_for_the_next_run(cluster: Containers) -> None:
    """The same containers carry a second run out, whose promise is broken: FAIL is exit code 1."""
    options = "--warp 60 --max-late 100% --quiet"
    ran = cluster.master(RUN_FILE="scenarios/schedule_f_strict.yml", RUN_OPTIONS=options)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "FAIL" in ran.stdout
    assert "standing by for the next run" in cluster.do("podman", "logs", cluster.name("worker")).stderr


def test_one_container_is_enough(cluster: Containers) -> None:
    """With arguments the master is hms-esr itself: two processes of its own, the city embedded."""
    ran = cluster.master("run", "plan.yml", "--workers", "2", *QUICK.split())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert cluster.summary()["target"].startswith("http://127.0.0.1:")


def test_a_mistake_ends_with_two(cluster: Containers) -> None:
    """A scenario that is not there is bad input."""
    ran = cluster.master(RUN_FILE="scenarios/none.yml", RUN_OPTIONS=QUICK)
    assert ran.returncode == 2
    assert "none.yml" in ran.stdout + ran.stderr


def test_the_tower_runs_what_is_sent_and_shows_every_run(cluster: Containers) -> None:
    """A scenario sent with a token is carried out against the gateway; the list also has the master's runs."""
    token = cluster.inside("tower", "hms-esr", "token", "create", "--scope", "run").strip()
    run_id = cluster.ask("tower", "/run", SENT, token)["run_id"]

    def over() -> bool:
        return bool(cluster.ask("tower", f"/run/{run_id}/summary", token=token).get("verdict"))

    cluster.wait_until(over, "the sent run is over")
    cluster.master(RUN_OPTIONS=QUICK)
    runs = cluster.ask("tower", "/runs", token=token)["runs"]
    assert {one["scenario"]: one["verdict"] for one in runs if one["run_id"] == run_id} == {"sent": "PASS"}
    assert "schedule-f" in {one["scenario"] for one in runs}


def test_a_worker_killed_in_the_middle_is_made_up_or_the_run_is_invalid(cluster: Containers) -> None:
    """Everybody planned is accounted for: taken over, or lost and INVALID; the worker is started again."""
    master = cluster.start_master(RUN_OPTIONS="--max-late 100% --quiet")
    try:
        _wait_for_people(cluster)
        cluster.kill("worker")
        told, _ = master.communicate(timeout=180)
    finally:
        master.kill()
        master.communicate()
    summary = cluster.summary()
    people, delivery = summary["people"], summary["delivery"]
    assert sum(people[how] for how in ("completed", "failed", "dropped", "lost", "unfinished")) == 500
    assert delivery["workers_lost"] == 1
    assert delivery["taken_over"] > 0
    share = people["lost"] / people["planned"]
    assert master.returncode == (3 if share > 0.01 else 0), told
    assert ("INVALID" if share > 0.01 else "PASS") in told
    cluster.wait_until(lambda: cluster.healthy("worker"), "the worker is back")


def _wait_for_people(cluster: Containers) -> None:
    """Until a new run's first hundred requests are at the city."""
    before = cluster.ask("gateway", "/__city/counts")["requests"]
    cluster.wait_until(lambda: cluster.ask("gateway", "/__city/counts")["requests"] > before + 100, "people come")


def test_a_worker_that_is_asked_to_leave_loses_nobody(cluster: Containers) -> None:
    """It sees those who came to their end within its grace period; the run passes and the worker ends with 0."""
    cluster.wait_until(lambda: cluster.healthy("worker"), "the worker is healthy")
    master = cluster.start_master(RUN_OPTIONS="--max-late 100% --quiet")
    try:
        _wait_for_people(cluster)
        cluster.do("podman", "stop", "--time", "60", cluster.name("worker"))
        told, _ = master.communicate(timeout=180)
    finally:
        master.kill()
        master.communicate()
    assert master.returncode == 0, told
    assert cluster.summary()["people"]["lost"] == 0
    state = cluster.do("podman", "inspect", "--format", "{{.State.ExitCode}}", cluster.name("worker")).stdout
    assert state.strip() == "0"


def test_runs_of_the_tower_end_with_it(cluster: Containers) -> None:
    """A tower that is stopped in mid-run has its run stop in order: INTERRUPTED, on record."""
    token = cluster.inside("tower", "hms-esr", "token", "create", "--scope", "run").strip()
    body = SENT.replace(b"over: 2m", b"over: 2h")
    run_id = cluster.ask("tower", "/run", body, token)["run_id"]
    cluster.wait_until(
        lambda: cluster.ask("gateway", f"/__city/counts?run={run_id}")["requests"] > 0, "the sent run is under way"
    )
    cluster.do("podman", "stop", "--time", "60", cluster.name("tower"))
    cluster.do("podman", "start", cluster.name("tower"))
    cluster.wait_until(lambda: cluster.healthy("tower"), "the tower is back")
    assert cluster.ask("tower", f"/run/{run_id}/summary", token=token)["verdict"] == "INTERRUPTED"


def test_without_secrets_the_cure_is_named(cluster: Containers) -> None:
    """Compose itself says what to do first."""
    done = cluster.compose("config", check=False, ESR_SECRETS="")
    assert done.returncode != 0
    assert "make the secrets first with: make compose-secrets" in done.stdout + done.stderr
