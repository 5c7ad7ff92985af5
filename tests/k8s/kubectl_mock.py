"""Owns a stand-in for kubectl and the cluster behind it: keeps what it is given, and carries out a run's pods here.

Never a real cluster: no scheduler, no network policy, no limits. Pods become processes of this machine, with the paths,
the master's address and the city's changed to what they are here. Its folder is ``MOCK_KUBECTL``; a file ``play.json``
in it says how the master's pod is seen instead (a list of states, one for each look; the last stays).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

HOME = Path(os.environ["MOCK_KUBECTL"])
PROGRAM = [sys.executable, "-m", "hms_esr"]


def main(words: list[str]) -> int:
    """One call, as kubectl would answer it."""
    with (HOME / "calls.txt").open("a", encoding="utf-8") as file:
        file.write(" ".join(words) + "\n")
    while words[0].startswith("--"):
        words = words[2:]
    verb, *rest = words
    if verb in _refusals():
        print(_refusals()[verb], file=sys.stderr)
        return 1
    calls = {"create": _create, "get": _get, "logs": _logs, "exec": _exec, "delete": _delete}
    return calls[verb](rest)


def _play() -> dict[str, Any]:
    path = HOME / "play.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _refusals() -> dict[str, str]:
    refusals: dict[str, str] = _play().get("refuse", {})
    return refusals


def _create(_: list[str]) -> int:
    found = [one for one in yaml.safe_load_all(sys.stdin.read()) if one]
    (HOME / "objects.yaml").write_text(yaml.safe_dump_all(found), encoding="utf-8")
    if "states" in _play():
        return 0
    scenario = HOME / "scenario"
    maps = {one["metadata"]["name"]: one for one in found if one["kind"] == "ConfigMap"}
    jobs = [one for one in found if one["kind"] == "Job"]
    for volume in jobs[0]["spec"]["template"]["spec"]["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            kept = maps[source["configMap"]["name"]]
            for item in source["configMap"]["items"]:
                place = scenario / item["path"]
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(kept["data"][item["key"]], encoding="utf-8")
    (HOME / "results").mkdir()
    (HOME / "secret").write_text("a secret of this test alone", encoding="utf-8")
    for job in jobs:
        args = job["spec"]["template"]["spec"]["containers"][0]["args"]
        for number in range(job["spec"].get("parallelism", 1)):
            _start(f"{args[0]}-{number}", args)
    return 0


def _start(name: str, args: list[str]) -> None:
    """A pod as a process; a shell beside it notes its exit code."""
    log, code = HOME / f"{name}.log", HOME / f"{name}.code"
    command = [*PROGRAM, *_here(args)]
    with log.open("wb") as file:
        note = ["sh", "-c", '"$@"; echo $? > "$0"', str(code), *command]
        started = subprocess.Popen(
            note, stdout=file, stderr=file, stdin=subprocess.DEVNULL, cwd=HOME / "scenario", start_new_session=True
        )
    with (HOME / "processes.txt").open("a", encoding="utf-8") as file:
        file.write(f"{started.pid}\n")


def _here(args: list[str]) -> list[str]:
    """The same arguments, for this machine: no InfluxDB, places and addresses of here."""
    here = json.loads((HOME / "here.json").read_text(encoding="utf-8"))
    kept: list[str] = []
    for word in args:
        if kept and kept[-1].startswith("--influx"):
            kept.pop()
            continue
        for there, instead in here.items():
            word = word.replace(there, instead)
        kept.append(word)
    return kept


def _get(words: list[str]) -> int:
    if words[0] == "events":
        print(json.dumps({"items": _play().get("events", [])}))
        return 0
    if words[0] == "jobs":
        print(json.dumps({"items": _play().get("jobs", [])}))
        return 0
    states = _play().get("states")
    if states is None:
        code = HOME / "run-0.code"
        over = code.exists() and code.read_text(encoding="utf-8").strip()
        state = {"terminated": {"exitCode": int(over), "reason": "Completed"}} if over else {"running": {}}
    else:
        looks = HOME / "looks.txt"
        looked = len(looks.read_text(encoding="utf-8")) if looks.exists() else 0
        looks.write_text("." * (looked + 1), encoding="utf-8")
        state = states[min(looked, len(states) - 1)]
    pod = {"metadata": {"name": "the-pod"}, "status": {"phase": "Pending"}}
    pod["status"]["containerStatuses"] = [{"name": "run", "state": state}]  # type: ignore[assignment]
    print(json.dumps({"items": [] if state is None else [pod]}))
    return 0


def _logs(_: list[str]) -> int:
    log = HOME / "run-0.log"
    if log.exists():
        pid = (HOME / "processes.txt").read_text(encoding="utf-8").split()[0]
        os.execvp("tail", ["tail", "-n", "+1", "-F", "--pid", pid, str(log)])
    return 0


def _exec(words: list[str]) -> int:
    command = words[words.index("--") + 1 :]
    if command[1] == "stop" and "states" in _play():
        return 0
    command = [word.replace("/results", str(HOME / "results")) for word in command]
    (HOME / "results").mkdir(exist_ok=True)
    return subprocess.run([*PROGRAM, *command[1:]], check=False).returncode


def _delete(_: list[str]) -> int:
    (HOME / "objects.yaml").unlink(missing_ok=True)
    processes = HOME / "processes.txt"
    for line in processes.read_text(encoding="utf-8").split() if processes.exists() else []:
        with suppress(ProcessLookupError):
            os.killpg(int(line), signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
