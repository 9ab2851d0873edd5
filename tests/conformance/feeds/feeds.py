"""Reads feeds with other people's parsers. Usage: feeds.py REPOSITORY FOLDER_OF_DOCUMENTS PROGRAM"""

import email.utils
import html
import html.parser
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import xml.etree.ElementTree as tree

import feedparser

import syndication
from canary import given_away
from database import Sqlite
from grammars import board, channels, example_of, file_of, files, fits, teeth
from program import Api, Vacantia, wait_for
from syndication import atom, changes, departed, json_feed, sitemaps
from transport import over_http

FAILED = []
PASSED = 0
MOST = 40  # characters of a reference that the strictest board takes


def check(what, complaints):
    global PASSED
    complaints = list(complaints)
    if complaints:
        FAILED.append(what)
        print(f"FAIL  {what}: " + "; ".join(str(complaint)[:300] for complaint in complaints[:8]), flush=True)
    else:
        PASSED += 1
        print(f"ok    {what}", flush=True)


class Markup(html.parser.HTMLParser):
    """What a description holds: tags, links, entities."""

    def __init__(self, text):
        super().__init__(convert_charrefs=False)
        self.tags, self.links, self.entities, self.attributes = set(), [], set(), set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            self.attributes.add(name)
            if name in ("href", "src"):
                self.links.append(value or "")

    def handle_entityref(self, name):
        self.entities.add(name)

    def handle_charref(self, name):
        self.entities.add("#" + name)


def markup(text, allowed, linked):
    found = Markup(text)
    if found.tags - allowed:
        yield f"tags {found.tags - allowed}"
    if found.attributes - ({"href", "rel"} if linked else set()):
        yield f"attributes {found.attributes}"
    if found.entities - {"amp", "lt", "gt", "quot"}:
        yield f"entities {found.entities}"
    for link in found.links:
        if not re.match(r"(https?://|mailto:)", link):
            yield f"link {link!r}"


def well_formed(document):
    lint = subprocess.run(["xmllint", "--noout", "-"], input=document, capture_output=True)
    if lint.returncode or lint.stderr:
        yield lint.stderr.decode(errors="replace")
    try:
        tree.fromstring(document)
    except tree.ParseError as error:
        yield error


def allowed_tags(repository, channel):
    page = (repository / "schema/feeds" / channel / "README.md").read_text()
    return set(re.search(r"^- HTML in descriptions: (.*)$", page, re.M)[1].split(", "))


def required(repository, channel):
    page = (repository / "schema/feeds" / channel / "README.md").read_text()
    return re.findall(r"^\| `([\w:]+)` \| BLOCK", page, re.M)


def rfc822(text):
    parsed = email.utils.parsedate_tz(text or "")
    if not parsed or parsed[9] is None:
        return f"no RFC 822 date with a zone: {text!r}"
    if email.utils.parsedate_to_datetime(text).strftime("%a") != text[:3]:
        return f"the weekday is wrong: {text!r}"
    return None


def rss(document, repository):
    yield from well_formed(document)
    feed = feedparser.parse(document)
    if feed.bozo:
        yield f"bozo: {feed.get('bozo_exception')}"
    if feed.version != "rss20":
        yield f"version {feed.version}"
    for name in ("title", "link", "description", "language"):
        if not feed.feed.get(name):
            yield f"the channel has no {name}"
    if not any(link.rel == "self" and link.href.endswith("/feeds/rss.xml") for link in feed.feed.get("links", [])):
        yield "no self link"
    changed = feed.feed.get("updated")
    if feed.entries and rfc822(changed):
        yield rfc822(changed)
    guids = [entry.get("id") for entry in feed.entries]
    if len(set(guids)) != len(guids):
        yield "a guid comes twice"
    # What feedparser says is lenient; what the document says is looked at as well.
    items = tree.fromstring(document).findall("./channel/item") if not list(well_formed(document)) else []
    allowed = allowed_tags(repository, "rss")
    for entry, item in zip(feed.entries, items):
        if not (entry.get("id") or "").startswith("tag:") or entry.get("guidislink"):
            yield f"guid {entry.get('id')!r}"
        if not entry.get("title"):
            yield "no title"
        if not re.match(r"https?://[^/]+/jobs/", entry.get("link") or ""):
            yield f"link {entry.get('link')!r}"
        if not entry.get("published_parsed") or rfc822(item.findtext("pubDate")):
            yield rfc822(item.findtext("pubDate"))
        text = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
        if not text:
            yield "no text"
        yield from markup(text or "", allowed, True)
        if not int(entry.get("job_openings") or 0) > 0:
            yield f"openings {entry.get('job_openings')!r}"


