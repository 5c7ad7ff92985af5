"""Owns charts: figures in, SVG text out. One file per kind: arrivals, backlog, latency, failures, panel, percentiles,
bar, gauge, strip, recovery; ``frame`` is the time axis and marks they share, ``scales`` the value axes.

Knows nothing of records, pages or colors: figures come in as numbers, a page's style gives classes their color.
Positions across are in per cent and text is in pixels, so one drawing serves every width; only data lies in a
stretched inner drawing.
"""
