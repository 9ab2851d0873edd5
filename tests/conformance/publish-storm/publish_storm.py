"""Postings come, change and go while boards pull every feed. Usage: publish_storm.py REPOSITORY PROGRAM SECONDS"""

import copy
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as tree
import zlib

import brotli

from database import KINDS
from grammars import channels, file_of
from program import Api, Unanswered, Vacantia, seeded, wait_for
from readers import CODINGS, Reader, Seen, fetch, mistakes
from states import PEOPLE, History, Writer, told

READERS = 50
VERBS = ("postingPublish", "postingUpdate", "postingPause", "postingResume", "postingClose", "postingReopen")
PASSED, FAILED = [], []


def check(what, complaints):
    complaints = list(complaints)
    (FAILED if complaints else PASSED).append(what)
    if complaints:
        print(f"FAIL  {what}: " + "; ".join(str(complaint)[:300] for complaint in complaints[:6]), flush=True)
    else:
        print(f"ok    {what}", flush=True)


def unpacked(body, coding):
    """As a reader unpacks that takes one member for all of it: a second one would be lost on some."""
    if coding == "gz":
        member = zlib.decompressobj(31)
        text = member.decompress(body)
        if not member.eof or member.unused_data:
            raise ValueError("gzip ends early, or has more than one member")
        return text
    return brotli.decompress(body) if coding == "br" else body


def malformed(path, text):
    if path.endswith(".json"):
        json.loads(text)
        return
    tree.fromstring(text)
    lint = subprocess.run(["xmllint", "--noout", "-"], input=text, capture_output=True, check=False)
    if lint.returncode or lint.stderr:
        raise ValueError(lint.stderr.decode(errors="replace"))


class Library:
    """Documents by what they say: each is read once, however often it was given."""

    def __init__(self, history):
        self.history, self.known, self.states = history, {}, {}

    def read(self, path, coding, answer):
        """What is wrong with a document."""
        try:
            text = unpacked(answer.body, coding)
        except (ValueError, zlib.error, brotli.error) as broken:
            yield f"{path} {coding} does not unpack: {broken}"
            return
        if text not in self.known.setdefault(path, {}):
            self.known[path][text] = list(self.inside(path, text))
        yield from self.known[path][text]
        self.states[path, coding, answer.etag] = told(text.decode())[0]

    def inside(self, path, text):
        try:
            malformed(path, text)
        except (ValueError, tree.ParseError) as broken:
            yield f"{path}: {broken}"
            return
        state, torn = told(text.decode())
        for what in torn:
            yield f"{path}: {what}"
        if not self.history.places(state):
            yield f"{path}: this was never so: {state}"


def mixed(seen):
    """Tags that two codings of a document share."""
    by_tag = {}
    for (path, coding, etag), answer in seen.documents.items():
        by_tag.setdefault((path, etag), set()).add(coding)
    return [key for key, codings in by_tag.items() if len(codings) > 1]


def dated(seen, library):
    """Dates that stand for several states, or tags with several dates."""
    states = {key: [library.states.get(document) for document in documents] for key, documents in seen.dated.items()}
    several = [key for key, told in states.items() if any(state != told[0] for state in told)]
    tags = [tag for documents in seen.dated.values() for tag in documents]
    return several + [tag for tag in set(tags) if tags.count(tag) > 1]


