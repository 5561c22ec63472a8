#!/usr/bin/env python3
"""What a server takes: scripts/footprint.py MIDAIR [records] [subscribers]

Starts the program MIDAIR on a file of its own, fills it, starts it again, and prints how long it took to be ready and what
it has in memory; then opens that many feeds, writes 100 records, and prints what each feed took and whether every one of
them heard of every change in order. Needs Linux, for /proc.
"""
import http.client, json, os, selectors, socket, subprocess, sys, tempfile, time

MIDAIR = sys.argv[1]
RECORDS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
SUBSCRIBERS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000
CHANGES = 100
HOME = tempfile.TemporaryDirectory()
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]


def start():
    """The server, and how many milliseconds it took until it answered."""
    began = time.perf_counter()
    command = [MIDAIR, "serve", "--no-seed", "--listen", f"127.0.0.1:{PORT}", "--db", os.path.join(HOME.name, "m.db")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            wire = http.client.HTTPConnection("127.0.0.1", PORT)
            wire.request("GET", "/readyz")
            if wire.getresponse().read() is not None:
                return server, (time.perf_counter() - began) * 1000
        except ConnectionRefusedError:
            time.sleep(0.0005)


def memory(server, kind="VmRSS"):
    """What a process has in memory, in KiB; `RssAnon`: without the pages of files, its own program above all."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(kind))


def stop(server):
    server.terminate()
    server.wait()


def fill():
    wire = http.client.HTTPConnection("127.0.0.1", PORT)
    for first in range(0, RECORDS, 5_000):
        items = []
        for number in range(first, min(first + 5_000, RECORDS)):
            fields = {"name": f"Record {number}", "quota": number % 977, "text": "x" * 150}
            items.append(json.dumps({"op": "put", "id": f"r{number:07}", "ifNoneMatch": "*", "fields": fields}))
        wire.request("POST", "/v1/collections/many/bulk", "\n".join(items), {"Content-Type": "application/x-ndjson"})
        answer = wire.getresponse()
        text = answer.read()
        if answer.status != 200 or b'"status":201' not in text:
            sys.exit(f"the records are not taken: {answer.status} {text[:300]!r}")


def subscribe(selector):
    feed = socket.create_connection(("127.0.0.1", PORT))
    feed.sendall(b"GET /v1/changes HTTP/1.1\r\nHost: midair\r\n\r\n")
    selector.register(feed, selectors.EVENT_READ, {"text": b"", "told": []})


def listen(selector, until):
    """Reads what comes until `until` holds of what each feed has told."""
    feeds = [key.data for key in selector.get_map().values()]
    end = time.time() + 120
    while not all(until(feed) for feed in feeds):
        if time.time() > end:
            sys.exit("the feeds do not tell everything")
        for key, _ in selector.select(1):
            feed = key.data
            *lines, feed["text"] = (feed["text"] + key.fileobj.recv(65536)).split(b"\n")
            feed["told"] += [int(line[3:]) for line in lines if line.startswith(b"id:")]
            feed["open"] = True


server, _ = start()
fill()
stop(server)
ready = []
for _ in range(5):
    server, took = start()
    ready.append(took)
    stop(server)
server, took = start()
ready = sorted(ready + [took])
time.sleep(1)
idle = memory(server)
print(f"{RECORDS} records: ready after {ready[len(ready) // 2]:.1f} ms (of {len(ready)}: {ready[0]:.1f} to {ready[-1]:.1f}), {idle / 1024:.1f} MiB in memory idle, {memory(server, 'RssAnon') / 1024:.1f} MiB of it not pages of files")

selector = selectors.DefaultSelector()
for _ in range(SUBSCRIBERS):
    subscribe(selector)
listen(selector, lambda feed: feed.get("open"))
time.sleep(1)
each = (memory(server) - idle) / SUBSCRIBERS
began = time.perf_counter()
wire = http.client.HTTPConnection("127.0.0.1", PORT)
for number in range(CHANGES):
    wire.request("PUT", f"/v1/collections/few/records/r{number}", "{}", {"If-None-Match": "*"})
    wire.getresponse().read()
listen(selector, lambda feed: len(feed["told"]) >= CHANGES)
took = time.perf_counter() - began
expected = list(range(RECORDS + 1, RECORDS + CHANGES + 1))
heard = sum(key.data["told"] == expected for key in selector.get_map().values())
print(f"{SUBSCRIBERS} feeds: {each:.1f} KiB each while idle; {heard} of them heard of all {CHANGES} changes in order, {SUBSCRIBERS * CHANGES / took:,.0f} told a second")
stop(server)
if heard != SUBSCRIBERS:
    sys.exit(1)
