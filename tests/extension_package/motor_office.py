"""Owns what a motor office adds to rehearsals: a step, a persona field, a metric. Knows nothing of the engine."""

from hms_esr.steps.step import Step


class Reload(Step):
    """``reload: 2``: look at the current page again, twice."""

    verb = "reload"
    times: int = 1

    @classmethod
    def shorthand(cls, value):
        return {"times": value or 1}

    def perform(self, actor):
        for _ in range(self.times):
            actor.request("GET", actor.answer.url)


class PlateField:
    """``plate: IA``: a license plate of that office, one that is never issued."""

    uses = ()

    def __init__(self, spec, locale):
        self.office = str(spec or "XX")

    def make(self, draw, person):
        return f"{self.office} SIM {draw(0) % 10_000:04d}"


def requests_per_person(metrics):
    return metrics["requests"] / metrics["people"]