class Storm:
    """The program on one database, readers and a writer."""

    def __init__(self, repository, binary, folder, kind, dice):
        self.database = KINDS[kind](folder)
        self.kind, self.dice, self.history, self.seen = kind, dice, History(), Seen()
        names = ("one", "two") if kind == "postgres" else ("one",)
        settings = {"VACANTIA_PUBLIC_URL": "https://jobs.example.com", "VACANTIA_LINKEDIN_COMPANY_ID": "1234567"}
        self.instance = lambda name: Vacantia(binary, f"{folder}/{name}", self.database, **settings)
        self.all = [self.instance(name) for name in names]
        token = self.all[0].staff("ada@example.com", "admin", "recruiter")
        for vacantia in self.all:
            vacantia.start()
        self.writer = Writer([Api(vacantia.address, token) for vacantia in self.all], dice, self.history)
        self.channels = channels(repository)
        self.paths = ["/feeds/" + file_of(channel) for channel in self.channels]
        self.library = Library(self.history)

    def calm(self, vacantia):
        """Waits until every feed of an instance tells what is so now."""
        for path in self.paths:
            def there():
                answer = fetch(vacantia.address, path, {})
                return answer.status == 200 and told(answer.body.decode())[0] == self.writer.listed
            wait_for(there, f"{path} to tell {self.writer.listed}", 60)

    def blow(self, seconds):
        for number in range(PEOPLE):
            self.writer.publish(number)
        for vacantia in self.all:
            self.calm(vacantia)
        self.readers = [
            Reader(number, self.all[number // 2 % len(self.all)].address, self.paths, self.seen, self.dice) for number in range(READERS)
        ]
        for reader in self.readers:
            reader.start()
        begun = time.monotonic()
        # A slow machine is given longer, so that enough happens.
        while time.monotonic() < begun + seconds or (self.lacking() and time.monotonic() < begun + 8 * seconds):
            self.writer.work()
        for reader in self.readers:
            reader.finish()

    def reckon(self):
        check(f"{self.kind}: every answer by itself", dict.fromkeys(self.seen.wrong))
        wrong = []
        for (path, coding, _), answer in self.seen.documents.items():
            wrong += self.library.read(path, coding, answer)
        check(f"{self.kind}: every document is whole, and tells a state that was", dict.fromkeys(wrong))
        check(f"{self.kind}: tags tell codings apart", mixed(self.seen))
        check(f"{self.kind}: a date is that of one state", dated(self.seen, self.library))
        backwards = []
        for reader in self.readers:
            for path in self.paths:
                states = [self.library.states.get(taken) for taken in reader.path_taken if taken[0] == path]
                if None in states or not self.history.goes_on(states):
                    backwards.append(f"reader {reader.number}: {path}")
        check(f"{self.kind}: no reader saw time run backwards", backwards)
        self.enough()

    def enough(self):
        """A storm in which nothing happened proves nothing."""
        print(
            f"      {self.kind}: {sum(self.writer.done.values())} changes {self.writer.done}, {self.seen.fresh} documents fetched and"
            f" {self.seen.unchanged} times nothing new, {len(self.seen.documents)} different ones", flush=True,
        )
        check(f"{self.kind}: every kind of change was made, and every feed seen changing in every coding", self.lacking())

    def lacking(self):
        """What has not happened often enough yet."""
        with self.seen.lock:
            known = [(path, coding) for path, coding, _ in self.seen.documents]
        least = {**dict.fromkeys(VERBS, 5), "postingPublish": PEOPLE + 1}
        yet = [verb for verb, times in least.items() if self.writer.done.get(verb, 0) < times]
        yet += [(path, coding) for path in self.paths for coding in CODINGS if known.count((path, coding)) < 3]
        return yet + ([] if self.seen.unchanged > 50 else ["304"])

    def served(self, vacantia):
        """What an instance serves of every feed in every coding."""
        found = {}
        for path in self.paths:
            for coding, word in CODINGS.items():
                answer = fetch(vacantia.address, path, {"Accept-Encoding": word})
                found[path, coding] = (answer.status, answer.etag, answer.headers.get("last-modified"), answer.digest)
                self.seen.note(path, coding, answer)
        return found

    def after(self):
        """All instances, one that was started again and one that just came serve the same."""
        for vacantia in self.all:
            self.calm(vacantia)
        first = self.served(self.all[0])
        check(f"{self.kind}: every feed is there", [key for key, (status, *_) in first.items() if status != 200])
        for vacantia in self.all[1:]:
            self.same("the other instance", first, self.served(vacantia))
        one = self.all[0]
        one.stop()
        one.start()
        self.calm(one)
        self.same("the instance that was started again", first, self.served(one))
        one.stop()
        shutil.rmtree(pathlib.Path(one.data) / "feeds")
        one.start()
        self.calm(one)
        self.same("one that has built nothing before", first, self.served(one))
        check(f"{self.kind}: what was served at rest has the bytes of the storm", dict.fromkeys(self.seen.wrong))
        self.listed()

    def same(self, who, first, second):
        check(f"{self.kind}: {who} serves the same bytes, tags and dates", [
            f"{path} {coding}: {first[path, coding]} and {second[path, coding]}" for path, coding in first if first[path, coding] != second[path, coding]
        ])

    def listed(self):
        """The list of changes, from the beginning on, and the reports say as many as the feeds."""
        wanted, there, cursor, more = len(self.writer.listed), set(), "0", True
        while more:
            news = json.loads(Api(self.all[0].address).send("GET", f"/feeds/changes.json?since={cursor}")[2])
            there |= {one["id"] for part in ("created", "modified") for one in news[part]}
            there -= {one["id"] for one in news["closed"]}
            cursor, more = news["cursor"], news["more"]
        check(f"{self.kind}: the list of changes has what is listed", [] if len(there) == wanted else [len(there), wanted])
        counts = {}
        for channel in self.channels:
            report = json.loads(Api(self.all[0].address).send("GET", f"/feeds/{channel}/report.json")[2])
            counts[channel] = (report["counts"]["listed"], report["counts"]["withheld"])
        check(f"{self.kind}: so have the reports", [one for one in counts.items() if one[1] != (wanted, 0)])

    def end(self):
        for vacantia in self.all:
            vacantia.end()
        self.database.end()


def the_checks_notice(storm):
    """Answers that are wrong, made from right ones."""
    seen, library = storm.seen, Library(storm.history)
    of = lambda path, coding: [answer for (p, c, _), answer in seen.documents.items() if (p, c) == (path, coding)][-1]
    plain, packed = of("/feeds/rss.xml", "id"), of("/feeds/rss.xml", "gz")

    def changed(answer, **what):
        other = copy.copy(answer)
        other.headers = dict(answer.headers)
        for name, value in what.items():
            setattr(other, name, value)
        return other

    def documents(body, path="/feeds/rss.xml", coding="id"):
        return list(library.read(path, coding, changed(plain, body=body)))

    old, new = ({0: 1}, {0: 2})
    history = History()
    history.add(old)
    history.add(new)
    text = plain.body.decode()
    every_other = iter(range(len(text)))
    fewer = re.sub(r"(?s)<item>.*?</item>\s*", lambda item: item[0] if next(every_other) % 2 else "", text)
    later = max(storm.history.states[-1].values())
    number, edition = next((number, edition) for number, edition in told(text)[0].items() if edition != later)
    moved = text.replace(f"ookeeper {number} edition {edition}", f"ookeeper {number} edition {later}").replace(
        f"ookeeper-{number}-edition-{edition}", f"ookeeper-{number}-edition-{later}")
    broken = {
        "nothing is wrong": not documents(plain.body) and not list(mistakes(plain, "id", None)),
        "cut off": documents(plain.body[:-10]),
        "entries that are missing": documents(fewer.encode()),
        "an entry in two editions": documents(text.replace(f"edition {edition}", f"edition {later}", 1).encode()),
        "an entry of another time": documents(moved.encode()),
        "gzip cut off": documents(packed.body[:-9], coding="gz"),
        "gzip in two members": documents(gzip.compress(b"<a>") + gzip.compress(b"</a>"), coding="gz"),
        "Brotli cut off": documents(of("/feeds/rss.xml", "br").body[:-9], coding="br"),
        "JSON cut off": documents(of("/feeds/feed.json", "id").body[:-9], path="/feeds/feed.json"),
        "one byte too many": list(mistakes(changed(plain, body=plain.body + b" "), "id", None)),
        "503": list(mistakes(changed(plain, status=503), "id", None)),
        "304 for nothing": list(mistakes(changed(plain, status=304, body=b""), "id", None)),
        "another coding": list(mistakes(packed, "id", None)),
        "time that runs backwards": history.goes_on([old, new, new]) and not history.goes_on([new, old]),
    }
    other = Seen()
    other.note("/", "id", plain)
    other.note("/", "id", changed(plain, digest="0"))
    broken["other bytes under the same tag"] = other.wrong
    check(f"{storm.kind}: the checks notice {len(broken) - 1} broken answers", [what for what, noticed in broken.items() if not noticed])


def storm(repository, binary, kind, seconds, dice):
    folder, storm = tempfile.mkdtemp(prefix="vacantia-storm-"), None
    try:
        storm = Storm(repository, binary, folder, kind, dice)
        storm.blow(seconds)
        storm.reckon()
        storm.after()
        the_checks_notice(storm)
        for vacantia in storm.all:
            check(f"{kind}: the log is quiet", [*vacantia.leaks(), *vacantia.given_away(), *re.findall(r".* ERROR (?!.* status=503 ).*", vacantia.said())])
    except (Unanswered, SystemExit):
        for vacantia in storm.all if storm else ():
            sys.stderr.write(vacantia.said()[-3000:])
        raise
    finally:
        if storm:
            storm.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    dice = seeded()
    for kind in KINDS:
        storm(pathlib.Path(sys.argv[1]), sys.argv[2], kind, float(sys.argv[3]), dice)
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(bool(FAILED))


main()
