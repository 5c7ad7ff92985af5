"""Owns which files go into the wheel: the packages, and personas, scenarios and dashboards as ``hms_esr/shipped/…``.

Knows nothing else of packaging; that is in pyproject.toml.
"""

from setuptools import find_packages, setup

SHIPPED = {
    "hms_esr.shipped.personas": "personas",
    "hms_esr.shipped.scenarios": "scenarios",
    "hms_esr.shipped.grafana.dashboards": "grafana/dashboards",
}

setup(
    packages=[*find_packages(include=["hms_esr*", "hms_edu*", "hms_esr_client*", "esr*"]), *SHIPPED],
    package_dir={"": ".", **SHIPPED},
)
