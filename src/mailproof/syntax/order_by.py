"""The order of a list as a caller writes it, after AIP-132: `state, last_test.start_time desc`. Pure."""

from __future__ import annotations

from mailproof.domain.filters import FilterFields, ListOrder, OrderKey
from mailproof.domain.phrase import say
from mailproof.syntax.filter import nearest

MAX_KEYS = 5


def parse_order_by(text: str, fields: FilterFields, *, default: ListOrder, unique: str) -> ListOrder:
    """Return the order of a text.

    Args:
        text: What the caller sent.
        fields: The fields of the list.
        default: The order of an empty text.
        unique: The field that no two rows share. It comes last where the text does not name it, in the direction of
            the key before it, so that every row has its place.

    Raises:
        ValueError: It is none; the message begins with "must" or "is".
    """
    keys = tuple(_key(part, fields) for part in text.split(",")) if text.strip() else default
    if len(keys) > MAX_KEYS:
        raise ValueError(say("must not have more than {most} fields", most=MAX_KEYS))
    names = [key.field for key in keys]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), "")
    if twice:
        raise ValueError(say("must not name {twice} twice", twice=twice))
    if unique in names:
        return keys[: names.index(unique) + 1]  # what comes after it decides nothing
    return (*keys, OrderKey(unique, keys[-1].descending if keys else False))


def _key(part: str, fields: FilterFields) -> OrderKey:
    words = part.split()
    if not words:
        raise ValueError(say("must have a field's name on both sides of a comma"))
    name, *direction = words
    if len(direction) > 1 or (direction and direction[0].lower() not in ("asc", "desc")):
        raise ValueError(
            say('is wrong after {name}: nothing but "asc" or "desc" may follow, and then a comma', name=name[:60])
        )
    known = {each: field for each, field in fields.items() if field.ordered}
    if name not in known:
        raise ValueError(
            say(
                'is wrong: there is no field "{name}" to order by; {nearest}',
                name=name[:60],
                nearest=nearest(name, known),
            )
        )
    return OrderKey(name, bool(direction) and direction[0].lower() == "desc")
