"""PyPI `websockets`: comes back with the last `room_seq`, sends one command, and another token when it
is told that its own expires. See eventsource.mjs."""

import json
import os
import time

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from say import STREAM_URL, TOKEN, end_if_last, say

last = 0
command = os.environ.get("COMMAND")
while True:
    try:
        url = f"{STREAM_URL}?last_event_id={last}"
        with connect(url, subprotocols=["matinee.v1", f"bearer.{TOKEN}"]) as socket:
            say(open=True, version=socket.subprotocol)
            if command:
                socket.send(command)
                command = None
            for data in socket:
                frame = json.loads(data)
                if frame["type"] == "token_expires" and "REFRESH" in os.environ:
                    socket.send(os.environ["REFRESH"])
                if frame["type"] != "answer":
                    last = frame.get("room_seq", last)
                say(data=data)
                end_if_last(data)
    except ConnectionClosed as closed:
        say(closed=closed.rcvd.code if closed.rcvd else None)
    except (InvalidHandshake, OSError):
        pass
    time.sleep(0.05)
