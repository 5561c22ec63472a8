#!/usr/bin/env python3
"""Measures whether midair is as fast in a million records as in ten thousand: both in one run, by turns.

    cargo build --release && scripts/million.py [--sizes 10000 1000000] [--server target/release/midair]

Fills a store of each size over HTTP, then asks each in turn for the same things, and prints how often a second it answered
and what became of the rate. Nothing outside Python's standard library is needed, and nothing outlives the run.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

LIST = "/v1/collections/many/records"
WORDS = "amber basil cedar delta ember fjord grove heath inlet joker karst lemon maple north ocean pearl".split()
JSON = {"Content-Type": "application/json"}
# The tag of the last answer, for each thread that asks.
LAST = threading.local()


def record(number, size):
    """A record of about 200 bytes. `rank` is each number up to `size` once, and has nothing to do with the order of ids."""
    rank = number * 7_919 % size
    words = " ".join(WORDS[rank >> shift & 15] for shift in (0, 4, 8, 12))
    return {"name": f"{words} {number}", "rank": rank, "quota": number % 1_000, "owner": {"city": WORDS[number % 16]},
            "notes": "What is known about this one fits into a line or two of plain text."}


def name(number):
    return f"r{number:08d}"


class Store:
    """A server of its own on a file of its own, with so many records."""

    def __init__(self, server, folder, size):
        self.size = size
        db = folder / f"{size}.db"
        command = [server, "--db", db, "--listen", "127.0.0.1:0", "--no-seed", "serve"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if "http://" not in ready:
            raise SystemExit(f"{server} did not say where it serves: {ready!r}")
        self.address = ready.split("http://")[1].split()[0]

    def connection(self):
        return http.client.HTTPConnection(self.address, timeout=600)

    def fill(self):
        """Writes the records, then declares the index, and tells how long each took."""
        began = time.monotonic()
        connection = self.connection()
        step = 20_000
        for start in range(0, self.size, step):
            lines = (json.dumps({"op": "put", "id": name(number), "ifNoneMatch": "*", "fields": record(number, self.size)})
                     for number in range(start, min(start + step, self.size)))
            path = "/v1/collections/many/bulk"
            body = "\n".join(lines)
            answer = ask(connection, "POST", path, {"Content-Type": "application/x-ndjson", "Prefer": "return=minimal"}, body)
            refused = [line for line in answer.splitlines() if json.loads(line)["status"] >= 300]
            if refused:
                raise SystemExit(f"a record was not written: {refused[0]}")
        filled = time.monotonic()
        tag = {"If-Match": "*"}
        ask(connection, "PUT", "/v1/collections/many", JSON | tag, json.dumps({"indexes": ["/rank"]}))
        return filled - began, time.monotonic() - filled

    def stop(self):
        self.process.terminate()
        self.process.wait()


def ask(connection, method, path, headers={}, body=None, expected=(200, 201, 204)):
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read()
    if response.status not in expected:
        raise SystemExit(f"{method} {path}: {response.status} {text[:500]!r}")
    LAST.etag = response.headers.get("etag")
    return text


def items(connection, query, count):
    page = json.loads(ask(connection, "GET", f"{LIST}?{query}"))
    if len(page["items"]) != count:
        raise SystemExit(f"{query}: {len(page['items'])} records, not {count}")
    return page


def kinds():
    """What is asked, by its name: functions of a store, a connection, the number of the thread, and dice."""
    def point_read(store, connection, thread, dice):
        ask(connection, "GET", f"{LIST}/{name(dice.randrange(store.size))}")

    def changed(member):
        """Reads a record and writes it with another number in `member`."""

        def read_and_write(store, connection, thread, dice):
            # Each thread writes records of its own, so that none is refused.
            number = dice.randrange(store.size // 64) * 64 + thread
            path = f"{LIST}/{name(number)}"
            fields = json.loads(ask(connection, "GET", path))
            fields[member] = dice.randrange(store.size)
            ask(connection, "PUT", path, JSON | {"If-Match": LAST.etag}, json.dumps(fields))

        return read_and_write

    def first_page(store, connection, thread, dice):
        items(connection, "limit=50", 50)

    def middle_page(store, connection, thread, dice):
        items(connection, f"limit=50&after={name(store.size // 4 + dice.randrange(store.size // 2))}", 50)

    def sorted_page(store, connection, thread, dice):
        sort = dice.choice(["rank", "-rank"])
        page = items(connection, f"limit=50&sort={sort}", 50)
        items(connection, f"limit=50&sort={sort}&after={page['next']}", 50)

    def common_filter(store, connection, thread, dice):
        items(connection, f"limit=50&filter={dice.choice(WORDS).upper()}&after={name(dice.randrange(store.size // 2))}", 50)

    def rare_filter(store, connection, thread, dice):
        # One request of a search that finds nothing: as much as a page looks at.
        page = items(connection, "limit=50&filter=nowhere", 0)
        assert (page["next"] is None) == (store.size <= 20_000)

    return {
        "point read": point_read,
        "read and conditional write": changed("quota"),
        "the same, of what is indexed": changed("rank"),
        "first page of 50": first_page,
        "page in the middle": middle_page,
        "two sorted pages (index)": sorted_page,
        "filtered page, full": common_filter,
        "filtered page, nothing found": rare_filter,
    }


def rate(store, kind, threads, seconds):
    """How often a second `kind` was answered."""
    counts, faults = [0] * threads, []
    begin, end = threading.Barrier(threads + 1), []

    def work(thread):
        connection, dice = store.connection(), random.Random(f"{thread} {time.monotonic_ns()}")
        try:
            begin.wait()
            while time.monotonic() < end[0]:
                kind(store, connection, thread, dice)
                counts[thread] += 1
        except BaseException as fault:
            faults.append(fault)
        connection.close()

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    began = time.monotonic()
    end.append(began + seconds)
    begin.wait()
    for worker in workers:
        worker.join()
    if faults:
        raise faults[0]
    return sum(counts) / (time.monotonic() - began)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--server", type=Path, default=Path(__file__).parent.parent / "target/release/midair")
    asked.add_argument("--sizes", type=int, nargs=2, default=[10_000, 1_000_000], metavar="RECORDS")
    asked.add_argument("--threads", type=int, default=4, help="keep-alive connections at once, 64 at the most")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=1.0, help="of each measurement in each round")
    asked.add_argument("--folder", type=Path, help="where the stores lie while they are measured")
    args = asked.parse_args()
    if min(args.sizes) < 1_000 or not 1 <= args.threads <= 64:
        asked.error("a store has 1,000 records at the least, and 1 to 64 threads ask")
    stores = []
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="midair-million-") as folder:
        try:
            for size in args.sizes:
                store = Store(args.server, Path(folder), size)
                stores.append(store)
                filled, indexed = store.fill()
                megabytes = sum(file.stat().st_size for file in Path(folder).glob(f"{size}.db*")) / 1e6
                print(f"{size:,} records: written in {filled:.1f} s, index made in {indexed:.2f} s, {megabytes:,.0f} MB",
                      flush=True)
            measure(stores, args)
        finally:
            for store in stores:
                store.stop()


def measure(stores, args):
    rates = {kind: [[] for _ in stores] for kind in kinds()}
    for turn in range(args.rounds):
        for kind, how in kinds().items():
            # By turns, and each time the other one first, so that what else the machine does meets both.
            for place in ((0, 1), (1, 0))[turn % 2]:
                rates[kind][place].append(rate(stores[place], how, args.threads, args.seconds))
    small, large = (f"{store.size:,}" for store in stores)
    print(f"\nper second, median of {args.rounds} rounds of {args.seconds:g} s, {args.threads} connections, "
          f"{os.cpu_count()} cores shared with the one who asks\n")
    print(f"{'':30}{small:>12}{large:>12}{'ratio':>8}{'  (of the rounds)'}")
    for kind, both in rates.items():
        medians = [statistics.median(each) for each in both]
        ratios = sorted(b / a for a, b in zip(*both))
        print(f"{kind:30}{medians[0]:12,.0f}{medians[1]:12,.0f}{medians[1] / medians[0]:8.2f}"
              f"  ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
