"""Delivers a full outbox on PostgreSQL. Usage: mail.py PROGRAM MESSAGES QUEUED"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from database import Postgres
from measure import cpu, memory, mb, table
from program import Api, Vacantia, free_port, wait_for

CONNECTIONS = (4, 16)
WHO = ["-u", "nobody"] if os.geteuid() == 0 else []
# One message as often as is asked for: the same bytes under other names.
COPY = """INSERT INTO email_message SELECT (m).* FROM (SELECT jsonb_populate_record(e, jsonb_build_object('id',
    'mail_' || lpad(i::text, 26, '0'), 'dedupe_key', 'copy/' || i, 'message_id', '<copy.' || i || '@example.com>', 'state', 'queued',
    'attempts', 0, 'fence', 0, 'lease_owner', NULL, 'lease_until', NULL)) AS m FROM email_message e, generate_series(%d, %d) i
    WHERE e.id NOT LIKE 'mail_0000%%') made"""


class Bench:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.copies = binary, folder, 0
        self.database, self.port = Postgres(folder), free_port()
        self.vacantia = self.program()
        self.seed()

    def program(self, **settings):
        url = "smtp://127.0.0.1:%d" % self.port
        return Vacantia(self.binary, self.folder + "/home", self.database, VACANTIA_SMTP_URL=url, VACANTIA_LOG="info", **settings)

    def seed(self):
        """A candidate who applied, and whose letter has not left: there is no relay yet."""
        token = self.vacantia.staff("recruiter@example.com", "recruiter", "admin")
        self.vacantia.start()
        api = Api(self.vacantia.address, token)
        team = api.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
        step = dict(key="review", title="Review", kind="REVIEW", participant="RECRUITING")
        plan = api.change("planCreate", "plan { id }", name="Short", stages=[dict(key="review", title="Review", steps=[step])],
                          approval="NONE", references={"least": 0, "managers": 0})["plan"]["id"]
        posting = api.change("postingCreate", "posting { id }", title="Keeper", workplace="REMOTE", employmentType="FULL_TIME",
                             planId=plan, remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 1}])["posting"]["id"]
        api.change("postingPublish", "posting { id }", postingId=posting)
        api.change("applicationSubmit", "receipt { applicationId }", postingId=posting, name="Zoë", email="zoe@example.org", source="STAFF")
        self.vacantia.stop()
        raw = self.database.rows("SELECT encode(raw, 'hex') FROM email_message")[0][0]
        self.letter = pathlib.Path(self.folder, "letter.eml")
        # smtp-source ends lines by itself.
        self.letter.write_bytes(bytes.fromhex(raw).replace(b"\r\n", b"\n"))

    def queue(self, count):
        self.database.rows(COPY % (self.copies + 1, self.copies + count))
        self.copies += count
        self.database.rows("ANALYZE email_message")

    def left(self):
        return int(self.database.rows("SELECT count(*) FROM email_message WHERE state <> 'sent'")[0][0])

    def sink(self):
        """smtp-sink, which takes everything and keeps nothing."""
        sink = subprocess.Popen(["smtp-sink", *WHO, "127.0.0.1:%d" % self.port, "100"], stderr=subprocess.DEVNULL)
        wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0, "smtp-sink")
        return sink

    def ours(self, count, connections):
        """Seconds, and processor seconds, until all are sent."""
        self.queue(count)
        vacantia = self.program(VACANTIA_OUTBOX_CONCURRENCY=str(connections))
        sink, _ = self.sink(), vacantia.start()
        began, used = time.monotonic(), cpu(vacantia.process.pid)
        before = self.left()
        while self.left():
            time.sleep(0.1)
        seconds, used = time.monotonic() - began, cpu(vacantia.process.pid) - used
        vacantia.stop()
        sink.kill()
        sink.wait()
        return before / seconds, used / before

    def theirs(self, count, connections, *more):
        sink = self.sink()
        words = ["-s", str(connections), "-m", str(count), "-F", str(self.letter), "-f", "jobs@example.com", "-t", "zoe@example.org", *more]
        began = time.monotonic()
        subprocess.run(["smtp-source", *words, "127.0.0.1:%d" % self.port], check=True)
        seconds = time.monotonic() - began
        sink.kill()
        sink.wait()
        return count / seconds

    def speed(self, count):
        rows = []
        for connections in CONNECTIONS:
            theirs = self.theirs(count, connections), self.theirs(count, connections, "-d")
            ours, used = self.ours(count, connections)
            rows.append([connections, "%.0f" % ours, "%.0f" % theirs[0], "%.0f" % theirs[1], "%.3f" % (ours / theirs[0]),
                         "%.2f ms" % (used * 1000)])
        print("%d mails of %d bytes, PostgreSQL with fsync" % (count, self.letter.stat().st_size))
        table(["connections", "ours, mails/s", "smtp-source, one a connection", "smtp-source, many a connection", "ratio to the former",
               "processor time a mail"], rows)

    def depth(self, count):
        """Peak memory with nothing, and with many, to deliver; for a minute each."""
        rows = []
        for queued in (0, count):
            if queued:
                self.queue(queued)
            vacantia = self.program()
            sink, _ = self.sink(), vacantia.start()
            time.sleep(60)
            sent = queued - self.left()
            rows.append([queued, sent, "%.1f MB" % mb(memory(vacantia.process.pid, "VmRSS")),
                         "%.1f MB" % mb(memory(vacantia.process.pid, "VmHWM"))])
            vacantia.stop()
            sink.kill()
            sink.wait()
        table(["queued", "sent in a minute", "memory after it", "at most"], rows)


def main(binary, messages, queued):
    folder = tempfile.mkdtemp(prefix="vacantia-mail-")
    os.chmod(folder, 0o755)
    bench = Bench(binary, folder)
    try:
        bench.speed(int(messages))
        bench.depth(int(queued))
    finally:
        bench.vacantia.end()
        bench.database.end()
        shutil.rmtree(folder, ignore_errors=True)


main(*sys.argv[1:])
