"""Kills imports midway, and holds what is there against the files. Usage: imports.py PROGRAM DATABASE KILLS BOARDS"""

import glob
import itertools
import json
import math
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time

from board import STAFF, board
from database import KINDS
from program import Api, Vacantia, seeded, wait_for

SIZE = 300
LARGEST = 64 << 20  # bytes
BOARDS = (
    ("boards/gitlab.json", "greenhouse"), ("boards/canonical.json", "greenhouse"), ("boards/stripe.json", "greenhouse"),
    ("boards-full/greenhouse-catawiki.json", "greenhouse"), ("boards-full/lever.json", "lever"), ("boards-full/ashby.json", "ashby"),
)
# There by itself in a database that nobody used.
FOUNDED = {"schema_migration", "feed_generation", "feed_edition", "feed_fetch", "feed_head", "ping"}
PASSED, FAILED = [], []


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    if not holds:
        print("FAIL  %s: %r" % (what, seen), flush=True)


class Place:
    """A database, and the program's commands on it."""

    def __init__(self, binary, kind, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.database = folder, KINDS[kind](folder)
        self.vacantia = Vacantia(binary, folder, self.database)

    def begin(self, *words, **streams):
        """A command that may be killed."""
        # What is to be looked at is shown without a log.
        quiet = {"VACANTIA_LOG": "off"} if "stderr" in streams else {}
        streams = {"stdout": subprocess.DEVNULL, "stderr": self.vacantia.log, **streams}
        return subprocess.Popen([self.vacantia.binary, *words], env={**self.vacantia.environment, **quiet}, **streams)

    def kill_within(self, seconds, dice, *words):
        """Whether the command was killed at a random moment within that time, rather than done before."""
        command = self.begin(*words)
        time.sleep(dice.uniform(0, seconds))
        command.kill()
        return command.wait() < 0

    def report(self, system, file, name):
        words = ("import", system, file, "--board", name, "--team-from", "department")
        return json.loads(self.vacantia.run(*words, "--json"))

    def tables(self):
        if self.database.name == "sqlite":
            if not os.path.exists(self.database.path):
                return []
            sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        else:
            sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return sorted(name for name, in self.database.rows(sql))

    def held(self):
        """How many rows each table has, of those that hold any."""
        counts = {name: int(self.database.rows('SELECT count(*) FROM "%s"' % name)[0][0]) for name in self.tables()}
        return {name: count for name, count in counts.items() if count and name not in FOUNDED}

    def ids(self, name):
        rows = self.database.rows("SELECT s.external_id FROM posting_source s JOIN posting p ON p.id = s.posting_id WHERE board = '%s'" % name)
        return sorted(row[0] for row in rows)

    def seats(self, name):
        sql = """SELECT count(*) FROM opening o JOIN posting_team t ON t.id = o.posting_team_id
            JOIN posting_source s ON s.posting_id = t.posting_id WHERE s.board = '%s'"""
        return int(self.database.rows(sql % name)[0][0])

    def clear(self):
        """As if it had never been used."""
        if self.database.name == "sqlite":
            for path in glob.glob(self.database.path + "*"):
                os.unlink(path)
        else:
            self.database.rows("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def end(self):
        self.vacantia.end()
        self.database.end()


def whole_time(place, *words):
    """How long the command takes when nobody disturbs it."""
    began = time.monotonic()
    place.vacantia.run(*words)
    return time.monotonic() - began


def brought_in(place, system, file, name, ids):
    """Run again after a kill, and once more: everything is there, once, and stays."""
    met = len(place.ids(name))
    report = place.report(system, file, name)
    counts = [report[key] for key in ("created", "updated", "unchanged")]
    check("%s: what was in is unchanged, the rest is created" % name, counts == [len(ids) - met, 0, met], (met, counts, report["refused"]))
    check("%s: every record is in, none twice" % name, place.ids(name) == sorted(ids))
    check("%s: each posting has its seat" % name, place.seats(name) == len(ids), place.seats(name))
    before = place.held()
    again = place.report(system, file, name)
    check("%s: run once more, all are unchanged" % name, again["unchanged"] == len(ids) == again["records"], again)
    check("%s: and no table has another row" % name, place.held() == before)
    return 0 < met < len(ids), report


def kill_boards(place, dice, kills, file, people):
    """One board after the other, killed and run again; says how many were met half imported, and how long one takes."""
    with open(file, encoding="utf-8") as text:
        ids = [str(job["id"]) for job in json.load(text)["jobs"]]
    seconds = whole_time(place, "import", "greenhouse", file, "--board", "whole", "--team-from", "department")
    killed = halves = 0
    for number in itertools.count(1):
        if killed == kills:
            return halves, seconds
        name = "board-%d" % number
        killed += place.kill_within(seconds, dice, "import", "greenhouse", file, "--board", name, "--team-from", "department")
        half, report = brought_in(place, "greenhouse", file, name, ids)
        check("%s: people are counted" % name, report["leftOut"] == people, report["leftOut"])
        halves += half


def real_boards(place, dice, folder):
    """What companies publish, where it is at hand."""
    there = [(os.path.join(folder, file), system) for file, system in BOARDS if os.path.exists(os.path.join(folder, file))]
    for file, system in there:
        with open(file, encoding="utf-8") as text:
            jobs = json.load(text)
        ids = [str(job["id"]) for job in (jobs if system == "lever" else jobs["jobs"])]
        name = os.path.basename(file)
        place.kill_within(len(ids) * 0.008, dice, "import", system, file, "--board", name, "--team-from", "department")
        brought_in(place, system, file, name, ids)
    print("%d boards of ../shared/data" % len(there) if there else "extra: no boards in ../shared/data")


def no_people(place):
    """The staff of the board is in no column of no table."""
    dump = json.dumps([place.database.rows('SELECT * FROM "%s"' % name) for name in place.tables()], ensure_ascii=False, default=repr)
    found = [name for name in (*STAFF, "staff.example.org") if name.lower() in dump.lower()]
    check("nobody of the board's staff is in the database", len(dump) > 100_000 and not found, (len(dump), found))


def kill_whole_imports(place, other, dice, kills):
    """Of an export: after a kill nothing is in, or all where it was committed just before; all after the last run."""
    file, again = (os.path.join(at.folder, "export.jsonl") for at in (place, other))
    place.vacantia.run("export", file)
    rehearsal = whole_time(other, "import", "vacantia", file, "--dry-run")
    check("a rehearsal leaves nothing", not other.held(), other.held())
    killed, seconds = 0, rehearsal
    while killed < kills:
        met = other.kill_within(seconds, dice, "import", "vacantia", file)
        held = other.held()
        if met and held != place.held():
            killed += 1
            check("after kill %d nothing is in" % killed, not held, held)
        else:
            # It was committed before the kill: begin with a new database, and be quicker.
            seconds *= 0.8
            other.clear()
    other.vacantia.run("import", "vacantia", file)
    check("run again, everything is in", other.held() == place.held(), (other.held(), place.held()))
    other.vacantia.run("export", again)
    with open(file, "rb") as first, open(again, "rb") as second:
        check("and an export of it is the same", first.read() == second.read())


def serve(place):
    place.vacantia.start()
    api = Api(place.vacantia.address)
    for channel, element in (("rss", "<item>"), ("indeed", "<job>")):
        path = "/feeds/%s.xml" % channel
        wait_for(lambda: element in api.send("GET", path)[2], "postings in " + path)
        document = api.send("GET", path)[2].encode()
        lint = subprocess.run(["xmllint", "--noout", "-"], input=document, capture_output=True)
        check("xmllint reads %s.xml" % channel, lint.returncode == 0 and not lint.stderr, lint.stderr[:300])
        print("%s.xml: %d postings, %d bytes" % (channel, document.count(element.encode()), len(document)))
    place.vacantia.stop()


def too_large(place):
    file = os.path.join(place.folder, "large.json")
    with open(file, "wb") as large:
        large.truncate(LARGEST + 1)
    command = place.begin("import", "greenhouse", file, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, said = command.communicate()
    lines = said.decode().splitlines()
    right = command.returncode == 1 and not out and len(lines) == 1 and "large.json is larger than 64 MB" in lines[0]
    check("a file above 64 MB is refused in one line", right, (command.returncode, out, lines))
    with open(file, "wb") as large:
        large.truncate(LARGEST)
    command = place.begin("import", "greenhouse", file, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = command.communicate()[1].decode()
    check("one of 64 MB is read", command.returncode == 1 and "it is not JSON" in said, said)


def shown(place, *words):
    """What a terminal is shown."""
    terminal, end = pty.openpty()
    command = place.begin(*words, stderr=end)
    os.close(end)
    text = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            # Linux says so when nobody has the other end any more.
            more = b""
        if not more:
            break
        text += more
    os.close(terminal)
    check("a command on a terminal does its work", command.wait() == 0, text[-300:])
    return text.decode(errors="replace")


def progress(place, dice, seconds):
    """With a board that takes some seconds, since nothing is said of what takes less than one."""
    size = SIZE * max(1, math.ceil(4 / seconds))
    file = os.path.join(place.folder, "long.json")
    with open(file, "w", encoding="utf-8") as long:
        long.write(board(dice, size)[0])
    seen = shown(place, "import", "greenhouse", file, "--board", "terminal")
    check("a terminal is shown a bar", "\x1b[" in seen and re.search(r"importing .*\u2588.* \d+ of %d records" % size, seen), seen[:300])
    command = place.begin("import", "greenhouse", file, "--board", "plain", stderr=subprocess.PIPE)
    lines = command.communicate()[1].decode().splitlines()
    right = [re.fullmatch(r"importing: \d+ of %d records" % size, line) for line in lines]
    check("everything else is told in plain lines", command.returncode == 0 and lines and all(right), lines[:5])


def go(binary, kind, kills, boards, folder):
    dice = seeded()
    file = os.path.join(folder, "board.json")
    with open(file, "w", encoding="utf-8") as made:
        text, people = board(dice, SIZE)
        made.write(text)
    place, other = Place(binary, kind, os.path.join(folder, "one")), Place(binary, kind, os.path.join(folder, "other"))
    try:
        place.vacantia.run("migrate", "up")
        halves, seconds = kill_boards(place, dice, kills, file, people)
        check("most kills met a board half imported", halves * 2 >= kills, halves)
        print("%s: %d boards of %d killed midway, %d of them half imported; a whole one takes %.1f s" % (kind, kills, SIZE, halves, seconds))
        real_boards(place, dice, boards)
        no_people(place)
        too_large(place)
        progress(place, dice, seconds)
        kill_whole_imports(place, other, dice, kills)
        print("%s: import vacantia killed %d times; %d rows" % (kind, kills, sum(other.held().values())))
        serve(other)
        for at in (place, other):
            found = at.vacantia.given_away(STAFF, least=1_000)
            check("the log names nobody", not found, found)
    finally:
        place.end()
        other.end()


def main(binary, kind, kills, boards):
    folder = tempfile.mkdtemp(prefix="vacantia-import-")
    try:
        go(binary, kind, int(kills), boards, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(PASSED), len(FAILED)), flush=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
