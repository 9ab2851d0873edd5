"""Two instances on one PostgreSQL under mixed load, one of them killed and started again every so often.

Usage: two_instances.py PROGRAM MINUTES SECONDS-BETWEEN-KILLS
"""

import random
import shutil
import sys
import tempfile
import threading
import time

from canary import secrets_of
from database import Postgres
from ledger import LEAK, Tally, compare, read_back, settle
from load import HIRED, Journal, World, Writer
from program import BRISK_OUTBOX, Api, Unanswered, Vacantia, seeded, wait_for
from relay import Relay, faults, summary
from relay import settle as settle_mail

WRITERS = 5
READY = 5  # seconds
BOARD = """{ postings(first: 20) { nodes { title openVacancies teams { team { name } openVacancies } } }
  applications(first: 20) { nodes { status stage { key } candidate { name } } } }"""
NEXT = "query($c: String) { events(last: 100, before: $c) { edges { cursor node { seq kind changeKey } } } }"
FEEDS = ("/feeds/rss.xml", "/feeds/indeed.xml")


class Watcher(threading.Thread):
    """Does one thing at one instance again and again; a dead instance is asked until it lives."""

    def __init__(self, api, pause):
        super().__init__(daemon=True)
        self.api, self.pause, self.over, self.wrong, self.done = api, pause, threading.Event(), [], 0

    def run(self):
        while not self.over.wait(self.pause):
            try:
                self.look()
                self.done += 1
            except Unanswered as trouble:
                if LEAK.search(str(trouble)):
                    self.wrong.append("leak: %s" % trouble)

    def finish(self):
        self.over.set()
        self.join()


class Reader(Watcher):
    """Somebody at the board."""

    def look(self):
        self.api.ask(BOARD)


class Puller(Watcher):
    """A job board that comes for the feeds, with what it knows of them."""

    def __init__(self, api, pause):
        super().__init__(api, pause)
        self.known = {}

    def look(self):
        for path in FEEDS:
            status, headers, _ = self.api.send("GET", path, headers={"If-None-Match": self.known.get(path, '"none"')})
            # A fresh instance may have no feed yet, and says so.
            if status == 200:
                self.known[path] = headers["ETag"]
            elif status not in (304, 503):
                self.wrong.append("%s answered %d" % (path, status))


class Follower(Watcher):
    """Reads the events of one instance as they come, and misses none."""

    def __init__(self, api, pause):
        super().__init__(api, pause)
        newest = api.ask("{ events(first: 1) { edges { cursor node { seq } } } }")["events"]["edges"][0]
        self.cursor, self.seq, self.seen = newest["cursor"], int(newest["node"]["seq"]), []

    def look(self):
        for edge in reversed(self.api.ask(NEXT, {"c": self.cursor})["events"]["edges"]):
            seq = int(edge["node"]["seq"])
            if seq != self.seq + 1:
                self.wrong.append("event %d was followed by %d" % (self.seq, seq))
            self.cursor, self.seq = edge["cursor"], seq
            self.seen.append((seq, edge["node"]["kind"], edge["node"]["changeKey"]))


