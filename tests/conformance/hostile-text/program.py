"""The program under attack, started, restarted, asked, and its output kept."""

import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

UNLIMITED = {f"VACANTIA_RATE_{what}": "off" for what in ("APPLICATIONS", "LINKS", "GUESSES", "QUERIES", "FEEDS")}


class Stays(urllib.request.HTTPRedirectHandler):
    """Does not follow redirects."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Stays)


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = path, pathlib.Path(folder)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.process, self.logs, self.tokens = None, [], {}

    def start(self, command, ready, **settings):
        environment = dict(
            os.environ, VACANTIA_LISTEN=self.base.removeprefix("http://"), VACANTIA_DATA_DIR=str(self.folder / "data"), **UNLIMITED, **settings
        )
        process = subprocess.Popen([self.path, command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, log = bytearray(), bytearray()
        for stream, kept in ((process.stdout, out), (process.stderr, log)):
            threading.Thread(target=self.keep, args=(stream, kept), daemon=True).start()
        self.process = process
        self.logs.append(log)
        self.wait(lambda: ready in out + log, 60)
        self.tokens |= dict(re.findall(r"^\s+(\w+)\s+(vac_\w+)", out.decode(), re.M))

    @staticmethod
    def keep(stream, kept):
        while piece := stream.read1(65_536):
            kept += piece

    def stop(self):
        self.process.terminate()
        return self.process.wait(40)

    def wait(self, holds, seconds):
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until or self.process.poll() is not None:
                raise SystemExit(f"waited in vain: {self.logs[-1][-2_000:].decode()}")
            time.sleep(0.1)

    def ask(self, path, body=None, **headers):
        """Status, headers, bytes."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.base + urllib.parse.quote(path, safe="/?=&%"), body, headers)
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def form(self, path, **fields):
        body = urllib.parse.urlencode(fields, errors="surrogatepass").encode()
        return self.ask(path, body, origin=self.base, content_type="application/x-www-form-urlencoded")

    def graphql(self, query, variables=None, role=None):
        headers = {"authorization": f"Bearer {self.tokens[role]}"} if role else {}
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        status, _, answer = self.ask("/graphql", body, content_type="application/json", **headers)
        return status, json.loads(answer)

    def read(self, query, role=None, **variables):
        status, answer = self.graphql(query, variables, role)
        if status != 200 or "errors" in answer:
            raise SystemExit(f"{query}: {status} {answer}")
        return answer["data"]

    def change(self, mutation, selection, role="recruiter", **fields):
        kind = mutation[0].upper() + mutation[1:]
        text = f"mutation($input: {kind}Input!) {{ it: {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        return self.read(text, role, input=fields)["it"]

    def done(self, mutation, selection, role="recruiter", **fields):
        """As `change`, and nothing may be refused."""
        answer = self.change(mutation, selection, role, **fields)
        if answer["userErrors"]:
            raise SystemExit(f"{mutation} {fields}: {answer}")
        return answer

    def mails(self):
        return sorted((self.folder / "data/mail").glob("*.eml"))
