"""Takes the disk from a Vacantia that people write to, gives it back, and looks at what it answered meanwhile.

The limit on the size of files (setrlimit(2), RLIMIT_FSIZE) stands for a full disk: writes beyond it fail, and unless a
program takes care, the first one kills it. Usage: full_disk.py PROGRAM ROUNDS
"""

import os
import random
import re
import resource
import shutil
import sys
import tempfile
import time

from database import Sqlite
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


def limit(vacantia, size):
    _, hard = resource.prlimit(vacantia.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(vacantia.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def largest(database):
    return max(os.path.getsize(path) for path in (database.path, database.path + "-wal") if os.path.exists(path))


def a_round(vacantia, database, api, journal):
    """From full to not full, while people go on trying."""
    failed, troubles = journal.unanswered, len(journal.troubles)
    limit(vacantia, largest(database) + 65536)
    wait_for(lambda: journal.unanswered > failed + ENOUGH, "the disk to be full", 60)
    wait_for(lambda: api.status("/readyz") == 503, "the program to say so", 10)
    check("/readyz says that nothing can be kept, /healthz that the program lives", api.status("/healthz") == 200)
    api.ask(BOARD)
    slug = Api(api.address).ask(PUBLIC)["postings"]["nodes"][0]["slug"]
    pages = [api.status(path) for path in ("/jobs", "/jobs/" + slug, "/feeds/rss.xml", "/feeds/indeed.xml")]
    check("what is only read is answered", pages == [200] * 4, pages)
    refused_form(api, slug)
    told = journal.troubles[troubles:]
    untyped = [text for text in told if "'code': 'INTERNAL'" not in text and not text.startswith("500: <")]
    check("each write that is not kept is answered with a code", not untyped, untyped[:3])
    check("no answer says more than that", not any(LEAK.search(text) for text in told), told[:3])
    check("the program is the same one", vacantia.process.poll() is None)
    limit(vacantia, resource.RLIM_INFINITY)
    began = time.monotonic()
    wait_for(lambda: api.status("/readyz") == 200, "the program to recover", 15)
    answered = journal.answered
    wait_for(lambda: journal.answered > answered + 20, "writes to be kept again", 15)
    print("recovered by itself after %.1f s" % (time.monotonic() - began))


def refused_form(api, slug):
    """A page that could not keep what was sent says so; one of many tries may still find room."""
    path = "/jobs/%s/apply" % slug
    for number in range(50):
        nonce = re.search(r'name="nonce" value="([^"]*)"', api.send("GET", path)[2]).group(1)
        status, _, text = api.form(path, name="Ada O'Hara", email="ada%d@mail.example.org" % number, nonce=nonce)
        if status >= 500:
            return check("a page that could not keep a form says so, and no more", not LEAK.search(text), text[:300])
    return check("a page that could not keep a form says so", False, (status, text[:300]))


def main(binary, rounds):
    dice, folder = seeded(), tempfile.mkdtemp(prefix="vacantia-full-")
    database = Sqlite(folder)
    vacantia = Vacantia(binary, folder, database, VACANTIA_LOG="off")
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
            a_round(vacantia, database, api, journal)
        for writer in writers:
            writer.finish()
        settle(writers)
        compare(database, journal, tally)
        vacantia.kill()
        vacantia.start()
        compare(database, journal, tally)
        # What came in by the form is in no journal.
        wrong = [line for line in tally.wrong if not line.startswith("applications nobody sent: ['ada")]
        print("%d changes answered, %d not" % (journal.answered, journal.unanswered))
        check("nothing answered is lost or doubled: %d, %d" % (tally.absent, tally.doubled), not wrong, wrong[:5])
    except Unanswered as trouble:
        check("what is only read is answered", False, str(trouble))
    finally:
        vacantia.end()
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(PASSED), len(FAILED)))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
