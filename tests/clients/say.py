"""What the clients in Python have in common. See eventsource.mjs."""

import json
import os
import sys

STREAM_URL = os.environ["STREAM_URL"]
TOKEN = os.environ["TOKEN"]


def say(**line):
    print(json.dumps(line), flush=True)


def end_if_last(data):
    frame = json.loads(data)
    if frame["type"] == "message_sent" and frame["data"]["text"] == "end":
        sys.exit(0)


def headers(last):
    known = {"Last-Event-ID": last} if last else {}
    return {"Authorization": f"Bearer {TOKEN}", **known}
