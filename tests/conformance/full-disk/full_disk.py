"""Takes the disk from a Vacantia that people write to, gives it back, and looks at what it answered meanwhile.

Usage: full_disk.py PROGRAM DATABASE ROUNDS
"""

import os
import random
import re
import shutil
import sys
import tempfile
import time

from canary import secrets_of
from database import Postgres, Sqlite
from disk import FileLimit, SmallDisk
from ledger import LEAK, Tally, compare, settle
from load import Journal, Mailbox, World, Writer
from program import Api, Unanswered, Vacantia, seeded, wait_for

WRITERS = 6
ENOUGH = 30  # writes that were not kept, each round
PUBLIC = "{ postings(first: 1) { nodes { slug } } }"
BOARD = "{ postings(first: 5) { nodes { slug } } applications(first: 5) { nodes { status } } }"
PASSED, FAILED = [], []


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else ": %r" % (seen,))[:600], flush=True)


def a_round(vacantia, disk, api, journal):
    """From full to not full, while people go on trying."""
    failed, troubles = journal.unanswered, len(journal.troubles)
    disk.take()
    wait_for(lambda: journal.unanswered > failed + ENOUGH, "the disk to be full", 60)
    if disk.keeps_nothing:
        wait_for(lambda: api.status("/readyz") == 503, "the program to say so", 10)
    check("/healthz says that the program lives", api.status("/healthz") == 200)
    reads_go_on(api)
    refused_form(api, slug_of(api))
    typed(journal.troubles[troubles:], "INTERNAL")
    check("the program is the same one", vacantia.process.poll() is None)
    disk.give_back()
    recovers(api, journal)


def slug_of(api):
    return Api(api.address).ask(PUBLIC)["postings"]["nodes"][0]["slug"]


def reads_go_on(api):
    api.ask(BOARD)
    pages = [api.status(path) for path in ("/jobs", "/jobs/" + slug_of(api), "/feeds/rss.xml", "/feeds/indeed.xml")]
    check("what is only read is answered", pages == [200] * 4, pages)


def typed(told, *codes):
    said = ["'code': '%s'" % code for code in codes]
    untyped = [text for text in told if not any(code in text for code in said) and not text.startswith("500: <")]
    check("each write that is not kept is answered with a code", bool(told) and not untyped, untyped[:3])
    check("no answer says more than that", not any(LEAK.search(text) for text in told), told[:3])


def recovers(api, journal):
    began = time.monotonic()
    wait_for(lambda: api.status("/readyz") == 200, "the program to recover", 15)
    answered = journal.answered
    wait_for(lambda: journal.answered > answered + 20, "writes to be kept again", 15)
    print("recovered by itself after %.1f s" % (time.monotonic() - began))


def a_full_log(vacantia, server, disk, api, journal):
    """Without room for its write-ahead log PostgreSQL falls, and no request is answered until somebody starts it again."""
    failed, troubles = journal.unanswered, len(journal.troubles)
    disk.take()
    wait_for(lambda: "PANIC" in server.said(), "the log to be full", 60)
    wait_for(lambda: journal.unanswered > failed + ENOUGH, "the program to notice", 60)
    check("PostgreSQL fell for want of room", "No space left on device" in server.said(), server.said()[-500:])
    check("/healthz says that the program lives", api.status("/healthz") == 200)
    # Without a database nobody can be told apart, so it is the door that answers.
    typed(journal.troubles[troubles:], "INTERNAL", "INTERNAL_SERVER_ERROR")
    check("the program is the same one", vacantia.process.poll() is None)
    disk.give_back()
    if server.has_fallen():
        print("PostgreSQL did not come up by itself")
        server.start()
    recovers(api, journal)


def refused_form(api, slug):
    """A page that could not keep what was sent says so; one of many tries may still find room."""
    path = "/jobs/%s/apply" % slug
    for number in range(50):
        nonce = re.search(r'name="nonce" value="([^"]*)"', api.send("GET", path)[2]).group(1)
        status, _, text = api.form(path, name="Ada O'Hara", email="ada%d@mail.example.org" % number, nonce=nonce)
        if status >= 500:
            return check("a page that could not keep a form says so, and no more", not LEAK.search(text), text[:300])
    return check("a page that could not keep a form says so", False, (status, text[:300]))


def sqlite(folder, binary):
    # The limit is on every file of the program, its log too.
    database = Sqlite(folder)
    vacantia = Vacantia(binary, folder, database, VACANTIA_LOG="off")
    return database, vacantia, [FileLimit(database, vacantia)]


def postgres(folder, binary):
    tables, log = SmallDisk(os.path.join(folder, "for-tables"), 192), SmallDisk(os.path.join(folder, "for-log"), 96)
    database = Postgres(folder, os.path.join(tables.folder, "data"), os.path.join(log.folder, "wal"))
    return database, Vacantia(binary, folder, database), [tables, log]


def main(binary, kind, rounds):
    dice, folder = seeded(), tempfile.mkdtemp(prefix="vacantia-full-")
    # The server's user has to get in.
    os.chmod(folder, 0o755)
    database, vacantia, disks = {"sqlite": sqlite, "postgres": postgres}[kind](folder, binary)
    try:
        token = vacantia.staff("ada@example.com", "admin", "recruiter")
        vacantia.start()
        api, journal, tally = Api(vacantia.address, token), Journal(), Tally()
        world, mailbox = World(api), Mailbox(vacantia.data)
        writers = [Writer("w%d" % at, random.Random(dice.random()), [api], world, journal, mailbox) for at in range(WRITERS)]
        for writer in writers:
            writer.start()
        wait_for(lambda: journal.answered > 50, "some work")
        for _ in range(rounds):
            a_round(vacantia, disks[0], api, journal)
        if kind == "postgres":
            check("PostgreSQL said 53100", " 53100 ERROR" in database.said(), database.said()[-500:])
            a_full_log(vacantia, database, disks[1], api, journal)
        for writer in writers:
            writer.finish()
        settle(writers)
        compare(database, journal, tally)
        vacantia.kill()
        vacantia.start()
        compare(database, journal, tally)
        # What came in by the form is in no journal.
        wrong = [line for line in tally.wrong if not line.startswith("applications nobody sent: ['ada")]
        print("%s: %d changes answered, %d not" % (kind, journal.answered, journal.unanswered))
        check("nothing answered is lost or doubled: %d, %d" % (tally.absent, tally.doubled), not wrong, wrong[:5])
        if kind == "postgres":
            found = vacantia.given_away(secrets_of(journal))
            check("the log names nobody", not found, found)
    except Unanswered as trouble:
        check("what is only read is answered", False, str(trouble))
    finally:
        vacantia.end()
        database.end()
        for disk in disks:
            disk.end()
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(PASSED), len(FAILED)))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
