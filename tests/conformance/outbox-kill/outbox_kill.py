"""Kills a sending Vacantia again and again, and holds what arrived against what it says it sent.

The relay is aiosmtpd, slow on purpose; mails are read with the email package of Python's standard library.
"""

import asyncio
import collections
import email
import email.policy
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from aiosmtpd.controller import Controller

APPLICANTS_PER_ROUND = 6
PATIENCE = 120  # seconds for anything that is waited for
BUSY = {"queued", "sending", "transmitting", "deferred"}


class SlowRelay:
    """Takes everything, each step after a while, and keeps what came whole."""

    def __init__(self, dice):
        self.dice = dice
        self.taken = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        await asyncio.sleep(self.dice.uniform(0, 0.02))
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.dice.uniform(0, 0.02))
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        # From here on the mail has arrived, whether or not the sender lives to hear it.
        self.taken.append((envelope.rcpt_tos[0], envelope.original_content))
        await asyncio.sleep(self.dice.uniform(0.05, 0.25))
        return "250 2.0.0 taken as %d" % len(self.taken)


    def has(self, message):
        """Whether the message came at all: its id is part of its Message-ID."""
        token = message.removeprefix("mail_").encode()
        return any(token in raw for _, raw in self.taken)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Vacantia:
    """The program under test, on a folder that outlives it."""

    def __init__(self, binary, folder, relay_port):
        self.binary, self.folder = binary, folder
        self.base = "http://127.0.0.1:%d" % free_port()
        self.log = open(os.path.join(folder, "log"), "ab")
        self.process = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VACANTIA_")},
            "VACANTIA_LISTEN": self.base.removeprefix("http://"),
            "VACANTIA_DATA_DIR": os.path.join(folder, "data"),
            "VACANTIA_SMTP_URL": "smtp://127.0.0.1:%d" % relay_port,
            "VACANTIA_MAIL_FROM": "jobs@example.com",
            "VACANTIA_ORG_NAME": "Example Works",
            "VACANTIA_OUTBOX_LEASE": "2s",
            "VACANTIA_OUTBOX_HEARTBEAT": "500ms",
            "VACANTIA_OUTBOX_POLL": "50ms",
            "VACANTIA_OUTBOX_PROBE": "200ms",
            "VACANTIA_OUTBOX_FIRST_PAUSE": "100ms",
            "VACANTIA_OUTBOX_LONGEST_PAUSE": "500ms",
            "VACANTIA_OUTBOX_UNKNOWN_GRACE": "1s",
        }

    def start(self, command):
        self.process = subprocess.Popen(
            [self.binary, command], env=self.environment, stdout=self.log, stderr=self.log
        )
        wait_for(self.is_up, "the server")

    def is_up(self):
        if self.process.poll() is not None:
            raise SystemExit("the server ended by itself with %d" % self.process.returncode)
        try:
            return urllib.request.urlopen(self.base + "/healthz", timeout=5).status == 200
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=PATIENCE) != 0:
            raise SystemExit("the server did not stop in good order")

    def ask(self, query, variables=None):
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(
            self.base + "/graphql", body, {"Content-Type": "application/json", "Accept": "application/json"}
        )
        answer = json.load(urllib.request.urlopen(request, timeout=30))
        if answer.get("errors"):
            raise SystemExit("GraphQL: %s" % answer["errors"])
        return answer["data"]

    def outbox(self, *words):
        run = subprocess.run(
            [self.binary, "outbox", *words], env=self.environment, capture_output=True, text=True, check=True
        )
        return run.stdout

    def messages(self):
        """What was to be sent, but for what the demo took back of its past."""
        listed = json.loads(self.outbox("list", "--json", "--limit", "1000"))
        return [message for message in listed if message["state"] != "cancelled"]

    def took_over(self):
        """How many messages starting programs found under way, start by start."""
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return [line for line in log if "took over mail that was under way" in line]


def wait_for(happened, what):
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("gave up waiting for %s" % what)
        time.sleep(0.05)


def posting(vacantia):
    """A posting that takes applications, with answers to what it asks."""
    found = vacantia.ask("{ postings(first: 1) { nodes { id questions { key type required options } } } }")
    first = found["postings"]["nodes"][0]
    answers = []
    for question in first["questions"]:
        value = {"YES_NO": "yes", "URL": "https://example.org/work"}.get(question["type"], "Gladly & soon.")
        answers.append({"key": question["key"], "value": (question["options"] or [value])[0]})
    return first["id"], answers


SUBMIT = """mutation ($input: ApplicationSubmitInput!) {
  applicationSubmit(input: $input) { userErrors { code message field } } }"""


def apply(vacantia, posting_id, answers, number):
    applicant = {
        "postingId": posting_id,
        "name": "Zoë <Applicant> \"%d\" O'Hara" % number,
        "email": "applicant-%d@example.org" % number,
        "answers": answers,
    }
    errors = vacantia.ask(SUBMIT, {"input": applicant})["applicationSubmit"]["userErrors"]
    if errors:
        raise SystemExit("an application was refused: %s" % errors)


