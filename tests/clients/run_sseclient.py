"""PyPI `sseclient-py` with `requests`. See eventsource.mjs."""

import time

import requests
import sseclient

from say import STREAM_URL, end_if_last, headers, say

last = ""
while True:
    try:
        response = requests.get(STREAM_URL, stream=True, headers=headers(last), timeout=10)
        response.raise_for_status()
        say(open=True)
        for event in sseclient.SSEClient(response).events():
            last = event.id or last
            say(id=event.id, data=event.data)
            end_if_last(event.data)
    except requests.exceptions.RequestException:
        pass
    time.sleep(0.05)
