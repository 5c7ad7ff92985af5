"""The dashboards as shipped: made from their code, colors never alone, InfluxQL for every version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from grafana import tokens
from grafana.generate import texts
from tests.each import each
from tests.grafana.dashboards import FOLDER, NAMES, Panel, board, everything, panels

EVERY = each("panel", everything(), name=lambda panel: panel.name)
BOARDS = each("name", NAMES)


def _properties(panel: Panel) -> Iterator[dict[str, Any]]:
    """What each override sets, by id."""
    for override in panel.told["fieldConfig"].get("overrides", ()):
        yield {one["id"]: one["value"] for one in override["properties"]}


def _mappings(panel: Panel) -> Iterator[dict[str, Any]]:
    """Every result of a value mapping."""
    given = [*panel.told["fieldConfig"]["defaults"].get("mappings", ())]
    given += [one for properties in _properties(panel) for one in properties.get("mappings", ())]
    for mapping in given:
        options = mapping["options"]
        yield from [options["result"]] if mapping["type"] == "range" else options.values()


def test_the_files_are_what_the_code_makes() -> None:
    """grafana/dashboards/ holds what ``python -m grafana.generate`` writes, and nothing else."""
    made = texts()
    assert {path.name for path in FOLDER.iterdir()} == set(made)
    stale = [name for name, text in made.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert not stale, f"run python -m grafana.generate: {stale}"


def test_there_are_five_dashboards_with_addresses_of_their_own() -> None:
    """Rehearsal, Engineering, Cluster, Compare, History; their uids stay, so links to them do."""
    told = [board(name) for name in NAMES]
    assert [one["uid"] for one in told] == [f"esr-{name}" for name in NAMES]
    assert [one["title"] for one in told] == [f"HMS-ESR {name.capitalize()}" for name in NAMES]
    assert all(one["tags"] == ["hms-esr"] and one["description"].endswith(".") for one in told)


@EVERY
def test_a_panel_says_what_it_shows(panel: Panel) -> None:
    """Title, a description of at least one sentence, a unit, and what stands there without data."""
    defaults = panel.told["fieldConfig"]["defaults"]
    assert panel.title and panel.told["description"].endswith(".") and len(panel.told["description"]) > 12
    assert defaults["unit"] and defaults["noValue"]


@EVERY
def test_panels_speak_plainly(panel: Panel) -> None:
    """People, never users; 95 of 100, not p95; counts are never shortened to 38.9k."""
    words = f"{panel.title} {panel.told['description']}"
    assert not re.search(r"\busers?\b|\bp9\d\b|\bTODO\b", words, re.IGNORECASE)
    units = {panel.told["fieldConfig"]["defaults"]["unit"], *(one.get("unit", "") for one in _properties(panel))}
    assert "short" not in units


@EVERY
def test_colors_are_the_pages_and_stand_with_words(panel: Panel) -> None:
    """Every color is a token; one that means a status has a word beside it."""
    text = json.dumps(panel.told)
    colors = set(re.findall(r'"(?:color|fixedColor)": "([^"]+)"', text))
    assert colors <= tokens.COLORS
    modes = set(re.findall(r'"mode": "(palette[^"]*|continuous[^"]*|shades)"', text))
    assert modes <= {"shades"}, "red, yellow and green mean a status, never a series"
    assert all(result["text"].strip() for result in _mappings(panel) if result.get("color"))
    if panel.told["fieldConfig"]["defaults"].get("thresholds"):
        assert list(_mappings(panel)), "thresholds color without a word"


@EVERY
def test_lines_differ_by_more_than_color(panel: Panel) -> None:
    """In gray print two named series of a panel are still told apart: dashes, width, filling or bars."""
    ways = [
        (
            str(one.get("custom.lineStyle")),
            one["custom.lineWidth"],
            one.get("custom.fillOpacity"),
            "custom.drawStyle" in one,
        )
        for one in _properties(panel)
        if "custom.lineWidth" in one
    ]
    assert len(ways) == len(set(ways))


@BOARDS
def test_panels_do_not_overlap(name: str) -> None:
    """Each has its place in 24 columns, and an id of its own."""
    taken: set[tuple[int, int]] = set()
    told = board(name)["panels"]
    for panel in told:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24 and not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in told}) == len(told)


@BOARDS
def test_queries_are_understood_by_influxdb_1_2_and_3(name: str) -> None:
    """InfluxQL without what version 3 lacks, nothing that writes, and always the data source that was chosen."""
    asked = [query for panel in panels(name) for query in panel.queries.values()]
    asked += [one["query"] for one in board(name)["templating"]["list"] if one["type"] == "query"]
    asked += [one["query"] for one in board(name).get("annotations", {}).get("list", ())]
    lacking = r"\b(SLIMIT|SOFFSET|INTEGRAL|SAMPLE|HOLT_WINTERS\w*|SHOW SERIES|INTO|DROP|DELETE|CREATE|ALTER)\b"
    assert not [query for query in asked if re.search(lacking, query, re.IGNORECASE)]
    sources = set(
        re.findall(
            r'"uid": "([^"]+)"', json.dumps([one["targets"] for one in board(name)["panels"] if "targets" in one])
        )
    )
    assert sources == {"${datasource}"}


@BOARDS
def test_series_over_time_are_asked_for_as_fine_as_the_screen(name: str) -> None:
    """A chart over time asks within its range and bins by it, so that a day costs no more than a minute."""
    for panel in panels(name):
        if panel.told["type"] in ("timeseries", "heatmap") and name != "history":
            assert all("$timeFilter GROUP BY time($__interval)" in query for query in panel.queries.values()), (
                panel.title
            )


@EVERY
def test_links_find_the_fields_they_name(panel: Panel) -> None:
    """Fields of a row that a link is made of are among the table's columns, hidden or not."""
    columns = [
        one["options"]["include"]["names"]
        for one in panel.told.get("transformations", ())
        if "include" in one["options"]
    ]
    links = [link["url"] for one in _properties(panel) for link in one.get("links", ())]
    for link in links:
        named = set(re.findall(r"__data\.fields(?:\.(\w+)|\[\"(\w+)\"\])", link))
        assert named and {a or b for a, b in named} <= set(columns[0])
