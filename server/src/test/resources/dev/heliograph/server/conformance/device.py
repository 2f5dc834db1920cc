"""A device of Python's library websockets that speaks JSON frames (PROTOCOL.md section 10). Says on stdout what it hears.

Arguments: URL, token, user, and for TLS the file with the authority's certificate.
"""

import asyncio
import json
import ssl
import sys

import websockets

URL, TOKEN, USER = sys.argv[1:4]
TLS = ssl.create_default_context(cafile=sys.argv[4]) if len(sys.argv) > 4 else None
SECONDS = 60


def say(*words):
    print(*words, flush=True)


def connect():
    # C-3: the token as a second subprotocol, as a browser sends it.
    return websockets.connect(URL, subprotocols=["heliograph.v1.json", "heliograph.token." + TOKEN], ssl=TLS)


async def hear(socket, kind):
    """The next frame of a kind; heartbeats are answered meanwhile (H-1)."""
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), SECONDS))
        if "heartbeat" in frame:
            await socket.send(json.dumps({"heartbeat": {}}))
        if kind in frame:
            return frame[kind]


async def closed(socket):
    """The code with which the gateway ends the connection."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), SECONDS)
    except websockets.ConnectionClosed:
        return socket.close_code


async def main():
    async with connect() as socket:
        say("subprotocol", socket.subprotocol)
        # An iterable goes out in fragments.
        await socket.send(['{"hello":{"devi', 'ceId":"python', '"}}'])
        say("welcome", (await hear(socket, "welcome"))["user"])
        await asyncio.wait_for(await socket.ping(b"between"), SECONDS)
        say("pong")
        await socket.send(json.dumps({"subscribe": {"channel": "user/" + USER, "subId": 1}}))
        say("subscribed", (await hear(socket, "subscribed"))["outcome"])
        for _ in range(2):
            deliver = await hear(socket, "deliver")
            say("deliver", deliver["seq"], deliver["notification"]["id"])
            await socket.send(json.dumps({"ack": {"channel": "user/" + USER, "position": deliver["position"]}}))
        await socket.close(1000, "done")
        say("closed", socket.close_code)

    # without a position it goes on after what it acknowledged.
    async with connect() as socket:
        await socket.send('{"hello":{"deviceId":"python"}}')
        await socket.send(json.dumps({"subscribe": {"channel": "user/" + USER, "subId": 1, "start": "START_EARLIEST"}}))
        subscribed = await hear(socket, "subscribed")
        say("resumed", subscribed["nextSeq"], subscribed.get("byKeptCursor", False))
        await socket.send("no frame")
        say("error", (await hear(socket, "error"))["code"])
        say("closed", await closed(socket))


asyncio.run(main())
