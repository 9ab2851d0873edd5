"""Whether others learn what is new. Usage: pings.py PROGRAM DATABASE"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import feedparser
from flask_websub.subscriber import discover

from database import KINDS
from others import Engine, PublicHub, Reader
from program import Api, Vacantia, wait_for

PASSED, FAILED = [], []
FEEDS = ("rss.xml", "atom.xml", "feed.json")
KEY = "canary-Of-A-Key-0123456789"
BRISK = {"VACANTIA_OUTBOX_POLL": "50ms", "VACANTIA_OUTBOX_FIRST_PAUSE": "200ms", "VACANTIA_OUTBOX_LONGEST_PAUSE": "500ms"}


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else ": %r" % (seen,))[:900], flush=True)


class Run:
    def __init__(self, binary, kind, folder):
        self.kind, self.database = kind, KINDS[kind](folder)
        self.hub, self.engine, self.reader = PublicHub(folder), Engine(), Reader()
        told = {"VACANTIA_WEBSUB_HUB": self.hub.url, "VACANTIA_INDEXNOW_URL": self.engine.url, "VACANTIA_INDEXNOW_KEY": KEY}
        self.vacantia = Vacantia(binary, folder, self.database, **told, **BRISK)
        self.public = "http://" + self.vacantia.address
        self.vacantia.environment["VACANTIA_PUBLIC_URL"] = self.public
        self.desk = Api(self.vacantia.address, self.vacantia.staff("ada@example.com", "admin", "recruiter"))

    def topic(self, feed):
        return "%s/feeds/%s" % (self.public, feed)

    def begin(self):
        self.vacantia.start()
        team = self.desk.change("teamCreate", "team { id }", name="Harbour")["team"]["id"]
        plan = self.desk.change("planCopy", "plan { id }", template="SHORT")["plan"]["id"]
        self.fields = {"workplace": "REMOTE", "employmentType": "FULL_TIME", "planId": plan, "remoteCountries": ["DE"]}
        self.fields["teams"] = [{"teamId": team, "vacancies": 2}]

    def posting(self, title):
        made = self.desk.change("postingCreate", "posting { id slug }", title=title, **self.fields)["posting"]
        sections = [{"heading": "The work", "body": "Keep the light, and whoever steers by it, by day and by night. " * 4}]
        self.desk.change("postingUpdate", "posting { id }", postingId=made["id"], sections=sections)
        self.desk.change("postingPublish", "posting { id }", postingId=made["id"])
        return made["id"], "/jobs/" + made["slug"]

    def pings(self):
        return [one for one in self.vacantia.messages() if one["id"].startswith("ping_")]

    def at_rest(self):
        return all(one["state"] in ("sent", "cancelled", "failed") for one in self.pings())

    def hears(self, page, what, says):
        """The engine hears of the page, and the reader gets every feed in which `says` holds."""
        wait_for(lambda: page in self.engine.pages, "the engine to hear of %s" % what)
        check("the engine hears of %s" % what, self.engine.pages.count(page) == 1, self.engine.pages)
        for feed in FEEDS:
            sent = lambda: self.reader.sent.get(self.topic(feed), [])
            wait_for(lambda: sent() and says(sent()[-1][2].decode()), "the reader to be sent %s with %s" % (feed, what))
            check("the reader is sent %s with %s" % (feed, what), True)
        self.engine.pages.clear()


def names_its_hub(run):
    for feed in FEEDS:
        topic = run.topic(feed)
        wait_for(lambda: run.vacantia and Api(run.vacantia.address).status("/feeds/" + feed) == 200, feed)
        found = discover(topic)
        check("a subscriber discovers the hub of %s" % feed, found == {"hub_url": run.hub.url, "topic_url": topic}, found)
        document = Api(run.vacantia.address).send("GET", "/feeds/" + feed)[2]
        if feed.endswith("json"):
            hubs = json.loads(document)["hubs"]
            check("feed.json names its hub", hubs == [{"type": "WebSub", "url": run.hub.url}], hubs)
            continue
        read = feedparser.parse(document)
        links = {link["rel"]: link["href"] for link in read.feed.links}
        own = (links.get("hub"), links.get("self"))
        check("feedparser reads hub and self in %s" % feed, not read.bozo and own == (run.hub.url, topic), links)
    headers = Api(run.vacantia.address).send("GET", "/feeds/indeed.xml")[1]
    check("a board's feed has no hub", headers["Link"] is None, headers["Link"])


def story(run):
    for feed in FEEDS:
        run.reader.subscribe(run.hub.url, run.topic(feed))
    wait_for(lambda: len(run.reader.verified) == 3, "the subscriptions")
    wait_for(run.at_rest, "the first pings")
    run.reader.sent.clear()
    ident, page = run.posting("Lighthouse keeper")
    run.hears(page, "a new posting", lambda text: "Lighthouse keeper" in text)
    check("its page is there", Api(run.vacantia.address).status(page) == 200)
    sections = [{"heading": "The work", "body": "Polish the lens, and write down each ship that passes. " * 4}]
    run.desk.change("postingUpdate", "posting { id }", postingId=ident, sections=sections)
    run.hears(page, "an edit", lambda text: "Polish the lens" in text)
    run.desk.change("postingClose", "posting { id }", postingId=ident, reason="OTHER")
    run.hears(page, "a closed posting", lambda text: "Polish the lens" not in text)
    check("its page is gone", Api(run.vacantia.address).status(page) == 410)
    check("what is told is true to the protocol", not run.engine.complaints, run.engine.complaints)
    wait_for(run.at_rest, "the outbox to come to rest")
    states = {one["state"] for one in run.pings()}
    check("all of it was sent", states == {"sent"}, run.pings()[:2])


def troubles(run):
    run.engine.turns += [503, 429]
    before = run.engine.requests
    _, page = run.posting("Buoy painter")
    wait_for(lambda: page in run.engine.pages, "the engine to be well again")
    wait_for(run.at_rest, "the outbox to come to rest")
    last = next(one for one in run.pings() if one["kind"] == "indexnow")
    check("what was put off twice is sent at the third try", (last["state"], last["attempts"]) == ("sent", 3), last)
    check("and no oftener", run.engine.requests == before + 3, run.engine.requests - before)
    run.engine.turns.append(410)
    run.posting("Fog horn tuner")
    wait_for(lambda: any(one["state"] == "failed" for one in run.pings()), "a refusal")
    failed = next(one for one in run.pings() if one["state"] == "failed")
    check("a refusal is shown", (failed["lastCode"], failed["attempts"]) == (410, 1), failed)
    shown = run.desk.ask("{ pings(states: [FAILED]) { nodes { id lastCode urls } } }")["pings"]["nodes"]
    check("and by GraphQL", [one["id"] for one in shown] == [failed["id"]], shown)
    run.vacantia.run("outbox", "retry", failed["id"])
    wait_for(lambda: not any(one["state"] == "failed" for one in run.pings()) and run.at_rest(), "the operator's word")
    check("the operator has it sent again", all(url.endswith(page) for page, url in zip(run.engine.pages[-1:], failed["urls"])), failed)


def killed(run):
    """On SQLite alone, where the next program waits for no lease."""
    waiting = threading.Event()
    run.engine.turns.append(waiting)
    before = run.engine.requests
    _, page = run.posting("Chart drawer")
    wait_for(lambda: run.engine.requests > before, "the engine to be spoken to")
    run.vacantia.kill()
    waiting.set()
    run.vacantia.start()
    wait_for(lambda: page in run.engine.pages, "the next program to say it")
    check("what was being said when the program was killed is said by the next", run.engine.pages.count(page) == 1, run.engine.pages)


def refused(run):
    for missing, given in (("VACANTIA_INDEXNOW_KEY", "VACANTIA_INDEXNOW_URL"), ("VACANTIA_INDEXNOW_URL", "VACANTIA_INDEXNOW_KEY")):
        environment = {**run.vacantia.environment, missing: ""}
        done = subprocess.run([run.vacantia.binary, "serve"], env=environment, capture_output=True, text=True, timeout=60)
        said = done.stderr.strip().splitlines()[-1]
        right = done.returncode == 2 and missing in said and given in said and KEY not in done.stderr
        check("%s alone is refused in words" % given, right, (done.returncode, said))


def off(run):
    """The same installation that tells nobody."""
    run.vacantia.stop()
    for name in ("VACANTIA_WEBSUB_HUB", "VACANTIA_INDEXNOW_URL", "VACANTIA_INDEXNOW_KEY"):
        del run.vacantia.environment[name]
    before = (len(run.hub.published), run.engine.requests, len(run.pings()))
    run.vacantia.start()
    _, page = run.posting("Tide watcher")
    wait_for(lambda: "Tide watcher" in Api(run.vacantia.address).send("GET", "/feeds/rss.xml")[2], "the feed")
    after = (len(run.hub.published), run.engine.requests, len(run.pings()))
    check("without the settings nobody is told, and nothing is queued", before == after, (before, after))
    check("and no feed names a hub", "hub" not in Api(run.vacantia.address).send("GET", "/feeds/atom.xml")[2])
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen("%s/%s.txt" % (run.public, KEY), timeout=10)
        check("and the key's file is gone", False)
    run.vacantia.stop()


def main(binary, kind):
    folder, run = tempfile.mkdtemp(prefix="vacantia-pings-"), None
    try:
        run = Run(binary, kind, folder)
        run.begin()
        names_its_hub(run)
        story(run)
        troubles(run)
        if kind == "sqlite":
            killed(run)
        refused(run)
        off(run)
        told = run.vacantia.given_away([KEY])
        check("the log names nobody and no key", not told and not run.vacantia.leaks(), told)
        print("%s: %d passed, %d failed" % (kind, len(PASSED), len(FAILED)), flush=True)
        return 1 if FAILED else 0
    except BaseException:
        if run:
            sys.stderr.write(run.vacantia.said()[-4000:])
        raise
    finally:
        if run:
            run.vacantia.end()
            for one in (run.hub, run.engine, run.reader, run.database):
                one.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
