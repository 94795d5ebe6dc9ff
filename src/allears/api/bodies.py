"""What a caller writes: a field that is not known is refused by its name, for nothing tells a slip from a wish."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator


class Body(Schema):
    """A request body. `sentimnet` left aside in silence would be answered as if it had been heard."""

    model_config = {"extra": "forbid"}


def _day(told: Any) -> Any:
    written = isinstance(told, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", told.strip(), re.ASCII)
    return date.fromisoformat(told.strip()) if written else told


DayOrTime = Annotated[datetime | date, BeforeValidator(_day)]  # a date alone is a day, and no midnight in UTC
