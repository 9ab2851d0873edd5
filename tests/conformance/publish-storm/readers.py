"""Job boards that come all at once, and what they were given."""

import hashlib
import random
import socket
import threading

CODINGS = {"id": "identity", "gz": "gzip", "br": "br"}


class Answer:
    """What came back for one request, to the last byte."""

    def __init__(self, raw):
        head, there, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1]) if there else 0
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.digest = hashlib.sha256(self.body).hexdigest()

    @property
    def etag(self):
        return self.headers.get("etag")


def fetch(address, path, headers):
    """Everything the server sends until it hangs up: a client that trusts Content-Length sees no byte beyond it."""
    host, port = address.split(":")
    lines = [f"GET {path} HTTP/1.1", f"Host: {address}", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection((host, int(port)), timeout=30) as link:
        link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        raw = b""
        while piece := link.recv(1 << 20):
            raw += piece
    return Answer(raw)


def mistakes(answer, coding, known):
    """What is wrong with an answer by itself; `known` is the tag that was sent along."""
    headers = answer.headers
    if answer.status == 304:
        if not known or answer.etag != known:
            yield f"304 for {answer.etag}, where {known} was known"
        if answer.body:
            yield f"304 with {len(answer.body)} bytes"
    elif answer.status == 200:
        if known and answer.etag == known:
            yield f"200 for {known}, which was known"
        if headers.get("content-length") != str(len(answer.body)):
            yield f"{len(answer.body)} bytes, and Content-Length {headers.get('content-length')}"
        if headers.get("content-encoding", "identity") != CODINGS[coding]:
            yield f"{headers.get('content-encoding')} where {coding} was asked for"
    else:
        yield f"status {answer.status}"
        return
    if not answer.etag or answer.etag.startswith("W/") or headers.get("vary", "").lower() != "accept-encoding":
        yield f"headers {headers}"
    if not headers.get("cache-control") or not headers.get("last-modified"):
        yield f"headers {headers}"


class Seen:
    """Every document that anybody was given, once: by place and tag."""

    def __init__(self):
        self.documents, self.dated, self.wrong = {}, {}, []
        self.lock, self.fresh, self.unchanged = threading.Lock(), 0, 0

    def note(self, path, coding, answer):
        """The same tag is the same bytes, whoever asks and whoever answers."""
        with self.lock:
            if answer.status != 200:
                self.unchanged += 1
                return
            self.fresh += 1
            first = self.documents.setdefault((path, coding, answer.etag), answer)
            self.dated.setdefault((path, answer.headers["last-modified"]), set()).add((path, coding, answer.etag))
        if first.digest != answer.digest:
            self.complain(f"{path} {coding} {answer.etag}: other bytes under the same tag")

    def complain(self, what):
        with self.lock:
            self.wrong.append(what)


class Reader(threading.Thread):
    """A board that stays with one instance and pulls whatever comes to mind. Every other one says what it has."""

    def __init__(self, number, address, paths, seen, dice):
        super().__init__(daemon=True)
        self.number, self.address, self.paths, self.seen = number, address, paths, seen
        self.dice, self.over = random.Random(dice.random()), threading.Event()
        self.conditional, self.known, self.path_taken = number % 2 == 0, {}, []

    def run(self):
        while not self.over.wait(self.dice.uniform(0, 0.1)):
            self.look(self.dice.choice(self.paths), self.dice.choice(list(CODINGS)))

    def look(self, path, coding):
        known = self.known.get((path, coding)) if self.conditional else None
        headers = {"Accept-Encoding": CODINGS[coding], **({"If-None-Match": known} if known else {})}
        try:
            answer = fetch(self.address, path, headers)
        except OSError as gone:
            self.seen.complain(f"{path} {coding}: {gone!r}")
            return
        found = [f"{path} {coding}: {what}" for what in mistakes(answer, coding, known)]
        for what in found:
            self.seen.complain(what)
        if not found:
            self.seen.note(path, coding, answer)
            self.known[path, coding] = answer.etag
            self.path_taken.append((path, coding, answer.etag))

    def finish(self):
        self.over.set()
        self.join()
