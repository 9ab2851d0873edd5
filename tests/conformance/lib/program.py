"""The program under test: started on settings of its own, killed, stopped, asked over HTTP."""

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import time

from canary import given_away

PATIENCE = 120  # seconds for anything that is waited for
BRISK_OUTBOX = {
    "VACANTIA_OUTBOX_LEASE": "2s",
    "VACANTIA_OUTBOX_HEARTBEAT": "500ms",
    "VACANTIA_OUTBOX_POLL": "50ms",
    "VACANTIA_OUTBOX_PROBE": "200ms",
    "VACANTIA_OUTBOX_FIRST_PAUSE": "100ms",
    "VACANTIA_OUTBOX_LONGEST_PAUSE": "500ms",
    "VACANTIA_OUTBOX_UNKNOWN_GRACE": "1s",
}


class Unanswered(Exception):
    """No answer, or one that says that something broke: whether the request had its effect is not known."""


class Refused(Exception):
    """The business said no, so nothing was changed."""


def seeded():
    """Dice that `SEED=n` throws again."""
    seed = int(os.environ.get("SEED", random.randrange(1_000_000)))
    print("SEED=%d" % seed, flush=True)
    return random.Random(seed)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(happened, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("gave up waiting for %s" % what)
        time.sleep(0.02)


class Api:
    """GraphQL and pages at one address, as the holder of one token."""

    def __init__(self, address, token=None):
        self.address, self.token = address, token

    def send(self, method, path, body=None, headers=None, timeout=30):
        """Status, headers and text of the answer."""
        link = http.client.HTTPConnection(self.address, timeout=timeout)
        try:
            link.request(method, path, body, headers or {})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except (OSError, http.client.HTTPException) as gone:
            raise Unanswered(repr(gone)) from gone
        finally:
            link.close()

    def post(self, query, variables=None):
        """Status and parsed answer, whatever it says."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        body = json.dumps({"query": query, "variables": variables or {}})
        status, _, text = self.send("POST", "/graphql", body, headers)
        try:
            return status, json.loads(text)
        except ValueError:
            raise Unanswered("%d: %s" % (status, text[:200])) from None

    def ask(self, query, variables=None):
        status, answer = self.post(query, variables)
        if status != 200 or answer.get("errors"):
            raise Unanswered("%d: %s" % (status, answer))
        return answer["data"]

    def change(self, mutation, selection, **fields):
        kind = mutation[0].upper() + mutation[1:]
        query = "mutation($input: %sInput!) { it: %s(input: $input) { %s userErrors { code field message } } }"
        payload = self.ask(query % (kind, mutation, selection), {"input": fields})["it"]
        if payload["userErrors"]:
            raise Refused("%s: %s" % (mutation, payload["userErrors"]))
        return payload

    def form(self, path, **fields):
        body = "&".join("%s=%s" % (name, _escaped(value)) for name, value in fields.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://" + self.address}
        return self.send("POST", path, body, headers)

    def status(self, path):
        """The status of a page, or 0 where nobody answers."""
        try:
            return self.send("GET", path, timeout=5)[0]
        except Unanswered:
            return 0


def _escaped(value):
    return "".join("%%%02X" % byte for byte in value.encode())


class Vacantia:
    """The program, on a folder and a database that outlive it."""

    def __init__(self, binary, folder, database, **settings):
        self.binary, self.process, self.tokens = binary, None, []
        self.address = "127.0.0.1:%d" % free_port()
        os.makedirs(folder, exist_ok=True)
        self.log = open(os.path.join(folder, "log"), "ab")
        self.data = os.path.join(folder, "data")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VACANTIA_")},
            "VACANTIA_LISTEN": self.address,
            "VACANTIA_DATA_DIR": self.data,
            "VACANTIA_DATABASE_URL": database.url,
            "VACANTIA_MAIL_FROM": "jobs@example.com",
            "VACANTIA_ORG_NAME": "Example Works",
            # At its most talkative, since the log is looked through at the end.
            "VACANTIA_LOG": "debug",
            # Everybody comes from one address here.
            **{"VACANTIA_RATE_" + what: "off" for what in ("APPLICATIONS", "LINKS", "GUESSES", "QUERIES", "FEEDS")},
            **settings,
        }

    def start(self):
        """Starts it, and says after how many seconds it was ready."""
        began = time.monotonic()
        self.process = subprocess.Popen([self.binary, "serve"], env=self.environment, stdout=self.log, stderr=self.log)
        wait_for(self._is_ready, "the server")
        return time.monotonic() - began

    def _is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit("the server ended by itself with %d" % self.process.returncode)
        return Api(self.address).status("/readyz") == 200

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Tells it to stop, and says after how many seconds it had."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=PATIENCE) != 0:
            raise SystemExit("the server did not stop in good order: %d" % self.process.returncode)
        return time.monotonic() - began

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def run(self, *words):
        """A command of the program, on the same settings."""
        done = subprocess.run([self.binary, *words], env=self.environment, capture_output=True, text=True)
        # What a command says to whoever typed it is no log.
        logged = re.findall(r"^\d{4}-\d\d-\d\dT.*\n|^{.*\n", done.stderr, re.M)
        self.log.write("".join(logged).encode())
        self.log.flush()
        if done.returncode:
            raise SystemExit("%s: %s" % (" ".join(words), done.stderr))
        return done.stdout.strip()

    def staff(self, email, *roles):
        """A colleague, and a token of theirs that may change things."""
        self.run("migrate", "up")
        self.run("user", "create", email, *[word for role in roles for word in ("--role", role)])
        self.tokens.append(self.run("token", "create", "--user", email, "--scope", "write"))
        return self.tokens[-1]

    def messages(self):
        """The outbox, as the command line lists it."""
        return json.loads(self.run("outbox", "list", "--json", "--limit", "1000"))

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def given_away(self, secrets=(), least=10_000):
        """What of a person, a token or a link is in the log; see `canary`."""
        return given_away(self.said(), [*self.tokens, *secrets], least)

    def leaks(self):
        """Lines of the log that speak of a panic."""
        return re.findall(r".*panicked at.*", self.said())
