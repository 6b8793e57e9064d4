"""PyPI `httpx-sse`, over HTTP/1.1 or, with HTTP2, over HTTP/2. See eventsource.mjs."""

import os
import time

import httpx
from httpx_sse import connect_sse

from say import STREAM_URL, end_if_last, headers, say

http2 = "HTTP2" in os.environ
last = ""
with httpx.Client(http1=not http2, http2=http2, timeout=10) as client:
    while True:
        try:
            with connect_sse(client, "GET", STREAM_URL, headers=headers(last)) as source:
                source.response.raise_for_status()
                say(open=True, version=source.response.http_version)
                for event in source.iter_sse():
                    last = event.id or last
                    say(id=event.id, data=event.data)
                    end_if_last(event.data)
        except httpx.TransportError:
            pass
        time.sleep(0.05)
