"""What schemathesis must know that the OpenAPI documents cannot say.

A command id carries the time at which it was made and is used once, so a generated one would nearly
always be refused as too old before the rest of the request is looked at. In the same way most
generated rooms, gifts and products would not exist.
"""

import json
import os
import time
import uuid
import zlib

import schemathesis

KNOWN = {"app": os.environ["MATINEE_APP"], "room_id": "0", "gift_id": "0", "product_id": "0"}


def command_id() -> str:
    """A UUIDv7, which the standard library cannot make before Python 3.14."""
    value = (time.time_ns() // 1_000_000) << 80 | uuid.uuid4().int & (1 << 80) - 1
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def is_left_alone(value: object) -> bool:
    """Every eighth value stays as it was generated; the same ones in every run."""
    return zlib.crc32(str(value).encode(errors="replace")) % 8 == 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Talks mostly about what exists, under an id that may be used."""
    path_parameters = case.path_parameters or {}
    for name, known in KNOWN.items():
        if name in path_parameters and (name == "app" or not is_left_alone(path_parameters[name])):
            path_parameters[name] = known
    if case.operation.path.endswith("/admins") and isinstance(case.body, dict):
        # Who takes themselves off the list of admins is refused all else.
        users = case.body.get("user_ids")
        if isinstance(users, list) and "shop" not in users:
            users.append("shop")
    headers = case.headers if case.headers is not None else {}
    key = headers.get("Idempotency-Key")
    if key is not None and not is_left_alone(key):
        headers["Idempotency-Key"] = command_id()


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A batch of one line."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict) and "id" in value and not is_left_alone(value["id"]):
        value = value | {"id": command_id()}
    return json.dumps(value).encode() + b"\n"