def indeed(document, repository):
    complaints = list(well_formed(document))
    if complaints:
        yield from complaints
        return
    if not document.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'):
        yield "no declaration"
    source = tree.fromstring(document)
    if source.tag != "source" or not source.findtext("publisher"):
        yield "no publisher"
    jobs = source.findall("job")
    references = [job.findtext("referencenumber") for job in jobs]
    if len(set(references)) != len(references):
        yield f"references {references}"
    allowed, wanted = allowed_tags(repository, "indeed"), required(repository, "indeed")
    if len(wanted) < 10:
        yield f"the committed table was not understood: {wanted}"
    for job in jobs:
        reference = job.findtext("referencenumber") or ""
        for name in wanted:
            if not (job.findtext(name) or "").strip():
                yield f"{reference}: no {name}"
        if len(reference) > MOST or not re.fullmatch(r"[0-9a-z-]+", reference):
            yield f"reference {reference}"
        if "source=Indeed" not in urllib.parse.urlparse(job.findtext("url") or "").query.split("&"):
            yield f"url {job.findtext('url')}"
        for name in ("date", "expirationdate", "lastactivitydate"):
            text = job.findtext(name)
            if text is not None and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)", text):
                yield f"{name} {text}"
        if not re.fullmatch(r"[A-Z]{2}", job.findtext("country") or ""):
            yield f"country {job.findtext('country')}"
        if job.findtext("city") == "Remote" and (job.findtext("state"), job.findtext("postalcode")) != ("", ""):
            yield "a remote job has a state or postal code, or lacks the empty elements"
        yield from markup(job.findtext("description") or "", allowed, False)


READERS = {"rss": rss, "indeed": indeed}
# Formats with readers that look at the grammar themselves.
SYNDICATION = {"atom": atom, "feed": json_feed}


def readers(repository):
    """A reader for every channel there is a page of; each holds a document against the channel's grammar as well."""
    def strict(channel):
        def read(document, repository):
            yield from fits(document, repository, channel)
            yield from READERS[channel](document, repository)
        return read
    def reader(channel):
        if channel in SYNDICATION:
            return lambda document, repository: SYNDICATION[channel](document, repository, markup, allowed_tags(repository, channel))
        return strict(channel) if channel in READERS else board(channel, markup)
    return {channel: reader(channel) for channel in channels(repository)}



# A good document, broken: what is replaced, by what.
BROKEN = {
    "rss": [
        (r"<guid [^<]*</guid>", ""),
        (r"<guid isPermaLink=\"false\">tag:", "<guid>https:"),
        (r"<pubDate>[^<]*</pubDate>", ""),
        (r"<pubDate>[^<]*</pubDate>", "<pubDate>2027-01-12T10:00:00Z</pubDate>"),
        (r"<pubDate>\w+", "<pubDate>Xyz"),
        (r"<pubDate>Tue", "<pubDate>Wed"),
        (r"   <title>[^<]*</title>", ""),
        (r"   <link>[^<]*</link>", "   <link>/jobs/1</link>"),
        (r"<title>", "<title>\x0b"),
        (r"<title>", "<title>&nbsp;"),
        (r"<p>", "<p><script>x</script>"),
        (r"<p>", "<p><a href='javascript:x'>x</a>"),
        (r"(?s)(<item>.*?</item>)", r"\1\1"),
        (r"</rss>", ""),
    ],
    "indeed": [
        (r"(?s)(<job>.*?</job>)", r"\1\1"),
        (r"<referencenumber>.*</referencenumber>", ""),
        (r"<company>.*</company>", "<company></company>"),
        (r"<city>.*</city>", ""),
        (r"<!\[CDATA\[https:[^\]]*\]\]>", "<![CDATA[https://jobs.example.com/jobs/1]]>"),
        (r"<date>.*</date>", "<date>12/01/2027</date>"),
        (r"<state/>", "<state>BE</state>"),
        (r"<postalcode/>", ""),
        (r"<p>", "<p><a href='https://example.com'>x</a>"),
        (r"<p>", "<p>&nbsp;"),
        (r"<p>", "<p style='x'>"),
        (r"<title><!\[CDATA\[", "<title><![CDATA[\x01"),
        (r"<title><!\[CDATA\[", "<title><![CDATA[a]]>]]>"),
        (r"</source>", ""),
    ],
}


