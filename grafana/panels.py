"""Owns kinds of panels: what each needs said, and how lines, cells and words look.

Knows nothing of what is measured. Every panel has a title, a description and a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, stat, table, timeseries, xychart
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import xychart as xy
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    GridPos,
    Threshold,
    ThresholdsMode,
    ValueMapping,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from grafana.queries import SOURCE, Query
from grafana.tokens import BAD, BLUE, INK, OK, STOPPED, WARN


@dataclass(frozen=True)
class Said:
    """What a panel is called, what it shows, in which unit (Grafana's id); its size: of 24 columns, rows of 30 px."""

    title: str
    about: str
    unit: str
    w: int = 12
    h: int = 8


@dataclass(frozen=True)
class Look:
    """How one series looks: never by color alone, so lines differ by dashes, width or filling as well."""

    color: str = BLUE
    dash: Sequence[float] = ()
    width: int = 2
    fill: int = 0
    bars: bool = False
    unit: str = ""
    decimals: int | None = None
    right: bool = False

    def properties(self) -> list[DynamicConfigValue]:
        """As overrides of a field."""
        given: list[tuple[str, object]] = [
            ("color", {"mode": "fixed", "fixedColor": self.color}),
            ("custom.lineWidth", self.width),
            ("custom.fillOpacity", self.fill),
        ]
        if self.dash:
            given.append(("custom.lineStyle", {"fill": "dash", "dash": list(self.dash)}))
        if self.bars:
            given.append(("custom.drawStyle", "bars"))
        if self.unit:
            given.append(("unit", self.unit))
        if self.decimals is not None:
            given.append(("decimals", self.decimals))
        if self.right:
            given.append(("custom.axisPlacement", "right"))
        return [DynamicConfigValue(name, value) for name, value in given]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its unit, words for its values, a link for its cells."""

    head: str
    unit: str = ""
    decimals: int | None = None
    words: ValueMapping | None = None
    filled: bool = False
    wrapped: bool = False
    link: str = ""
    width: int = 0
    hidden: bool = False
    """There for links of other columns, not to be seen."""

    def properties(self) -> list[DynamicConfigValue]:
        """As overrides of a field."""
        given: list[tuple[str, object]] = [("displayName", self.head)]
        if self.unit:
            given.append(("unit", self.unit))
        if self.decimals is not None:
            given.append(("decimals", self.decimals))
        if self.words is not None:
            given.append(("mappings", [self.words]))
        if self.filled:
            given.append(("custom.cellOptions", {"type": "color-background", "mode": "basic"}))
        if self.wrapped:
            given.append(("custom.cellOptions", {"type": "auto", "wrapText": True}))
        if self.link:
            given.append(("links", [{"title": "Open this run", "url": self.link}]))
        if self.width:
            given.append(("custom.width", self.width))
        if self.hidden:
            given.append(("custom.hidden", True))
        return [DynamicConfigValue(name, value) for name, value in given]


def _said(panel: Any, said: Said, queries: Sequence[Query]) -> Any:
    for letter, query in zip("ABCDEFGH", queries, strict=False):
        query.ref = letter
    panel.title(said.title).description(said.about).unit(said.unit).datasource(SOURCE).targets(list(queries))
    return panel.grid_pos(GridPos(said.h, said.w, 0, 0)).transparent(False)


def _plain(color: str) -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(color)


def _steps(*steps: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    made = [Threshold(value, color) for value, color in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def block(said: Said, *queries: Query, words: ValueMapping, missing: str) -> Any:
    """One word on its color; ``missing`` stands where there is no value yet."""
    panel = _said(stat.Panel(), said, queries).mappings([words]).no_value(missing).color_scheme(_plain(STOPPED))
    panel.color_mode(shapes.BigValueColorMode.BACKGROUND_SOLID).graph_mode(shapes.BigValueGraphMode.NONE)
    return panel.text_mode(shapes.BigValueTextMode.VALUE).reduce_options(_newest())


def figures(said: Said, *queries: Query, decimals: int | None = 0, units: Mapping[str, str] | None = None) -> Any:
    """Figures with their names, without colors. ``units``: of those that differ from the panel's."""
    panel = _said(stat.Panel(), said, queries).no_value("–").color_scheme(_plain(INK)).decimals(decimals)
    panel.color_mode(shapes.BigValueColorMode.NONE).graph_mode(shapes.BigValueGraphMode.NONE)
    for name, unit in (units or {}).items():
        panel.override_by_name(name, [DynamicConfigValue("unit", unit)])
    return panel.text_mode(shapes.BigValueTextMode.VALUE_AND_NAME).reduce_options(_newest())


def gauges(said: Said, *queries: Query, words: Sequence[ValueMapping], most: float, missing: str) -> Any:
    """One bar each, with words; the limit 1 lies at 1 / ``most`` of the bar."""
    panel = _said(bargauge.Panel(), said, queries).min(0).max(most).mappings(list(words)).no_value(missing)
    panel.thresholds(_steps((None, OK), (0.9, WARN), (1, BAD)))
    panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    panel.display_mode(shapes.BarGaugeDisplayMode.BASIC).value_mode(shapes.BarGaugeValueMode.TEXT)
    panel.orientation(shapes.VizOrientation.HORIZONTAL).name_placement(shapes.BarGaugeNamePlacement.TOP)
    return panel.reduce_options(_newest())


def lines(
    said: Said,
    *queries: Query,
    looks: Mapping[str, Look] | None = None,
    log: bool = False,
    most: float | None = None,
    missing: str = "No data in this time range",
) -> Any:
    """Values over time. ``looks`` by the series' names or ``/regular expression/``; others take shades of blue.

    Red, yellow and green mean a status and nothing else.
    """
    panel = _said(timeseries.Panel(), said, queries).interval("1s").no_value(missing)
    panel.line_width(2).show_points(shapes.VisibilityMode.AUTO).fill_opacity(0).point_size(4)
    panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
    panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.SHADES).fixed_color(BLUE))
    if log:
        panel.scale_distribution(common.ScaleDistributionConfig().type(shapes.ScaleDistribution.LOG).log(10))
    else:
        panel.min(0)
    if most is not None:
        panel.max(most)
    return _looks(panel, looks or {})


