"""Tells a busy Vacantia to stop, and looks at what its clients notice. Usage: graceful_stop.py PROGRAM STOPS"""

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from canary import secrets_of
from database import Postgres, Sqlite
from ledger import Tally, compare, settle
from load import Journal, World, Writer
from program import BRISK_OUTBOX, Api, Unanswered, Vacantia, free_port, seeded, wait_for
from relay import Relay, messages

WRITERS = 6
LONGEST = 30  # seconds from the signal to the end
PASSED, FAILED = [], []


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else ": %r" % (seen,))[:600], flush=True)


class Proxy:
    """HAProxy in front of both."""

    def __init__(self, both):
        self.address = "127.0.0.1:%d" % free_port()
        names = {"FRONT": self.address, "ONE": both[0].address, "TWO": both[1].address}
        configuration = os.path.join(os.path.dirname(os.path.abspath(__file__)), "haproxy.cfg")
        command = ["haproxy", "-db", "-q", "-f", configuration]
        self.process = subprocess.Popen(command, env={**os.environ, **names}, stderr=subprocess.DEVNULL)
        wait_for(lambda: Api(self.address).status("/readyz") == 200, "the proxy", 20)

    def end(self):
        self.process.kill()
        self.process.wait()


class Door(threading.Thread):
    """Looks at one instance's own door while it stops: ready, then not, then nobody there."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.api, self.seen, self.open_answers, self.over = Api(address), [], 0, threading.Event()

    def run(self):
        while not self.over.wait(0.005):
            try:
                status, headers, _ = self.api.send("GET", "/readyz", timeout=5)
            except Unanswered:
                status, headers = 0, {}
            if status == 503 and headers.get("Connection", "").lower() != "close":
                self.open_answers += 1
            if not self.seen or self.seen[-1] != status:
                self.seen.append(status)

    def finish(self):
        self.over.set()
        self.join()


def behind_a_proxy(binary, folder, dice, stops):
    """Rolling stops under load, as a deployment does them."""
    database, relay = Postgres(folder), Relay(random.Random(dice.random()), longest=0.1)
    relay.start()
    settings = {**BRISK_OUTBOX, "VACANTIA_SMTP_URL": relay.url}
    both = [Vacantia(binary, os.path.join(folder, name), database, **settings) for name in ("one", "two")]
    proxy = None
    try:
        token = both[0].staff("ada@example.com", "admin", "recruiter")
        for vacantia in both:
            vacantia.start()
        proxy = Proxy(both)
        api, journal, tally = Api(proxy.address, token), Journal(), Tally()
        world = World(api)
        writers = [Writer("w%d" % at, random.Random(dice.random()), [api], world, journal, relay) for at in range(WRITERS)]
        for writer in writers:
            writer.start()
        doors, longest = [], 0.0
        for number in range(stops):
            vacantia = both[number % 2]
            time.sleep(dice.uniform(0.5, 1))
            door = Door(vacantia.address)
            door.start()
            wait_for(lambda: door.seen, "the door")
            longest = max(longest, vacantia.stop())
            door.finish()
            doors.append(door)
            vacantia.start()
            time.sleep(0.6)
        for writer in writers:
            writer.finish()
        settle(writers)
        compare(database, journal, tally)
        print("%d stops, %d changes answered through the proxy, the longest stop %.1f s" % (stops, journal.answered, longest))
        check("no request fails behind a retrying proxy", not journal.unanswered, journal.troubles[:3])
        check("enough was asked meanwhile", journal.answered > 20 * stops, journal.answered)
        orders = {tuple(door.seen) for door in doors}
        check("not ready comes before nobody there", orders <= {(200, 503), (200, 503, 0)}, orders)
        check("answers while stopping close the connection", not any(door.open_answers for door in doors))
        check("stopped within %d s" % LONGEST, longest <= LONGEST, longest)
        check("nothing answered is lost or doubled", not tally.wrong, tally.wrong[:3])
        told = [line for vacantia in both for line in vacantia.given_away([*secrets_of(journal), *relay.secrets()])]
        check("the logs of both name nobody", not told, told[:3])
        unsure = [one for one in messages(database) if one.possible]
        check("no mail is in doubt", not unsure, unsure[:3])
    finally:
        if proxy:
            proxy.end()
        for vacantia in both:
            vacantia.end()
        relay.stop()
        database.end()


class Alone:
    """One instance on SQLite, with one applicant's mail that takes its time."""

    def __init__(self, binary, folder, dice, longest):
        os.makedirs(folder)
        self.database, self.relay = Sqlite(folder), Relay(random.Random(dice.random()), longest=longest)
        self.relay.start()
        self.vacantia = Vacantia(binary, folder, self.database, VACANTIA_SMTP_URL=self.relay.url, **BRISK_OUTBOX)
        self.token = self.vacantia.staff("ada@example.com", "admin", "recruiter")
        self.vacantia.start()
        self.api = Api(self.vacantia.address, self.token)
        self.writer = Writer("w", random.Random(1), [self.api], World(self.api), Journal(), self.relay)
        self.writer.found_posting()
        self.writer.receive(self.writer.postings[0])
        wait_for(lambda: self.relay.busy, "mail under way")

    def end(self):
        self.vacantia.end()
        self.relay.stop()


def what_is_under_way_ends_well(binary, folder, dice):
    alone = Alone(binary, os.path.join(folder, "alone"), dice, longest=4)
    try:
        slow, idle = http.client.HTTPConnection(alone.vacantia.address), http.client.HTTPConnection(alone.vacantia.address)
        idle.request("GET", "/healthz")
        idle.getresponse().read()
        body = json.dumps({"query": "{ organisation { name } }"})
        slow.putrequest("POST", "/graphql")
        slow.putheader("Content-Type", "application/json")
        slow.putheader("Content-Length", str(len(body)))
        slow.endheaders(body[:10].encode())
        time.sleep(0.2)
        began = time.monotonic()
        alone.vacantia.process.send_signal(signal.SIGTERM)
        time.sleep(2)
        slow.send(body[10:].encode())
        answer = slow.getresponse()
        said = (answer.status, json.loads(answer.read()))
        check("a request that began before the signal is answered", said == (200, {"data": {"organisation": {"name": "Example Works"}}}), said)
        check("its connection is closed by a header", answer.headers.get("Connection", "").lower() == "close")
        code = alone.vacantia.process.wait(timeout=LONGEST)
        check("the program ends well, within %d s" % LONGEST, code == 0 and time.monotonic() - began <= LONGEST, code)
        check("an idle connection is closed, not reset", idle.sock.recv(1) == b"")
        found = [(one.state, one.possible) for one in messages(alone.database)]
        check("the mail under way was finished and written down", found == [("sent", 0)] and len(alone.relay.taken) == 1, found)
    finally:
        alone.end()


def a_second_signal_stops_at_once(binary, folder, dice):
    alone = Alone(binary, os.path.join(folder, "again"), dice, longest=20)
    try:
        process = alone.vacantia.process
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        check("the first signal waits for what is under way", process.poll() is None)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=LONGEST)
        check("the second signal stops at once, and says so", code == 1 and time.monotonic() - began < 2, code)
    finally:
        alone.end()


def main(binary, stops):
    dice, folder = seeded(), tempfile.mkdtemp(prefix="vacantia-stop-")
    try:
        behind_a_proxy(binary, folder, dice, stops)
        what_is_under_way_ends_well(binary, folder, dice)
        a_second_signal_stops_at_once(binary, folder, dice)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(PASSED), len(FAILED)))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