def the_reader_notices(repository, readers):
    for channel, read in readers.items():
        if channel not in SYNDICATION:
            check(f"{channel}: the grammar refuses what is wrong", teeth(repository, channel))
        good = example_of(repository, channel).read_text()
        check(f"{channel}: the committed example", read(good.encode(), repository))
        for place, (pattern, broken) in enumerate({**BROKEN, **syndication.BROKEN}.get(channel, [])):
            bad, count = re.subn(pattern, broken, good, count=1)
            noticed = count == 1 and list(read(bad.encode(), repository))
            check(f"{channel}: breakage {place + 1} is noticed", [] if noticed else [pattern])


class Server:
    """A started demo."""

    def __init__(self, program, folder, channels):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "demo", "--listen", f"127.0.0.1:{self.port}", "--data-dir", folder],
            env={**os.environ, "VACANTIA_LOG": "debug"}, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        self.said = ""
        threading.Thread(target=self.listen, daemon=True).start()
        self.wait(lambda: "An offer was just sent" in self.said, 60)
        self.tokens = dict(re.findall(r"^\s+(\w+)\s+(vac_\w+)", self.said, re.M))
        self.wait(lambda: all(self.ask("GET", f"/feeds/{file_of(channel)}")[0] == 200 for channel in channels), 60)

    def listen(self):
        for line in self.process.stdout:
            self.said += line

    def wait(self, holds, seconds):
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until or self.process.poll() is not None:
                raise SystemExit(f"waited in vain; the program said:\n{self.said}")
            time.sleep(0.1)

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()

    def feed(self, channel):
        return self.ask("GET", f"/feeds/{file_of(channel)}")[2]

    def query(self, query, **variables):
        body = json.dumps({"query": query, "variables": variables})
        authorization = f"Bearer {self.tokens['recruiter']}"
        _, _, answer = self.ask("POST", "/graphql", body, content_type="application/json", authorization=authorization)
        answer = json.loads(answer)
        if "errors" in answer:
            raise SystemExit(f"GraphQL: {answer}")
        return answer["data"]

    def change(self, mutation, selection, **fields):
        kind = mutation[0].upper() + mutation[1:]
        text = f"mutation($input: {kind}Input!) {{ it: {mutation}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
        done = self.query(text, input=fields)["it"]
        if done["userErrors"]:
            raise SystemExit(f"{mutation}: {done}")
        return done


