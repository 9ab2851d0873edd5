"""Hands mail to Postfix's smtp-sink in each of its moods. Usage: smtp_sink.py PROGRAM DATABASE"""

import collections
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from database import Postgres, Sqlite
from program import BRISK_OUTBOX, Api, Vacantia, free_port, wait_for

PASSED, FAILED = [], []
Mood = collections.namedtuple("Mood", "name options rests code again")
WAITING = ("QUEUED", "DEFERRED")

# How each is told, how the message rests meanwhile, with which reply, and what brings it back: time alone (the relay's trouble, or
# a try later), or somebody.
MOODS = [
    Mood("healthy", [], ("SENT",), 250, None),
    Mood("speaks no ESMTP", ["-e"], WAITING, 500, "time"),
    Mood("slow", ["-w", "1"], ("SENT",), 250, None),
    Mood("hangs up at the greeting", ["-q", "CONNECT"], WAITING, None, "time"),
    Mood("421 at the greeting", ["-Q", "CONNECT"], WAITING, 421, "time"),
    Mood("500 at the greeting", ["-f", "CONNECT"], WAITING, 500, "time"),
    Mood("450 at the greeting", ["-r", "CONNECT"], WAITING, 450, "time"),
    Mood("500 to EHLO", ["-f", "EHLO"], WAITING, 500, "time"),
    Mood("hangs up at EHLO", ["-q", "EHLO"], WAITING, None, "time"),
    Mood("450 to MAIL", ["-r", "MAIL"], WAITING, 450, "time"),
    Mood("421 to MAIL", ["-Q", "MAIL"], WAITING, 421, "time"),
    Mood("500 to MAIL", ["-f", "MAIL"], WAITING, 500, "time"),
    Mood("450 to RCPT", ["-r", "RCPT"], WAITING, 450, "somebody"),
    Mood("500 to RCPT", ["-f", "RCPT"], ("FAILED",), 500, "somebody"),
    Mood("hangs up at RCPT", ["-q", "RCPT"], WAITING, None, "time"),
    Mood("450 to DATA", ["-r", "DATA"], WAITING, 450, "time"),
    Mood("500 to DATA", ["-f", "DATA"], ("FAILED",), 500, "somebody"),
    Mood("hangs up at DATA", ["-q", "DATA"], WAITING, None, "time"),
    Mood("450 to the end of the body", ["-r", "."], WAITING, 450, "time"),
    Mood("500 to the end of the body", ["-f", "."], ("FAILED",), 500, "somebody"),
    Mood("421 to the end of the body", ["-Q", "."], WAITING, 421, "time"),
    Mood("hangs up after the body", ["-q", "."], ("UNKNOWN",), None, "grace"),
]


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    if not holds:
        print(("FAIL  %s: %r" % (what, seen))[:900], flush=True)


class Sink:
    """smtp-sink on one port, in one mood at a time; keeps a file of each body."""

    def __init__(self, folder):
        self.folder, self.port, self.process = os.path.join(folder, "sink"), free_port(), None
        os.mkdir(self.folder)
        # As root it wants to be somebody else, who has to be able to write there.
        os.chmod(folder, 0o755)
        os.chmod(self.folder, 0o777)
        self.privileges = ["-u", "nobody"] if os.geteuid() == 0 else []

    def be(self, options):
        self.end()
        for path in glob.glob(self.folder + "/*"):
            os.unlink(path)
        words = [*self.privileges, "-d", self.folder + "/body.", *options, "127.0.0.1:%d" % self.port, "50"]
        self.process = subprocess.Popen(["smtp-sink", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._listens, "smtp-sink to listen")

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def bodies(self, to):
        """What came for this address, as it came: without the lines that smtp-sink puts above."""
        found = []
        for path in sorted(glob.glob(self.folder + "/*")):
            with open(path, "rb") as file:
                head, _, rest = file.read().partition(b"\n\tby smtp-sink")
            if b"X-Rcpt-Args: <%s>" % to.encode() in head:
                found.append(rest.partition(b"\n")[2].partition(b"\n")[2])
        return found

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()


class Desk:
    """A started Vacantia with an open posting."""

    def __init__(self, vacantia):
        token = vacantia.staff("recruiter@example.com", "recruiter", "admin")
        vacantia.start()
        self.api = Api(vacantia.address, token)
        team = self.api.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
        step = dict(key="review", title="Review", kind="REVIEW", participant="RECRUITING")
        plan = self.api.change("planCreate", "plan { id }", name="Short", stages=[dict(key="review", title="Review", steps=[step])],
                               approval="NONE", references={"least": 0, "managers": 0})["plan"]["id"]
        self.posting = self.api.change(
            "postingCreate", "posting { id }", title="Keeper", workplace="REMOTE", employmentType="FULL_TIME", planId=plan,
            remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 1}],
        )["posting"]["id"]
        self.api.change("postingPublish", "posting { id }", postingId=self.posting)

    def apply(self, place):
        fields = dict(postingId=self.posting, name="Candidate %d" % place, email="candidate-%d@example.org" % place, source="STAFF")
        return self.api.change("applicationSubmit", "receipt { applicationId }", **fields)["receipt"]["applicationId"]

    def message(self, application):
        query = """query($f: EmailMessageFilter) { emailMessages(filter: $f, first: 5) { nodes {
            id status attempts lastCode lastReply nextAttemptAt duplicatePossible attemptLog { phase code } } } }"""
        return self.api.ask(query, {"f": {"applicationId": application}})["emailMessages"]["nodes"][0]

    def failed(self):
        query = "{ work(first: 100) { nodes { kind application { id } } } }"
        return [item["application"]["id"] for item in self.api.ask(query)["work"]["nodes"] if item["kind"] == "EMAIL_FAILED"]

    def retry(self, message):
        self.api.change("emailMessageRetry", "emailMessage { id }", emailMessageId=message["id"])


