"""Owns the options that say where points go, alike for every command that sends some; where the token comes from.

Knows nothing of what is sent. The token comes from a file or from INFLUX_TOKEN, never from a command line.
"""

from __future__ import annotations

import os
import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.events import Sink
    from hms_esr.sinks.influx.connection import InfluxConnection

F = TypeVar("F", bound=Callable[..., Any])
KEYS = ("url", "org", "bucket", "token", "token_file", "wait", "spool")
TABLE = "influx"
TOKEN = "INFLUX_TOKEN"
SENDER = (
    "-c",
    "import os; os.nice(15); from hms_esr.export.influx_uploader import main; main()",
    "hms_esr.export.influx_uploader",
)
"""What the process that sends runs. It gives way before it loads anything: people come at this very moment."""
_FILE = click.Path(path_type=Path, dir_okay=False)

_OPTIONS = (
    click.option("--influx", "influx_url", metavar="URL", help="InfluxDB (1.8, 2, 3) that gets the run's points."),
    click.option("--influx-org", metavar="ORG", help="Its organization (2 only)."),
    click.option("--influx-bucket", metavar="BUCKET", help="Bucket, or database.  [default: esr]"),
    click.option("--influx-token-file", type=_FILE, help="A file with the token alone; else INFLUX_TOKEN is read."),
    click.option("--influx-config", type=_FILE, help="A TOML file with these and more under [influx]."),
    click.option("--influx-wait", metavar="D", help="How long to wait at the end for what is left.  [default: 30s]"),
)


def influx_options(function: F) -> F:
    """Add the options to a command, which gets them as ``influx_…``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def connection_of(given: Mapping[str, Any]) -> InfluxConnection | None:
    """Where points go; None when nobody asked for it. The command line wins over the file. Raises BadInput."""
    from hms_esr.sinks.influx.connection import read_connection

    path: Path | None = given["influx_config"]
    config = _config(path) if path is not None else {}
    asked = {name: given[f"influx_{name}"] for name in ("url", "org", "bucket", "token_file", "wait")}
    asked = {name: value for name, value in asked.items() if value is not None}
    whole = config | asked
    if "url" not in whole:
        if asked or path is not None:
            name = f"--influx-{next(iter(asked)).replace('_', '-')}" if asked else f"--influx-config {path}"
            text = "says nothing without an address; add --influx URL, such as http://127.0.0.1:8086"
            raise BadInput([Problem(name, 0, 0, text)])
        return None
    token_is_asked = "token_file" in asked or "token" not in config
    parts = {
        "url": whole["url"],
        "org": whole.get("org"),
        "bucket": whole.get("bucket"),
        "token": _token(whole.get("token_file")) if token_is_asked else config["token"],
        "wait_s": _wait(whole.get("wait"), "--influx-wait" if "wait" in asked else f"{path}: wait"),
        "spool_bytes": _size(config.get("spool"), f"{path}: spool"),
    }
    return read_connection(parts, "--influx" if "url" in asked else f"{path}: url")


def influx_arguments(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The same options for a process of ours, wherever it runs; the token is not among them: it reads file or variable.

    BadInput for what :func:`connection_of` would refuse.
    """
    from hms_esr.launch.subprocess_run import arguments

    if connection_of(given) is None:
        return ()
    named = {name: value.absolute() if isinstance(value, Path) else value for name, value in given.items()}
    return tuple(arguments({"influx": named.pop("influx_url"), **named}))


def refuse_influx(given: Mapping[str, Any], option: str) -> None:
    """BadInput when points are asked for together with ``option``."""
    if given["influx_url"] or given["influx_config"]:
        text = f"does not go with {option}; send runs when they are over: hms-esr influx resend RUN"
        raise BadInput([Problem("--influx", 0, 0, text)])


def influx_sink(
    connection: InfluxConnection, folder: Path, console: Sink | None, loudly: Callable[[str], None]
) -> Sink:
    """The sink of the run in ``folder``; what it has to say goes to the console, ``loudly`` when there is none."""
    from hms_esr.events import Happened
    from hms_esr.sinks import SINKS

    def tell(text: str) -> None:
        if console is None:
            loudly(text)
        else:
            console.handle(Happened("note", text, 0.0, 0.0))

    elsewhere = "" if folder.parent == Path("results") else f" --out {shlex.quote(str(folder.parent))}"
    resend = f"hms-esr influx resend {folder.name}{elsewhere}"
    made: Sink = SINKS.get("influx")(folder, connection, [sys.executable, *SENDER], tell, resend)
    return made


def _config(path: Path) -> dict[str, str]:
    source = f"--influx-config {path}"
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"is no TOML: {error}"
        raise BadInput([Problem(source, 0, 0, f"cannot be read: {reason}")]) from None
    table = whole.get(TABLE)
    if not isinstance(table, dict):
        raise BadInput([Problem(source, 0, 0, f"has no table [{TABLE}]; allowed in it: {', '.join(KEYS)}")])
    for name, value in table.items():
        if name not in KEYS:
            raise BadInput([Problem(source, 0, 0, f"unknown key '{name}'; allowed: {', '.join(KEYS)}")])
        if not isinstance(value, str) or not value.strip():
            raise BadInput([Problem(source, 0, 0, f'{name} is a text, such as {name} = "…"')])
    if "token_file" in table:
        table["token_file"] = path.parent / table["token_file"]
    return table


def _token(path: Path | None) -> str:
    """The token in a file, else in the environment; empty when there is none."""
    if path is None:
        return os.environ.get(TOKEN, "")
    source = f"--influx-token-file {path}"
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "is not UTF-8"
        raise BadInput([Problem(source, 0, 0, f"cannot be read: {reason}")]) from None
    if not token:
        raise BadInput([Problem(source, 0, 0, "is empty; it holds the token alone")])
    return token


def _wait(text: str | None, source: str) -> float | None:
    from hms_esr.units import duration_s

    try:
        return None if text is None else duration_s(text)
    except ValueError as error:
        raise BadInput([Problem(source, 0, 0, str(error))]) from None


def _size(text: str | None, source: str) -> int | None:
    units = {"KB": 1024, "MB": 1024**2, "GB": 1024**3}
    if text is None:
        return None
    number, unit = text.strip()[:-2], text.strip()[-2:].upper()
    if unit not in units or not number.strip().isdecimal() or not int(number):
        raise BadInput([Problem(source, 0, 0, f"{text!r} is no size; write 512MB or 2GB")])
    return int(number) * units[unit]
