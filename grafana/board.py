"""Owns what the five dashboards share: variables, events as annotations, links between them, the order of panels.

Knows nothing of single panels.
"""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    Panel,
    RowPanel,
    VariableHide,
    VariableRefresh,
    VariableSort,
)

from grafana.queries import RUN, SCENARIO, SOURCE
from grafana.tokens import INK, MEDIAN, PLAN

COLUMNS = 24
TAG = "hms-esr"
KNOWN = "time > now() - 1000d"
"""InfluxDB 3 looks one day back for values of tags, unless told."""


class Board:
    """One dashboard in the making: rows of panels, filled from left to right."""

    def __init__(self, uid: str, title: str, about: str, *, since: str, refresh: str = "") -> None:
        made = dashboard.Dashboard(title).uid(uid).description(about).tags([TAG]).editable()
        made.tooltip(DashboardCursorSync.CROSSHAIR).time(since, "now").timezone("browser").version(1)
        made.with_variable(_source())
        links = dashboard.DashboardLink("Other dashboards of rehearsals").type(DashboardLinkType.DASHBOARDS)
        made.link(links.tags([TAG]).include_vars(True).keep_time(True).as_dropdown(False))
        if refresh:
            made.refresh(refresh)
        self._made = made
        self._panels: list[Panel | RowPanel] = []
        self._x = self._y = self._high = 0

    def scenario(self) -> Board:
        """Choose a scenario: all there are in the bucket."""
        return self._variable(
            "scenario", "Scenario", f'WITH KEY = "scenario" WHERE {KNOWN}', VariableSort.ALPHABETICAL_ASC
        )

    def run(self, name: str = "run", label: str = "Run") -> Board:
        """Choose a run of the scenario; the newest stands first."""
        return self._variable(
            name, label, f'WITH KEY = "run" WHERE {SCENARIO} AND {KNOWN}', VariableSort.ALPHABETICAL_DESC
        )

    def steps(self) -> Board:
        """Choose steps of the run; all at first."""
        return self._variable(
            "step",
            "Steps",
            f'WITH KEY = "step" WHERE {RUN} AND {KNOWN}',
            VariableSort.ALPHABETICAL_ASC,
            many=True,
            of="esr_step",
        )

    def sensors(self) -> Board:
        """Choose figures of sensors; all at first."""
        made = dashboard.QueryVariable("figure").label("Figures of sensors").datasource(SOURCE)
        made.query('SHOW FIELD KEYS FROM "esr_sensor"').refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        made.sort(VariableSort.ALPHABETICAL_ASC).multi(True).include_all(True).all_value(".*")
        self._made.with_variable(made)
        return self

    def _variable(
        self, name: str, label: str, which: str, sort: VariableSort, *, many: bool = False, of: str = "esr_run"
    ) -> Board:
        made = (
            dashboard.QueryVariable(name).label(label).datasource(SOURCE).query(f'SHOW TAG VALUES FROM "{of}" {which}')
        )
        made.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(sort).multi(many).include_all(many)
        self._made.with_variable(made.all_value(".*") if many else made)
        return self

    def events(self) -> Board:
        """What happened, as marks on every chart: faults, the run itself, workers."""
        for name, color, kinds in (
            ("Faults", INK, "=~ /^fault/"),
            ("Run", MEDIAN, "!~ /^(fault|worker)/"),
            ("Workers", PLAN, "=~ /^worker/"),
        ):
            self._made.annotation(_Events(name, color, kinds))
        return self

    def row(self, title: str) -> Board:
        """What follows stands under this head."""
        self._down()
        self._panels.append(RowPanel(title=title, grid_pos=GridPos(1, COLUMNS, 0, self._y), id_val=self._next()))
        self._y += 1
        return self

    def add(self, *panels: Any) -> Board:
        """Panels, side by side as far as there is room."""
        for builder in panels:
            panel: Panel = builder.build()
            place = panel.grid_pos
            assert place is not None
            if self._x + place.w > COLUMNS:
                self._down()
            place.x, place.y = self._x, self._y
            panel.id_val = self._next()
            self._x, self._high = self._x + place.w, max(self._high, place.h)
            self._panels.append(panel)
        return self

    def _down(self) -> None:
        self._x, self._y, self._high = 0, self._y + self._high, 0

    def _next(self) -> int:
        return len(self._panels) + 1

    def build(self) -> Any:
        """The dashboard, for the JSON encoder of the SDK."""
        made = self._made.build()
        made.panels = self._panels
        return made


def _source() -> dashboard.DatasourceVariable:
    made = dashboard.DatasourceVariable("datasource").label("Data source").type("influxdb")
    return made.hide(VariableHide.DONT_HIDE)


class _Events(AnnotationQuery, Builder[AnnotationQuery]):
    """Events of some kinds. Grafana reads the query from the target, or, in older versions, from beside it."""

    def __init__(self, name: str, color: str, kinds: str) -> None:
        super().__init__(name=name, datasource=SOURCE, enable=True, icon_color=color)
        self._query = f'SELECT "text", "kind", "value" FROM "esr_event" WHERE {RUN} AND "kind" {kinds} AND $timeFilter'

    def build(self) -> AnnotationQuery:
        """Itself."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana's data source for InfluxDB takes annotations."""
        how = {"query": self._query, "textColumn": "text", "tagsColumn": "kind", "titleColumn": "", "timeEndColumn": ""}
        target = {
            **how,
            "refId": "Anno",
            "name": self.name,
            "queryType": "tags",
            "fromAnnotations": True,
            "rawQuery": True,
        }
        return {**super().to_json(), **how, "target": target}
