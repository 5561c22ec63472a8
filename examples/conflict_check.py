#!/usr/bin/env python3
"""Does a client keep what somebody else saves between its read and its write? Tries two clients made with requests.

    python3 examples/conflict_check.py careful|careless

Put your own in the place of `careful`: it is given the URL of a record, and has to change its name to Moonshot.
Exit code 0: both changes are there; 1: one was lost; 2: nothing was tried.
"""
import os
import subprocess
import sys
import tempfile

import requests


def careful(url):
    """Writes over what it read and nothing else; where that has changed, does its edit again on what is there now."""
    for _ in range(5):
        read = requests.get(url, timeout=10)
        edited = {**read.json(), "name": "Moonshot"}
        if requests.put(url, json=edited, headers={"If-Match": read.headers["ETag"]}, timeout=10).status_code != 412:
            return


def careless(url):
    """Writes over whatever is there."""
    edited = {**requests.get(url, timeout=10).json(), "name": "Moonshot"}
    requests.put(url, json=edited, timeout=10).raise_for_status()


def check(client, server):
    """Lets bob be faster than the client's first write, and gives what is there afterwards."""
    new = {"If-None-Match": "*"}
    record = f"{server}/v1/collections/trial/records/moon"
    for url, said in [(f"{server}/v1/collections/trial", {"preconditions": "optional"}),
                      (record, {"name": "Moon", "quota": 100})]:
        requests.put(url, json=said, headers=new, timeout=10).raise_for_status()
    bob = r'conflict;by="bob";patch="{\"quota\":150}"'
    requests.put(f"{server}/v1/test-hooks/trial/moon", data=bob, timeout=10).raise_for_status()
    client(record)
    return requests.get(record, timeout=10).json()


def main():
    clients = {"careful": careful, "careless": careless}
    if len(sys.argv) != 2 or sys.argv[1] not in clients:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    with tempfile.TemporaryDirectory() as folder:
        serve = [os.environ.get("MIDAIR", "midair"), "serve", "--test-hooks", "--no-seed"]
        place = ["--listen", "127.0.0.1:0", "--db", f"{folder}/trial.db"]
        environment = {**os.environ, "MIDAIR_LOG": "error"}
        environment.pop("MIDAIR_SERVER", None)
        with subprocess.Popen(serve + place, stdout=subprocess.PIPE, text=True, env=environment) as server:
            try:
                found = check(clients[sys.argv[1]], server.stdout.readline().split()[3])
            finally:
                server.terminate()
    lost = {"name": "Moonshot", "quota": 150}.items() - found.items()
    print(f"lost: {dict(lost)} is not there" if lost else "kept: both changes are there")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
