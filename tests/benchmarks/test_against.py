"""A commit against an older one: the interval is right, no side is favoured, mistakes are named, and it can be run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

import pytest

from benchmarks import _against_page, _checkouts
from benchmarks._checkouts import CheckoutError, Repository, Source, built
from benchmarks._loads import LOADS
from benchmarks._pairs import CONFIDENCE, LEAST_PAIRS, Comparison, compare, coverage, interval, orders
from benchmarks._results import Figure, Found, Kept, machine
from tests.house.sources import ROOT, imports


@pytest.fixture
def repository(tmp_path: Path, needs: Callable[[str], str]) -> Iterator[Path]:
    """A repository of one commit that has no package in it, so nothing of it can be built."""
    needs("git")
    root = tmp_path / "project"
    root.mkdir()
    (root / "setup.py").write_text("raise SystemExit('no compiler today')\n")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "-c", "user.name=A", "-c", "user.email=a@b.test", "commit", "--quiet", "--message", "one")
    yield root


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def bench(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    env = os.environ | more
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)


def kept(new: float) -> Kept:
    """A comparison of a GET in 15 pairs, old always 10 µs."""
    figures = [
        Figure(_against_page.figure("get", side), [value + number / 1000 for number in range(15)], 1)
        for side, value in (("old", 10.0), ("new", new))
    ]
    side = {"sha": "0" * 40, "label": "0" * 12, "day": "2026-01-01", "engine": "compiled"}
    details = {"old": side, "new": side, "limit": 1.03, "command": "python -m benchmarks --against 000000000000"}
    return Kept(Found("Against an older commit", "How.", figures), machine(0.1) | {"against": details})


def test_the_interval_of_known_samples_is_known() -> None:
    """Of 1 … 15 in any order: from the 4th to the 12th, which covers 96.5 %; of 6 the extremes; of 5 none."""
    values = [float(value) for value in range(1, 16)]
    Random(1).shuffle(values)
    assert interval(values) == (4.0, 12.0)
    assert coverage(15, 4) == pytest.approx(0.96484375)
    assert coverage(15, 5) < CONFIDENCE
    assert interval([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]) == (1.0, 6.0)
    assert interval([1.0, 2.0, 3.0, 4.0, 5.0]) is None


@pytest.mark.parametrize("spread", ["even", "skewed", "with outliers"])
def test_the_interval_covers_what_it_promises(spread: str) -> None:
    """Over 4000 seeded comparisons it holds the true median in 96.5 % of them, whatever the distribution."""
    random = Random(f"coverage {spread}")
    draw = {
        "even": lambda: random.gauss(0.0, 1.0),
        "skewed": lambda: random.expovariate(1.0) - 0.6931471805599453,
        "with outliers": lambda: random.gauss(0.0, 20.0 if random.random() < 0.2 else 1.0),
    }[spread]
    held = 0
    for _ in range(4000):
        between = interval([draw() for _ in range(LEAST_PAIRS)])
        held += between is not None and between[0] <= 0.0 <= between[1]
    assert held / 4000 == pytest.approx(coverage(15, 4), abs=0.012)


def test_ratios_are_taken_pair_by_pair() -> None:
    """A slow minute that hits both sides of a pair leaves its ratio alone."""
    old = [10.0, 40.0, 10.0, 20.0, 10.0, 10.0, 80.0]
    found = compare(old, [value * 1.5 for value in old])
    assert found == Comparison(1.5, (1.5, 1.5))
    with pytest.raises(ValueError, match="found 1 and 2"):
        compare([1.0], [1.0, 2.0])


@pytest.mark.parametrize(
    ("ratio", "between", "passes"),
    [
        (1.00, (0.98, 1.02), True),
        (1.05, (0.99, 1.11), True),
        (1.02, (1.01, 1.03), True),
        (0.80, (0.78, 0.82), True),
        (1.05, (1.01, 1.09), False),
        (1.05, None, False),
    ],
)
def test_the_verdict(ratio: float, between: tuple[float, float] | None, passes: bool) -> None:
    """It passes when 1.0 is inside the interval or the median ratio is within the limit, otherwise not."""
    assert Comparison(ratio, between).passes(1.03) is passes


def test_neither_side_is_always_first() -> None:
    """Orders alternate: each side comes first in half the pairs, give or take one."""
    found = orders(15)
    assert all(sorted(order) == ["new", "old"] for order in found)
    assert all(before != after for before, after in pairwise(found))
    assert sum(order[0] == "old" for order in found) == 8


def test_an_unbalanced_place_costs_nothing() -> None:
    """When whoever comes second is 10 % slower, 1.0 stays inside the interval of two equal sides."""
    random = Random(7)
    taken: dict[str, list[float]] = {"old": [], "new": []}
    for order in orders(LEAST_PAIRS):
        for place, side in enumerate(order):
            taken[side].append(10 * (1 + 0.1 * place) * random.lognormvariate(0.0, 0.02))
    between = compare(taken["old"], taken["new"]).interval
    assert between is not None and between[0] <= 1.0 <= between[1]


@pytest.mark.parametrize(("new", "verdict"), [(10.1, "pass"), (10.5, "SLOWER"), (9.0, "pass")])
def test_the_page_says_what_was_found(new: float, verdict: str) -> None:
    """Table and section name medians, ratio, interval and verdict, from what is kept alone."""
    found = kept(new)
    (row,) = _against_page.rows(found)
    assert row.passes is (verdict == "pass")
    assert row.comparison.ratio == pytest.approx(median(row.new) / median(row.old))
    assert verdict in _against_page.plain(found)
    text = _against_page.section(found)
    assert f"| GET | 15 | 10.0 | {median(row.new):.1f} | {row.comparison.ratio:.3f} |" in text
    assert "- old: 000000000000 of 2026-01-01, engine compiled" in text
    assert "`python -m benchmarks --against 000000000000`" in text


def test_a_weak_pass_is_called_weak() -> None:
    """Where noise hides a slowdown of 20 %, the table says so; where the interval is narrow, it does not."""
    figures = [
        Figure(_against_page.figure("get", "old"), [10.0] * 15),
        Figure(_against_page.figure("get", "new"), [8.0] * 7 + [10.0] + [12.0] * 7),
    ]
    noisy = Kept(Found("Against an older commit", "How.", figures), kept(10.0).machine)
    assert "GET: a slowdown of up to 20 % is not ruled out" in _against_page.plain(noisy)
    assert "not ruled out" in _against_page.section(noisy)
    assert "not ruled out" not in _against_page.plain(kept(10.1))


def test_the_driver_imports_nothing_of_the_package() -> None:
    """Modules may move between the two commits: what measures them knows only their command line."""
    names = ("_against", "_against_page", "_pairs", "_checkouts", "_loads", "_form", "_ours", "_results", "_processes")
    for name in names:
        found = [module for module, _ in imports(f"benchmarks/{name}.py")]
        assert found and not [module for module in found if module.startswith("hms_esr")], name


def test_an_unknown_commit_is_named(repository: Path) -> None:
    """Neither a name nobody gave nor an option of git is taken for a commit."""
    with pytest.raises(CheckoutError, match="unknown commit 'nowhere': expected a commit, branch or tag"):
        Repository(repository).commit("nowhere")
    with pytest.raises(CheckoutError, match="unknown commit '--all'"):
        Repository(repository).commit("--all")


def test_without_git_or_a_repository_it_says_so(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder outside any repository, one inside another's, and a machine without git are told apart."""
    with pytest.raises(CheckoutError, match="elsewhere is not a git repository"):
        (tmp_path / "elsewhere").mkdir()
        Repository(tmp_path / "elsewhere")
    (repository / "inner").mkdir()
    with pytest.raises(CheckoutError, match="inner is not the top of a git repository"):
        Repository(repository / "inner")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CheckoutError, match="git is not installed"):
        Repository(repository)


