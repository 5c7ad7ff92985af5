"""The dashboards as code: each module is one dashboard; ``python -m grafana.generate`` writes ``dashboards/*.json``."""