def followed(server, repository, readers):
    """Publishes a posting of hostile text and closes it; every feed follows."""
    plan = server.query("{ postings(first: 1) { nodes { plan { id } } } teams(first: 1) { nodes { id } } }")
    nasty = "]]> <![CDATA[ & &amp; &nbsp; </script><script>x</script> \u202e\u05d0\u05d1 \U0001f389 e\u0301"
    posting = server.change(
        "postingCreate", "posting { id revision }",
        title="Zookeeper " + nasty, workplace="HYBRID", employmentType="PART_TIME",
        planId=plan["postings"]["nodes"][0]["plan"]["id"],
        sections=[{"heading": nasty, "body": nasty + "\n\n&#11; [x](javascript:alert(1)) [y](/z)\n\n1. " + nasty * 50}],
        requirements=[{"text": nasty, "level": "STRICT"}],
        locations=[{"city": "Porto " + nasty, "country": "PT", "region": nasty, "street": nasty, "postalCode": "4000"}],
        teams=[{"teamId": plan["teams"]["nodes"][0]["id"], "vacancies": 2}],
    )["posting"]
    before, cursor = changes(server)
    there = lambda: [b"Zookeeper" in server.feed(channel) for channel in readers]
    check("a draft is in no feed", there() if any(there()) else [])
    server.change("postingPublish", "posting { id }", postingId=posting["id"], expectedRevision=posting["revision"])
    began = time.monotonic()
    server.wait(lambda: all(there()), 5)
    print(f"      published to {len(readers)} feeds in {time.monotonic() - began:.1f} s")
    for channel, read in readers.items():
        check(f"{channel}: served with hostile text", read(server.feed(channel), repository))
        check(f"{channel} over HTTP", over_http(server, channel))
    news = json.loads(server.ask("GET", f"/feeds/changes.json?since={cursor}")[2])
    told = [len(news[part]) for part in ("created", "modified", "closed")]
    check("the changes since then are the one posting", [] if told == [1, 0, 0] else [news])
    server.change("postingClose", "posting { id }", postingId=posting["id"], reason="OTHER")
    server.wait(lambda: not any(there()), 5)
    check("a closed posting left every feed", there() if any(there()) else [])
    stones = server.feed("atom").count(b"<at:deleted-entry ")
    check("Atom says that it left", [] if stones == 1 else [stones])
    after, _ = changes(server)
    check("the changes from the beginning on make up what was there before", sorted(after ^ before))


def imported(program, repository, readers):
    """Boards come in by command; every feed of theirs holds up, and every posting is in it or withheld."""
    with tempfile.TemporaryDirectory() as folder:
        vacantia = Vacantia(str(program), folder, Sqlite(folder))
        vacantia.run("migrate", "up")
        for file, system in files(repository):
            vacantia.run("import", system, str(file), "--board", file.stem, "--team-from", "department")
        vacantia.start()
        api = Api(vacantia.address)
        try:
            for channel, read in readers.items():
                wait_for(lambda: api.status(f"/feeds/{channel}/report.json") == 200, f"{channel}")
                counts = json.loads(api.send("GET", f"/feeds/{channel}/report.json")[2])["counts"]
                document = api.send("GET", f"/feeds/{file_of(channel)}")[2].encode()
                check(f"{channel}: imported boards", read(document, repository))
                print(f"      {channel}: {counts['listed']} listed, {counts['withheld']} withheld, {counts['entries']} entries")
                # The few postings of this repository alone have too little text for some.
                if any(file.is_relative_to(repository.parent / "shared") for file, _ in files(repository)):
                    check(f"{channel}: somebody is listed", [] if counts["listed"] else [counts])
        finally:
            vacantia.stop()


def main():
    repository, documents, program, xsd = (pathlib.Path(argument).resolve() for argument in sys.argv[1:5])
    every = readers(repository)
    the_reader_notices(repository, every)
    for kind in ("hostile", "empty"):
        for channel, read in every.items():
            document = (documents / f"{kind}-{file_of(channel)}").read_bytes()
            check(f"{channel}: a document that is {kind}", read(document, repository))
            entry = {"rss": b"</item>", "atom": b"</entry>", "feed": b'"_job"', "trovit": b"</ad>"}.get(channel, b"</job>")
            check(f"{channel}: {kind} means what it says", [] if (entry in document) == (kind == "hostile") else [kind])
    check("atom: a document of postings that left", departed((documents / "departed-atom.xml").read_bytes(), repository))
    imported(program, repository, every)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder, every)
        try:
            for channel, read in every.items():
                check(f"{channel}: the demo's feed", read(server.feed(channel), repository))
                check(f"{channel} over HTTP", over_http(server, channel))
            followed(server, repository, every)
            check("sitemaps and robots.txt", sitemaps(server, xsd))
        finally:
            server.process.terminate()
            server.process.wait()
        server.log.seek(0)
        check("the log names nobody and opens nothing", given_away(server.log.read(), server.tokens.values()))
    print(f"{PASSED} passed, {len(FAILED)} failed")
    sys.exit(1 if FAILED else 0)


main()