def test_a_dirty_work_tree_is_measured_as_it_is(repository: Path, tmp_path: Path) -> None:
    """Changed and new files are in its content and named; index and objects of the user stay; docs do not count."""
    project = Repository(repository)
    head = project.commit("HEAD")
    (repository / "docs").mkdir()
    (repository / "docs" / "page.md").write_text("Text.\n")
    assert project.work_tree() == head
    (repository / "setup.py").write_text("changed = True\n")
    (repository / "more.py").write_text("new = True\n")
    before = git(repository, "status", "--porcelain")
    dirty = project.work_tree()
    assert dirty.changed == ("more.py", "setup.py")
    assert dirty.sha != head.sha and dirty.label == f"{head.label} + changes"
    assert git(repository, "status", "--porcelain") == before
    project.write(dirty, tmp_path / "dirty")
    project.write(head, tmp_path / "head")
    assert (tmp_path / "dirty" / "more.py").exists()
    assert "no compiler" in (tmp_path / "head" / "setup.py").read_text()


def test_a_build_that_fails_says_why_and_is_tried_again(repository: Path, tmp_path: Path) -> None:
    """The last lines of the build are told; what is half made is not taken for ready."""
    project = Repository(repository)
    for _ in range(2):
        with pytest.raises(CheckoutError, match=r"building \w{12} failed .*pip install(.|\n)*no compiler today"):
            built(project, project.commit("HEAD"), into=tmp_path / "made")


