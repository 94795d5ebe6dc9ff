"""What a caller writes: a field that is not known is refused by its name, for nothing tells a slip from a wish."""

from ninja import Schema


class Body(Schema):
    """A request body. `sentimnet` left aside in silence would be answered as if it had been heard."""

    model_config = {"extra": "forbid"}
