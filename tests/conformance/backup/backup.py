"""Backs a Vacantia up that several people write to, and holds each copy against what was answered when it was taken.

Usage: backup.py PROGRAM DATABASE ROUNDS
"""

import copy
import json
import os
import random
import shutil
import sys
import tempfile
import time

from canary import secrets_of
from database import KINDS
from ledger import Tally, compare
from load import HIRED, RECEIVED, Journal, Mailbox, World, Writer
from program import Api, Vacantia, seeded

WRITERS = 6
PAUSE = 0.1  # seconds between two deeds of one of them, on average: the copies have to be made too
EVENTS = "SELECT seq, change_id, kind, facts FROM event ORDER BY seq"
SEATS = {
    "openingCreated": "open", "openingFreed": "open", "openingReopened": "open", "openingHeld": "held",
    "openingFilled": "filled", "openingCancelled": "cancelled",
}


class Anything(set):
    """Which of several numbers of seats was true at the moment of the copy is known to nobody outside."""

    def __or__(self, other):
        return self

    def __contains__(self, item):
        return True


class Moment:
    """What had been answered when a backup began; after its end, what had been asked by then."""

    def __init__(self, journal):
        self.journal = journal
        self.teams = dict(journal.teams)
        self.postings = {id(one): (one.id, one.seats) for one in journal.postings}
        self.applications = {id(one): (one.id, one.offer, one.level) for one in journal.applications}
        self.levels = sum(max(one.level, 0) for one in journal.applications)

    def end(self):
        """A journal of the copy: the least it has to hold, and the most it may."""
        frozen = Journal()
        frozen.teams = {name: self.teams.get(name) for name in list(self.journal.teams)}
        for posting in list(self.journal.postings):
            one = copy.copy(posting)
            (one.id, one.seats), one.asked = self.postings.get(id(posting), (None, 0)), Anything()
            frozen.postings.append(one)
        for application in list(self.journal.applications):
            one = copy.copy(application)
            one.asked = max(one.asked, one.level)
            one.id, one.offer, one.level = self.applications.get(id(application), (None, None, RECEIVED - 1))
            frozen.applications.append(one)
        return frozen


class Run:
    """All rounds on one database."""

    def __init__(self, binary, kind, folder, dice):
        self.dice, self.folder, self.tally, self.seconds = dice, folder, Tally(), []
        self.database, self.copy = KINDS[kind](folder), KINDS[kind](self.sub("copy"))
        self.vacantia = Vacantia(binary, folder, self.database)
        self.restored = Vacantia(binary, self.sub("copy"), self.copy)
        token = self.vacantia.staff("ada@example.com", "admin", "recruiter")
        self.vacantia.start()
        self.journal, api = Journal(), Api(self.vacantia.address, token)
        world, mailbox = World(api), Mailbox(self.vacantia.data)
        self.writers = [
            Writer("w%d" % place, random.Random(dice.random()), [api], world, self.journal, mailbox, PAUSE) for place in range(WRITERS)
        ]

    def sub(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path

    def round(self, number):
        time.sleep(self.dice.uniform(0.2, 0.8))
        file = os.path.join(self.folder, "%d.tar" % number)
        moment, began = Moment(self.journal), time.monotonic()
        self.vacantia.run("backup", file)
        self.seconds.append(time.monotonic() - began)
        frozen = moment.end()
        self.vacantia.run("restore", file, "--verify")
        self.restored.run("restore", file, "--replace")
        compare(self.copy, frozen, self.tally)
        self.hold_history(number)
        size = os.path.getsize(file)
        os.unlink(file)
        return size, moment.levels

    def hold_history(self, number):
        """The copy's events are the running database's first ones; its seats are what they tell."""
        copied, live = self.copy.rows(EVENTS), self.database.rows(EVENTS)
        if not copied or copied != live[: len(copied)]:
            self.tally.wrong.append("copy %d: its %d events are not the first of %d" % (number, len(copied), len(live)))
        if [int(row[0]) for row in copied] != list(range(1, len(copied) + 1)):
            self.tally.wrong.append("copy %d: a gap among its events" % number)
        told = {json.loads(row[3])["opening"]: SEATS[row[2]] for row in copied if row[2] in SEATS}
        if told != dict(self.copy.rows("SELECT id, state FROM opening")):
            self.tally.wrong.append("copy %d: its seats are not what its events tell" % number)
        self.seats, self.events = len(told), len(copied)

    def go(self, rounds):
        for writer in self.writers:
            writer.start()
        for number in range(1, rounds + 1):
            size, levels = self.round(number)
            if self.tally.wrong:
                break
        for writer in self.writers:
            writer.finish()
        compare(self.database, self.journal, self.tally)
        self.check_there_was_work(rounds, levels)
        # The other one runs commands only, which may have nothing to say.
        for vacantia, least in ((self.vacantia, 10_000), (self.restored, 0)):
            self.tally.wrong += vacantia.given_away(secrets_of(self.journal), least)
        return self.report(number, size)

    def check_there_was_work(self, rounds, levels):
        if self.journal.answered < rounds * WRITERS or levels < rounds:
            self.tally.wrong.append("only %d requests were answered: this proves nothing" % self.journal.answered)
        if self.journal.unanswered:
            self.tally.wrong.append("%d requests were not answered: %s" % (self.journal.unanswered, self.journal.troubles[:1]))

    def report(self, rounds, size):
        journal, tally = self.journal, self.tally
        hired = sum(one.level == HIRED for one in journal.applications)
        print("%s: %d backups while %d requests were answered, %d were not; %d applications, %d hired" % (
            self.database.name, rounds, journal.answered, journal.unanswered, len(journal.applications), hired))
        print("answered before a backup and absent in it: %d; doubled: %d; slowest backup %.1f s; the last: %d bytes, %d events, %d seats"
              % (tally.absent, tally.doubled, max(self.seconds), size, self.events, self.seats))
        for line in dict.fromkeys(tally.wrong):
            print("WRONG: " + line[:600], file=sys.stderr)
        print("%d passed, %d failed" % (rounds if not tally.wrong else 0, len(tally.wrong)), flush=True)
        return 1 if tally.wrong else 0

    def end(self):
        self.vacantia.end()
        for database in (self.copy, self.database):
            database.end()


def main(binary, kind, rounds):
    dice, folder, run = seeded(), tempfile.mkdtemp(prefix="vacantia-backup-"), None
    try:
        run = Run(binary, kind, folder, dice)
        return run.go(rounds)
    except BaseException:
        if run:
            sys.stderr.write(run.vacantia.said()[-3000:])
        raise
    finally:
        if run:
            run.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