class Run:
    """The whole of it."""

    def __init__(self, binary, folder, dice):
        self.dice, self.database, self.relay = dice, Postgres(folder), Relay(random.Random(dice.random()))
        self.relay.start()
        settings = {
            **BRISK_OUTBOX, "VACANTIA_SMTP_URL": self.relay.url, "VACANTIA_PUBLIC_URL": "https://jobs.example.com",
        }
        self.both = [Vacantia(binary, folder + "/" + name, self.database, **settings) for name in ("one", "two")]
        token = self.both[0].staff("ada@example.com", "admin", "recruiter")
        self.slowest = max(vacantia.start() for vacantia in self.both)
        self.apis = [Api(vacantia.address, token) for vacantia in self.both]
        self.journal, self.tally, self.kills = Journal(), Tally(), 0
        world = World(self.apis[0])
        self.writers = [
            Writer("w%d" % place, random.Random(dice.random()), self.apis, world, self.journal, self.relay, pause=0.15)
            for place in range(WRITERS)
        ]
        self.watchers = [
            kind(api, pause) for api in self.apis for kind, pause in ((Reader, 0.5), (Puller, 0.5), (Follower, 0.2))
        ]

    def go(self, seconds, between):
        """Work and kills until the time is over."""
        end = time.monotonic() + seconds
        for one in self.writers + self.watchers:
            one.start()
        while time.monotonic() + between < end:
            time.sleep(self.dice.uniform(0.8, 1.2) * between)
            victim = self.both[self.kills % 2]
            victim.kill()
            self.kills += 1
            time.sleep(self.dice.uniform(0.2, 2))
            self.slowest = max(self.slowest, victim.start())
        time.sleep(max(0, end - time.monotonic()))
        for writer in self.writers:
            writer.finish()

    def reckon(self):
        settle(self.writers)
        settle_mail(self.both[0], self.database, self.relay)
        compare(self.database, self.journal, self.tally)
        read_back(self.apis[0], self.journal.applications[::7], self.tally)
        read_back(self.apis[1], self.journal.applications[::11], self.tally)
        self.tally.wrong += faults(self.database, self.relay)
        self.follow_to_the_end()
        self.compare_feeds()
        for watcher in self.watchers:
            self.tally.wrong += watcher.wrong
        for vacantia in self.both:
            self.tally.wrong += vacantia.leaks()
            self.tally.wrong += vacantia.given_away([*secrets_of(self.journal), *self.relay.secrets()])
        if self.slowest >= READY:
            self.tally.wrong.append("ready only after %.1f s" % self.slowest)
        if self.journal.answered < 100 or not any(one.level == HIRED for one in self.journal.applications):
            self.tally.wrong.append("too little happened: this proves nothing")

    def follow_to_the_end(self):
        last = int(self.database.rows("SELECT max(seq) FROM event")[0][0])
        followers = [watcher for watcher in self.watchers if isinstance(watcher, Follower)]
        wait_for(lambda: all(follower.seq >= last for follower in followers), "the followers", 30)
        for watcher in self.watchers:
            watcher.finish()
        kept = {int(seq): (kind, change) for seq, kind, change in self.database.rows("SELECT seq, kind, change_id FROM event")}
        for follower in followers:
            strange = [seen for seen in follower.seen if kept.get(seen[0]) != seen[1:]]
            if strange:
                self.tally.wrong.append("seen otherwise than kept: %s" % strange[:3])

    def compare_feeds(self):
        def answers(path):
            said = [api.send("GET", path) for api in self.apis]
            return [(status, headers["ETag"], headers["Last-Modified"], text) for status, headers, text in said]

        for path in FEEDS:
            try:
                wait_for(lambda: answers(path)[0] == answers(path)[1] and answers(path)[0][0] == 200, path, 15)
            except SystemExit:
                self.tally.wrong.append("%s differs: %s" % (path, [answer[:3] for answer in answers(path)]))


def report(run, minutes):
    journal, tally = run.journal, run.tally
    print("%.1f minutes, %d kills; ready again within %.2f s" % (minutes, run.kills, run.slowest))
    print("%d changes answered, %d not; %d repeated" % (journal.answered, journal.unanswered, journal.repeated))
    looks = {kind.__name__: sum(one.done for one in run.watchers if isinstance(one, kind)) for kind in (Reader, Puller, Follower)}
    print("%d board reads, %d pulls of both feeds, %d looks at the events" % tuple(looks.values()))
    hired = sum(one.level == HIRED for one in journal.applications)
    print("%d applications, %d hired" % (len(journal.applications), hired))
    print(summary(run.database, run.relay))
    print("answered and absent: %d; doubled: %d" % (tally.absent, tally.doubled))
    for line in dict.fromkeys(tally.wrong):
        print("WRONG: " + line[:600], file=sys.stderr)
    print("%d passed, %d failed" % (0 if tally.wrong else len(journal.applications), len(tally.wrong)), flush=True)
    return 1 if tally.wrong else 0


def main(binary, minutes, between):
    dice, folder, run = seeded(), tempfile.mkdtemp(prefix="vacantia-two-"), None
    try:
        run = Run(binary, folder, dice)
        run.go(minutes * 60, between)
        run.reckon()
        return report(run, minutes)
    except BaseException:
        for vacantia in run.both if run else ():
            sys.stderr.write(vacantia.said()[-3000:])
        raise
    finally:
        if run:
            for vacantia in run.both:
                vacantia.end()
            run.relay.stop()
            run.database.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
