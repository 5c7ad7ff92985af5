"""``python -m tests.rehearsals.form_sites``: all sites on a free port of loopback; its first line is the address."""

from __future__ import annotations

import logging

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from tests.rehearsals.form_sites import django_site, flask_site, markup_site


def main() -> None:
    """Serve until somebody ends the process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("django").setLevel(logging.ERROR)
    sites = {f"/{name}": markup_site.make_site(draw) for name, draw in markup_site.SITES.items()}
    mounted = DispatcherMiddleware(Flask(__name__), sites | {"/flask": flask_site.site, "/django": django_site.site})
    server = make_server("127.0.0.1", 0, mounted, threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
