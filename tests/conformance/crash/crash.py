"""Kills a Vacantia that several people write to, and holds what it had answered against what is there afterwards.

Usage: crash.py PROGRAM DATABASE ROUNDS
"""

import random
import shutil
import sys
import tempfile
import time

from canary import secrets_of
from database import KINDS
from ledger import Tally, compare, read_back, settle
from load import HIRED, Journal, Mailbox, World, Writer
from program import Api, Unanswered, Vacantia, seeded

WRITERS = 6
READY = 5  # seconds


class Run:
    """All rounds on one database."""

    def __init__(self, binary, kind, folder, dice):
        self.dice, self.database = dice, KINDS[kind](folder)
        self.vacantia = Vacantia(binary, folder, self.database)
        self.journal, self.tally, self.slowest, self.cuts, self.restarts = Journal(), Tally(), 0.0, 0, 0
        self.token = self.vacantia.staff("ada@example.com", "admin", "recruiter")
        self.start()
        self.api = Api(self.vacantia.address, self.token)
        world, mailbox = World(self.api), Mailbox(self.vacantia.data)
        self.team = world.teams[0]
        self.writers = [
            Writer("w%d" % place, random.Random(dice.random()), [self.api], world, self.journal, mailbox)
            for place in range(WRITERS)
        ]

    def start(self):
        self.slowest = max(self.slowest, self.vacantia.start())

    def round(self, number):
        """Work, an accident in the midst of it, a new start, and the reckoning."""
        going = [one for one in self.journal.applications if one.level < HIRED]
        known = len(self.journal.applications)
        for writer in self.writers:
            writer.start()
        time.sleep(self.dice.uniform(0.2, 1.2))
        if self.database.name == "postgres":
            self.trouble_the_server(number)
        self.vacantia.kill()
        for writer in self.writers:
            writer.finish()
        self.start()
        compare(self.database, self.journal, self.tally)
        read_back(self.api, going + self.journal.applications[known:], self.tally)
        settle(self.writers)

    def trouble_the_server(self, number):
        """Beside the kill: in every second round the connections are cut, in every fifth the server falls."""
        if number % 2 == 0:
            self.cuts += self.database.cut()
        elif number % 5 == 0:
            self.database.restart()
            self.restarts += 1
        else:
            return
        self.recover()
        time.sleep(self.dice.uniform(0.1, 0.5))

    def recover(self):
        """The program finds its way back by itself: writes are answered again."""
        end = time.monotonic() + READY
        while True:
            try:
                return self.api.change("teamUpdate", "team { id }", teamId=self.team, name="Create")
            except Unanswered:
                if time.monotonic() > end:
                    self.tally.wrong.append("no write was answered %d s after the database was back" % READY)
                    return None
                time.sleep(0.05)


def report(run, rounds):
    journal, tally = run.journal, run.tally
    if run.slowest >= READY:
        tally.wrong.append("ready only after %.1f s" % run.slowest)
    tally.wrong += ["the log holds: " + line for line in run.vacantia.leaks()]
    tally.wrong += run.vacantia.given_away(secrets_of(journal))
    if journal.answered < rounds * WRITERS:
        tally.wrong.append("only %d requests were answered: this proves nothing" % journal.answered)
    hired = sum(one.level == HIRED for one in journal.applications)
    print("%s: %d kills, %d connections cut, %d falls of the server" % (run.database.name, rounds, run.cuts, run.restarts))
    print("%d changes answered, %d not; %d repeated" % (journal.answered, journal.unanswered, journal.repeated))
    print("%d teams, %d postings, %d applications, %d hired" % (
        len(journal.teams), len(journal.postings), len(journal.applications), hired))
    refused = {one.refusal.split("'code': ")[1].split(",")[0] for one in journal.applications if one.refusal and "'code': " in one.refusal}
    print("refused meanwhile: %s" % (", ".join(sorted(refused)) or "nothing"))
    print("answered and absent: %d; doubled: %d; ready again within %.2f s" % (tally.absent, tally.doubled, run.slowest))
    for line in dict.fromkeys(tally.wrong):
        print("WRONG: " + line[:600], file=sys.stderr)
    print("%d passed, %d failed" % (rounds if not tally.wrong else 0, len(tally.wrong)), flush=True)
    return 1 if tally.wrong else 0


def main(binary, kind, rounds):
    dice, folder, run = seeded(), tempfile.mkdtemp(prefix="vacantia-crash-"), None
    try:
        run = Run(binary, kind, folder, dice)
        for number in range(1, rounds + 1):
            run.round(number)
            if number % 20 == 0:
                print("%s: %d kills, %d changes answered" % (kind, number, run.journal.answered), flush=True)
            if run.tally.wrong:
                break
        compare(run.database, run.journal, run.tally)
        return report(run, number)
    except BaseException:
        if run:
            sys.stderr.write(run.vacantia.said()[-3000:])
        raise
    finally:
        if run:
            run.vacantia.end()
            run.database.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
