"""Kills a sending Vacantia again and again, and holds what arrived against what it says it sent.

The relay is aiosmtpd, slow on purpose; mails are read with the email package of Python's standard library.
Usage: outbox_kill.py PROGRAM DATABASE KILLS
"""

import random
import shutil
import sys
import tempfile
import time

from canary import secrets_of
from database import KINDS
from load import Journal, World, Writer
from program import BRISK_OUTBOX, Api, Vacantia, seeded
from relay import Relay, faults, messages, settle, summary

APPLICANTS_PER_ROUND = 6
UNDER_WAY = "SELECT count(*) FROM email_message WHERE state IN ('sending', 'transmitting')"


class Run:
    """All kills on one database."""

    def __init__(self, binary, kind, folder, dice):
        self.dice, self.database, self.relay = dice, KINDS[kind](folder), Relay(random.Random(dice.random()))
        self.relay.start()
        self.vacantia = Vacantia(binary, folder, self.database, VACANTIA_SMTP_URL=self.relay.url, **BRISK_OUTBOX)
        token = self.vacantia.staff("ada@example.com", "admin", "recruiter")
        self.vacantia.start()
        self.journal, self.hit = Journal(), 0
        api = Api(self.vacantia.address, token)
        self.writer = Writer("applicant", random.Random(dice.random()), [api], World(api), self.journal, self.relay)
        self.writer.found_posting()

    def round(self):
        """People apply, and the program dies while their mail is under way."""
        posting = self.writer.postings[0]
        for _ in range(APPLICANTS_PER_ROUND):
            self.writer.receive(posting)
        time.sleep(self.dice.uniform(0, 0.3))
        self.vacantia.kill()
        self.hit += int(self.database.rows(UNDER_WAY)[0][0]) > 0
        self.vacantia.start()

    def check(self, kills):
        wrong = self.journal.wrong + faults(self.database, self.relay)
        submitted, queued = len(self.journal.applications), len(messages(self.database))
        if self.journal.unanswered or submitted != queued:
            wrong.append("%d applications, %d not answered, %d messages" % (submitted, self.journal.unanswered, queued))
        if self.hit < kills * 3 // 4:
            wrong.append("only %d of %d kills met mail under way: this proves nothing" % (self.hit, kills))
        return wrong + self.vacantia.given_away([*secrets_of(self.journal), *self.relay.secrets()])


def main(binary, kind, kills):
    dice, folder, run = seeded(), tempfile.mkdtemp(prefix="vacantia-outbox-kill-"), None
    try:
        run = Run(binary, kind, folder, dice)
        for _ in range(kills):
            run.round()
        settle(run.vacantia, run.database, run.relay)
        run.vacantia.stop()
        wrong = run.check(kills)
        print("%s: %d kills, %d of them with mail under way" % (kind, kills, run.hit))
        print(summary(run.database, run.relay))
        for line in wrong:
            print("WRONG: " + line, file=sys.stderr)
        print("%d passed, %d failed" % (0 if wrong else len(messages(run.database)), len(wrong)), flush=True)
        return 1 if wrong else 0
    except BaseException:
        if run:
            sys.stderr.write(run.vacantia.said()[-4000:])
        raise
    finally:
        if run:
            run.vacantia.end()
            run.relay.stop()
            run.database.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