def tried(desk, application, mood):
    """The message, once it was tried and rests as this mood leaves it."""
    seen = []

    def rests():
        seen[:] = [desk.message(application)]
        log = seen[0]["attemptLog"]
        return log and seen[0]["status"] in mood.rests and (mood.code is None or any(one["code"] == mood.code for one in log))

    try:
        wait_for(rests, mood.name, 30)
    except SystemExit:
        pass
    return seen[0]


def settled(desk, sink, application, to, mood):
    """With a healthy relay everything arrives."""
    message = desk.message(application)
    if mood.again == "somebody":
        failed = application in desk.failed()
        check("%s: somebody's work, if for good" % mood.name, failed == ("FAILED" in mood.rests), failed)
        time.sleep(0.7)
        check("%s: not tried again by itself at once" % mood.name, not sink.bodies(to) and desk.message(application)["status"] in mood.rests)
        desk.retry(message)
    wait_for(lambda: desk.message(application)["status"] == "SENT", "%s: to be sent by a healthy one" % mood.name, 30)
    message = desk.message(application)
    check("%s: says whether it may be the second" % mood.name, message["duplicatePossible"] == (mood.again == "grace"), message)
    check("%s: nobody's work any more" % mood.name, application not in desk.failed())
    return sink.bodies(to)


def play(desk, sink, place, mood):
    to = "candidate-%d@example.org" % place
    sink.be(mood.options)
    application = desk.apply(place)
    message = tried(desk, application, mood)
    check("%s: rests" % mood.name, message["status"] in mood.rests, message)
    before = sink.bodies(to)
    if mood.again is None:
        arrived = before
    else:
        sink.be([])
        arrived = settled(desk, sink, application, to, mood)
    check("%s: arrived once" % mood.name, len(arrived) == 1, len(arrived))
    # A body that was hung up on, or refused, was the same.
    check("%s: the same bytes each time" % mood.name, len(set(before + arrived)) == 1, [len(body) for body in before + arrived])
    check("%s: it is the letter" % mood.name, all(re.search(rb"^Message-ID: <applicationReceived\.", body, re.M) for body in arrived), arrived)


def main(binary, kind):
    with tempfile.TemporaryDirectory() as folder:
        database = {"sqlite": Sqlite, "postgres": Postgres}[kind](folder)
        sink = Sink(folder)
        settings = {**BRISK_OUTBOX, "VACANTIA_SMTP_URL": "smtp://127.0.0.1:%d" % sink.port, "VACANTIA_MAIL_FROM": "jobs@example.com"}
        vacantia = Vacantia(binary, folder, database, **settings)
        try:
            desk = Desk(vacantia)
            for place, mood in enumerate(MOODS):
                play(desk, sink, place, mood)
            check("nothing panicked", not vacantia.leaks(), vacantia.leaks())
        finally:
            sink.end()
            vacantia.end()
            database.end()
    print(json.dumps({"database": kind, "moods": len(MOODS), "checks": len(PASSED), "failed": len(FAILED)}))
    return 1 if FAILED else 0


if __name__ == "__main__":
    if not shutil.which("smtp-sink"):
        sys.exit("smtp-sink is missing: install Debian's postfix")
    sys.exit(main(*sys.argv[1:]))