def settle(vacantia, relay):
    """Waits until nothing happens by itself any more; does what is left to a person, who looks before sending again."""

    def rests():
        left = vacantia.messages()
        for message in left:
            if is_held(message) and not relay.has(message["id"]):
                vacantia.outbox("retry", message["id"])
                return False
        return not any(message["state"] in BUSY or message["nextAttemptAt"] for message in left)

    wait_for(rests, "the outbox to come to rest")


def is_held(message):
    """Of unknown fate after its one further copy."""
    return message["state"] == "unknown" and message["nextAttemptAt"] is None


def defects_of(message):
    return [defect for part in message.walk() for defect in part.defects] + [
        defect for value in message.values() for defect in getattr(value, "defects", ())
    ]


def check_mail(raw, wrong):
    """A mail has to be one a careful reader finds nothing wrong with."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    name = message["Message-ID"]
    if defects := defects_of(message):
        wrong.append("%s has defects: %s" % (name, defects))
    if message.get_content_type() != "multipart/alternative":
        wrong.append("%s is %s" % (name, message.get_content_type()))
    for kind in ("plain", "html"):
        body = message.get_body(preferencelist=(kind,))
        if body is None or "/applications/" not in body.get_content() and "/offers/" not in body.get_content():
            wrong.append("%s has no link in its %s part" % (name, kind))
    for header, count in collections.Counter(header.lower() for header in message.keys()).items():
        if count > 1:
            wrong.append("%s has %d headers %s" % (name, count, header))
    return name


def check(messages, relay, submitted):
    wrong, copies = [], collections.defaultdict(list)
    for recipient, raw in relay.taken:
        copies[check_mail(raw, wrong)].append((recipient, raw))
    received = [message for message in messages if message["kind"] == "applicationReceived"]
    if len(received) != submitted:
        wrong.append("%d applications were taken and %d messages queued" % (submitted, len(received)))
    for message in messages:
        if message["state"] != "sent" and not is_held(message):
            wrong.append("%s is %s" % (message["id"], message["state"]))
        token = message["id"].removeprefix("mail_")
        count = sum(len(taken) for name, taken in copies.items() if token in name)
        if not 1 <= count <= 1 + message["duplicatePossible"]:
            wrong.append("%s, %s, arrived %d times" % (message["id"], message["state"], count))
    for name, taken in copies.items():
        if len(set(taken)) > 1:
            wrong.append("%s arrived in different copies" % name)
    if len(copies) != len(messages):
        wrong.append("%d mails arrived of %d messages" % (len(copies), len(messages)))
    return wrong


def report(kills, vacantia, relay, submitted):
    messages = vacantia.messages()
    wrong = check(messages, relay, submitted)
    hit = len(vacantia.took_over())
    if hit < kills * 3 // 4:
        wrong.append("only %d of %d kills met mail under way: this proves nothing" % (hit, kills))
    possible = sum(message["duplicatePossible"] for message in messages)
    print("%d kills, %d of them with mail under way; %d messages" % (kills, hit, len(messages)))
    print("%d arrived, %d copies in all" % (sum(relay.has(m["id"]) for m in messages), len(relay.taken)))
    print("%d said to be perhaps double; %d of them left to a person" % (possible, sum(map(is_held, messages))))
    for line in wrong:
        print("WRONG: " + line, file=sys.stderr)
    print("%d passed, %d failed" % (0 if wrong else len(messages), len(wrong)))
    return 1 if wrong else 0


def main(binary, kills):
    seed = int(os.environ.get("SEED", random.randrange(1_000_000)))
    print("SEED=%d" % seed)
    dice = random.Random(seed)
    relay = SlowRelay(random.Random(seed + 1))
    controller = Controller(relay, hostname="127.0.0.1", port=free_port())
    controller.start()
    folder = tempfile.mkdtemp(prefix="vacantia-outbox-kill-")
    vacantia = Vacantia(binary, folder, controller.port)
    try:
        vacantia.start("demo")
        posting_id, answers = posting(vacantia)
        submitted = 0
        for _ in range(kills):
            for _ in range(APPLICANTS_PER_ROUND):
                submitted += 1
                apply(vacantia, posting_id, answers, submitted)
            time.sleep(dice.uniform(0, 0.3))
            vacantia.kill()
            vacantia.start("serve")
        settle(vacantia, relay)
        vacantia.stop()
        return report(kills, vacantia, relay, submitted)
    except BaseException:
        with open(vacantia.log.name, "rb") as log:
            sys.stderr.write(log.read()[-4000:].decode(errors="replace"))
        raise
    finally:
        if vacantia.process and vacantia.process.poll() is None:
            vacantia.kill()
        controller.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