def _looks(panel: Any, looks: Mapping[str, Look]) -> Any:
    for name, look in looks.items():
        by = panel.override_by_regexp if name.startswith("/") else panel.override_by_name
        by(name, look.properties())
    return panel


def _legend() -> common.VizLegendOptions:
    made = common.VizLegendOptions().show_legend(True).display_mode(shapes.LegendDisplayMode.TABLE)
    return made.placement(shapes.LegendPlacement.BOTTOM).calcs(["lastNotNull", "max"])


def heat(said: Said, query: Query) -> Any:
    """Counts by row of time: darker is more."""
    panel = _said(heatmap.Panel(), said, [query]).interval("5s").no_value("No data in this time range").calculate(False)
    # Grafana's own scale of one hue, readable in gray; the figure stands under the pointer.
    panel.color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(32).exponent(0.5))
    panel.exemplars_color(INK).cell_values(heatmap.CellValues().unit("locale").decimals(0)).show_legend()
    return panel.y_axis(heatmap.YAxisConfig().axis_placement(shapes.AxisPlacement.LEFT))


def rows(
    said: Said,
    *queries: Query,
    columns: Mapping[str, Column],
    sort: tuple[str, bool] | None = None,
    missing: str = "Nothing",
    heads: bool = True,
) -> Any:
    """A table with these columns in this order, and no others; ``sort``: a head, and whether from the greatest down."""
    panel = (
        _said(table.Panel(), said, queries).no_value(missing).show_header(heads).cell_height(shapes.TableCellHeight.SM)
    )
    panel.with_transformation(
        DataTransformerConfig("filterFieldsByName", options={"include": {"names": list(columns)}})
    )
    order = {name: number for number, name in enumerate(columns)}
    panel.with_transformation(DataTransformerConfig("organize", options={"indexByName": order}))
    for name, column in columns.items():
        panel.override_by_name(name, column.properties())
    if sort:
        panel.sort_by([common.TableSortByFieldState().display_name(sort[0]).desc(sort[1])])
    return panel


def against(said: Said, a: Query, b: Query, x: str, looks: Mapping[str, Look]) -> Any:
    """Two queries over the same x axis, which is a field of theirs: ``x``. Names of ``looks``: their other fields."""
    panel = _said(xychart.Panel(), said, [a, b]).no_value("No data of these runs").mapping(xy.SeriesMapping.MANUAL)
    panel.show(xy.XYShowMode.LINES).line_width(2).legend(_legend()).min(0)
    panel.tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.SINGLE))
    pairs = [_pair(number, x, name) for number, name in enumerate(looks)]
    panel.series(pairs).override_by_name(x, [DynamicConfigValue("unit", "s"), DynamicConfigValue("displayName", x)])
    for name, look in looks.items():
        drawn = [one for one in look.properties() if one.id_val != "custom.fillOpacity"]
        panel.override_by_name(name, drawn)
    return panel


def _pair(frame: int, x: str, y: str) -> xychart.XYSeriesConfig:
    def matching(how: str, what: object) -> xychart.MatcherConfig:
        return xychart.MatcherConfig().id(how).options(what)

    made = xychart.XYSeriesConfig().frame(xychart.XychartXYSeriesConfigFrame().matcher(matching("byIndex", frame)))
    made.x(xychart.XychartXYSeriesConfigX().matcher(matching("byName", x)))
    return made.y(xychart.XychartXYSeriesConfigY().matcher(matching("byName", y)))
