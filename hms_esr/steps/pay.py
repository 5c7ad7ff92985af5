"""Owns the step that pays with a published test card. Knows nothing of payment providers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from hms_esr.errors import NoData, StepFailed
from hms_esr.expressions.expression import MetricRef, parse
from hms_esr.schema.types import Text
from hms_esr.steps.step import Form, Step, StepActor, address_in

TEST_CARD = "4242424242424242"


class Pay(Step):
    """``pay: credit_card``: pay with a published test card.

    Pending fields are submitted if the page has no card field, ``/pay`` is visited if there is still none.
    ``failIf: "amount>200"`` is judged on the page's fields before the card is sent.
    """

    verb: ClassVar[str] = "pay"
    method: Text = "credit_card"
    fail_if: Text | None = Field(None, alias="failIf")
    path: Text = "/pay"

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """Nothing, the method, or fields."""
        if value is None:
            return {}
        return value if isinstance(value, Mapping) else {"method": value}

    def model_post_init(self, context: Any) -> None:
        """Refuse a condition that cannot be read."""
        if self.fail_if is not None and not parse(self.fail_if).is_condition:
            raise ValueError(f"failIf takes a condition such as amount > 200, found {self.fail_if!r}")

    def perform(self, actor: StepActor) -> None:
        """Reach the card form, judge, fill, send."""
        form = actor.form(with_kind="card")
        if form is None and (actor.filled or actor.uploads):
            pending = actor.form(with_kind="file") if actor.uploads else None
            actor.submit(pending or actor.form())
            form = actor.form(with_kind="card")
        if form is None:
            actor.request("GET", address_in(self.path, actor))
            form = actor.form(with_kind="card")
        if form is None:
            where = actor.answer.path if actor.answer else self.path
            raise StepFailed("no_form", f"no card form on {where}; if JavaScript draws it, use `request`")
        self._judge(form)
        actor.submit(form)

    def _judge(self, form: Form) -> None:
        if self.fail_if is None:
            return
        values = {field.name: field.value for field in form.fields}

        def look_up(ref: MetricRef) -> float:
            number = re.search(r"-?\d+(?:\.\d+)?", values.get(ref.name, "").replace(",", ""))
            if number is None:
                raise NoData(f"the payment page has no number '{ref.name}'")
            return float(number[0])

        try:
            fails = parse(self.fail_if).evaluate(look_up)
        except NoData as error:
            raise StepFailed("expectation", f"failIf {self.fail_if}: {error}") from None
        if fails:
            raise StepFailed("expectation", f"payment refused by the scenario: {self.fail_if}")

    def written(self) -> Any:
        """The method alone, or all that differs."""
        fields = super().written()
        return {"method": self.method} | (fields or {}) if fields else self.method
