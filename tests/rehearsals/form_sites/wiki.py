"""Owns DokuWiki as Debian packages it, served by PHP itself out of a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path("/usr/share/dokuwiki")
SETTINGS = Path("/etc/dokuwiki")
OWN = ("local.php", "acl.auth.php", "users.auth.php")
DATA = "pages attic media media_attic media_meta meta cache index locks log tmp"
LOCAL = """<?php
$conf['title'] = 'County wiki';
$conf['savedir'] = getenv('WIKI_HOME') . '/data';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['disableactions'] = '';
$conf['license'] = '';
$conf['updatecheck'] = 0;
$conf['autopasswd'] = AUTO;
"""


@contextmanager
def wiki(home: Path, *, sends_passwords: bool) -> Iterator[str]:
    """Its address. Anybody may register; ``sends_passwords``: by mail, which this machine cannot send."""
    for name in DATA.split():
        (home / "data" / name).mkdir(parents=True)
    (home / "conf").mkdir()
    for file in SETTINGS.iterdir():
        if file.name not in OWN and file.suffix != ".dist":
            (home / "conf" / file.name).symlink_to(file)
    (home / "conf/local.php").write_text(LOCAL.replace("AUTO", str(int(sends_passwords))))
    (home / "conf/acl.auth.php").write_text("*\t@ALL\t8\n")
    (home / "conf/users.auth.php").write_text("# nobody yet\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = Path(__file__).with_name("wiki.php")
    command = ["php", "-d", f"auto_prepend_file={before}", "-d", "sendmail_path=/bin/false"]
    with (home / "php.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-S", f"127.0.0.1:{port}", "-t", str(PROGRAM)],
            env=os.environ | {"WIKI_HOME": str(home), "PHP_CLI_SERVER_WORKERS": "2"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 30
        while b"started" not in (home / "php.log").read_bytes():
            assert time.monotonic() < deadline and process.poll() is None, (home / "php.log").read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)