def test_a_checkout_that_was_not_compiled_is_no_checkout(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that goes on without a compiler would be compared with a compiled one: that is an error."""

    def installed_without_modules(source: Source, command: list[str], folder: Path, env: object = None) -> str:
        package = folder / "venv" / "lib" / "python3" / "site-packages" / "hms_esr"
        package.mkdir(parents=True, exist_ok=True)
        (folder / "source" / "hms_esr").mkdir(exist_ok=True)
        (folder / "source" / "hms_esr" / "core.pxd").write_text("")
        return str(package / "__init__.py")

    monkeypatch.setattr(_checkouts, "_run", installed_without_modules)
    project = Repository(repository)
    with pytest.raises(CheckoutError, match="0 of 1 modules were compiled; expected a C compiler and Cython"):
        built(project, project.commit("HEAD"), into=tmp_path)
    assert built(project, project.commit("HEAD"), compiled=False, into=tmp_path).engine == "python"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--against", "HEAD", "--pairs", "14"),
            "--pairs 14 is too few for --against: expected 15 or more, or --quick",
        ),
        (("--against", "HEAD", "--only", "city"), "--against cannot compare city: expected --only get, form_journey"),
        (("--against", "HEAD", "--limit", "fast"), "invalid ratio 'fast': expected a number > 0 such as 1.03"),
        (("--committed",), "--committed and --limit need --against COMMIT"),
        (
            ("--against", "no-such-commit", "--quick", "--only", "form_journey"),
            "error: unknown commit 'no-such-commit'",
        ),
    ],
)
def test_a_wrong_wish_is_named(arguments: tuple[str, ...], said: str, needs: Callable[[str], str]) -> None:
    """Status 2 and one line, no traceback."""
    needs("git")
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_head_against_head_can_be_carried_out(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """Quick: one pair of each load, not compiled, not judged; kept, in the table and on a page of its own."""
    needs("git")
    needs("nginx")
    done = bench("--against", "HEAD", "--quick", "--into", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["against"]
    assert found["machine"]["against"]["old"]["sha"] == git(ROOT, "rev-parse", "HEAD")
    assert {figure["what"] for figure in found["figures"]} == {
        _against_page.figure(name, side) for name in LOADS for side in ("old", "new")
    }
    assert all(len(figure["values"]) == 1 and figure["values"][0] > 0 for figure in found["figures"])
    assert all(f"{load.title}, pair 1 of 1 (old new): old " in done.stderr for load in LOADS.values())
    assert done.stdout.count("not judged") == len(LOADS)
    assert "\n## Against an older commit\n" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
