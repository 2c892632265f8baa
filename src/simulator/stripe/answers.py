"""What every call of the API shares: pages of lists, and objects in the place of their ids."""

from collections.abc import Iterable
from typing import Any

from simulator.store import Obj, shown
from simulator.stripe.world import Refused, World, whole

MOST, USUAL, DEEPEST = 100, 10, 4
BOUNDS = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
# Lists inside objects that are shown only where one asks for them: (object, key) -> (kind, key that points back).
INCLUDABLE = {
    ("charge", "refunds"): ("refund", "charge"),
    ("invoice", "payments"): ("invoice_payment", "invoice"),
    ("customer", "subscriptions"): ("subscription", "customer"),
}


def listing(found: Iterable[Obj], query: Obj, *, url: str) -> Obj:
    """Return one page of a list, newest first: docs.stripe.com/api/pagination.

    Raises:
        Refused: the limit is not 1 to 100, or the cursor is not in the list.
    """
    rows = list(found)[::-1]
    created = query.get("created")
    if created is not None:
        bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
        rows = [row for row in rows if all(BOUNDS[name](row["created"], int(value)) for name, value in bounds.items())]
    limit = whole(query.get("limit", USUAL), param="limit")
    if limit > MOST:
        raise Refused("Limit must be at most 100.", code="parameter_invalid_integer", param="limit")
    ids = [row["id"] for row in rows]
    for name in ("starting_after", "ending_before"):
        if name in query and query[name] not in ids:
            raise Refused(f"No such object: '{query[name]}'", code="resource_missing", param=name)
    if "ending_before" in query:
        above = rows[: ids.index(query["ending_before"])]
        cut, more = above[-limit:], len(above) > limit
    else:
        below = rows[ids.index(query["starting_after"]) + 1 :] if "starting_after" in query else rows
        cut, more = below[:limit], len(below) > limit
    return {"object": "list", "data": [shown(row) for row in cut], "has_more": more, "url": url}


def expanded(world: World, answer: Obj, paths: Any) -> Obj:
    """Put objects in the place of their ids along each path, such as `data.source` or `latest_charge.refunds`.

    Raises:
        Refused: a path is too deep, or leads nowhere.
    """
    for path in paths if isinstance(paths, list) else []:
        steps = str(path).split(".")
        if len([step for step in steps if step != "data"]) > DEEPEST:
            raise Refused(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}.")
        _expand(world, answer, steps, path)
    return answer


def _expand(world: World, place: Any, steps: list[str], path: str) -> None:
    if isinstance(place, list):
        for inside in place:
            _expand(world, inside, steps, path)
        return
    if not steps or not isinstance(place, dict):
        return
    step, rest = steps[0], steps[1:]
    back = INCLUDABLE.get((place.get("object", ""), step))
    if back and not isinstance(place.get(step), dict):
        kind, key = back
        place[step] = listing(world.store.where(kind, **{key: place["id"]}), {"limit": MOST}, url=f"/v1/{kind}s")
    elif step not in place:
        raise Refused(f"This property cannot be expanded ({path}).")
    value = place[step]
    if isinstance(value, str):
        found = world.store.get(value)
        if found is None:
            raise Refused(f"This property cannot be expanded ({path}).")
        place[step] = shown(found)
    _expand(world, place[step], rest, path)
