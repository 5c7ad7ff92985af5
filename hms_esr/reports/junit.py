"""Owns ``junit.xml``: a run as one test suite, a test case for each check and one for whether it can be trusted.

Knows nothing of the CI system that reads it; the elements are those all of them understand (testsuite, testcase,
failure, error, skipped, properties, system-out).
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hms_esr.record import Record
from hms_esr.verdicts.judgement import CheckResult, Judgement

TRUST_CASE = "the rehearsal can be trusted"
STOP_CASE = "the run was not stopped to protect the target"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 cannot hold (section 2.2)."""


class JunitReport:
    """``junit.xml``."""

    filename = "junit.xml"

    def write(self, record: Record, judgement: Judgement) -> str:
        """XML text, UTF-8."""
        suite = ElementTree.Element("testsuite")
        _properties(suite, record)
        for result in judgement.checks:
            _check(_case(suite, record, result.check), result, judgement, aborted=bool(record.aborted))
        if record.aborted and judgement.verdict == "FAIL":
            _tell(_case(suite, record, STOP_CASE), "failure", "FAIL", judgement.sentence)
        _trust(_case(suite, record, TRUST_CASE), judgement)
        out = ElementTree.SubElement(suite, "system-out")
        out.text = _legal("\n".join([f"{judgement.shown}: {judgement.sentence}", *judgement.also, judgement.trust]))
        _count(suite, record)
        ElementTree.indent(suite)
        text = ElementTree.tostring(suite, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _properties(suite: ElementTree.Element, record: Record) -> None:
    manifest = record.manifest
    properties = ElementTree.SubElement(suite, "properties")
    facts = {"run_id": manifest.run_id, "seed": manifest.seed, "target": manifest.target, "sim": "true"}
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": _legal(str(value))})


def _case(suite: ElementTree.Element, record: Record, name: str) -> ElementTree.Element:
    attributes = {"classname": f"hms_esr.{record.scenario.name}", "name": _legal(name), "time": "0"}
    return ElementTree.SubElement(suite, "testcase", attributes)


def _tell(case: ElementTree.Element, tag: str, kind: str, message: str) -> None:
    attributes = {"message": _legal(message)} | ({} if tag == "skipped" else {"type": kind})
    ElementTree.SubElement(case, tag, attributes)


def _check(case: ElementTree.Element, result: CheckResult, judgement: Judgement, *, aborted: bool) -> None:
    message = f"{result.title}: {result.reason}"
    if judgement.verdict == "INTERRUPTED" or (result.verdict == "INVALID" and aborted):
        _tell(case, "skipped", "", f"not judged; {message}")
    elif result.verdict == "INVALID":
        _tell(case, "error", "INVALID", message)
    elif judgement.verdict == "INVALID":
        _tell(case, "skipped", "", f"not judged; {message}")
    elif result.verdict == "FAIL":
        _tell(case, "failure", "FAIL", message)
    elif result.verdict == "WARN":
        ElementTree.SubElement(case, "system-out").text = _legal(f"WARN {message}")


def _trust(case: ElementTree.Element, judgement: Judgement) -> None:
    if judgement.verdict in ("INVALID", "INTERRUPTED"):
        _tell(case, "error", judgement.verdict, judgement.sentence)


def _count(suite: ElementTree.Element, record: Record) -> None:
    """The suite's own attributes, in the order schemas list them."""
    hosts = [str(worker.get("host") or "") for worker in record.manifest.workers]
    suite.set("name", record.scenario.name)
    suite.set("timestamp", _legal(record.manifest.started_at)[:19])
    suite.set("hostname", _legal(next((host for host in hosts if host), "localhost")))
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{max(0.0, record.real_s):.3f}")
