"""Atom, JSON Feed, sitemaps and robots.txt, as feedparser, jsonschema, libxml2 and Python's own robot parser read them."""

import json
import re
import subprocess
import tempfile
import urllib.robotparser
import xml.etree.ElementTree as tree

import feedparser
import jsonschema

from grammars import fits

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
# RFC 3339 with a zone.
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"
# Good documents, broken: what is replaced, by what.
BROKEN = {
    "atom": [
        (r"<id>tag:[^<]*</id>", ""),
        (r"<id>tag:", "<id>https://jobs.example.com/"),
        (r"<updated>[^<]*</updated>\n  <author>", "<author>"),
        (r"(?s)(<entry>.*?)<updated>[^<]*", r"\1<updated>Tue, 12 Jan 2027 11:00:00 +0100"),
        (r"(?s)(<entry>.*?)<title>[^<]*</title>", r"\1"),
        (r"<author>\s*<name>[^<]*</name>\s*</author>", ""),
        (r'<content type="html">', "<content>"),
        (r'(?s)(<entry>.*?)rel="alternate"', r'\1rel="self"'),
        (r'(?s)(<entry>.*?)href="[^"]*"', r'\1href="/jobs/1"'),
        (r"<fh:complete/>", ""),
        (r"(?s)(<entry>.*?</entry>)", r"\1\1"),
        (r'job:employmentType>[A-Z_]+', "job:employmentType>sometimes"),
        (r"</feed>", '<at:deleted-entry ref="x" when="now"><at:comment>x</at:comment></at:deleted-entry></feed>'),
        (r"<title>", "<title>\x0b"),
        (r"</feed>", ""),
    ],
    "feed": [
        (r'"id":"tag:[^"]*",', ""),
        (r'"id":"tag:', '"id":"https:'),
        (r'"id":"tag:[^"]*"', '"id":7'),
        (r'"version": "[^"]*",', ""),
        (r'"version": "[^"]*"', '"version": "https://jsonfeed.org/version/2"'),
        (r'"title":"[^"]*",', ""),
        (r'"content_html":"', '"content":"'),
        (r'"url":"https', '"url":"jobs'),
        (r'"date_published":"[^"]*"', '"date_published":"12/01/2027"'),
        (r'"openings":\d+', '"openings":"many"'),
        (r'"workplace":"\w+"', '"workplace":"sometimes"'),
        (r'(?s)"items": \[\n(\{.*?\}),\n', r'"items": [\n\1,\n\1,\n'),
        (r'"tags":\[', '"tag":['),
        (r"\]\n\}\n$", ""),
    ],
}


def atom(document, repository, markup, allowed):
    complaints = list(fits(document, repository, "atom"))
    if complaints:
        yield from complaints
        return
    feed, root = feedparser.parse(document), tree.fromstring(document)
    if feed.bozo or feed.version != "atom10":
        yield f"{feed.version}, bozo: {feed.get('bozo_exception')}"
    if not feed.feed.get("updated_parsed") or not feed.feed.get("id"):
        yield "the feed has no id or no time"
    relations = {link.get("rel"): link.get("href") for link in feed.feed.get("links", [])}
    # The examples have a hub, as a feed does where its operator names one.
    hub = {"hub"} if relations.get("hub", "").startswith("https://") else set()
    if set(relations) != {"self", "alternate"} | hub or relations["self"] != feed.feed.id:
        yield f"links of the feed: {relations}"
    ids = [entry.get("id") for entry in feed.entries]
    if len(set(ids)) != len(ids):
        yield "an id comes twice"
    gone = [stone.get("ref") for stone in root.iter(TOMBSTONE)]
    if set(gone) & set(ids):
        yield f"here and gone: {set(gone) & set(ids)}"
    for entry, element in zip(feed.entries, root.iter(f"{ATOM}entry")):
        if not re.match(r"https?://[^/]+/jobs/", entry.get("link") or ""):
            yield f"link {entry.get('link')!r}"
        if not entry.get("updated_parsed") or not entry.get("published_parsed") or not entry.get("author"):
            yield f"{entry.get('id')} lacks a time or an author"
        yield from markup(element.findtext(f"{ATOM}content") or "", allowed, True)


def json_feed(document, repository, markup, allowed):
    try:
        feed = json.loads(document)
    except ValueError as error:
        yield str(error)
        return
    schema = json.loads((repository / "schema/feeds/feed/feed.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    yield from (error.message[:200] for error in jsonschema.Draft202012Validator(schema).iter_errors(feed))
    # What the format itself asks for, looked at without the schema.
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title"):
        yield "no version, or no title"
    items = feed.get("items", [])
    ids = [item.get("id") for item in items]
    if len(set(ids)) != len(ids) or not all(isinstance(one, str) and one.startswith("tag:") for one in ids):
        yield f"ids {ids}"
    for item in items:
        if not item.get("content_html"):
            yield "no text"
        for name in ("date_published", "date_modified"):
            if not re.fullmatch(INSTANT, item.get(name) or ""):
                yield f"{name} {item.get(name)!r}"
        yield from markup(item.get("content_html") or "", allowed, True)


def departed(document, repository):
    """Two of three postings left less than thirty days ago."""
    yield from fits(document, repository, "atom")
    stones = list(tree.fromstring(document).iter(TOMBSTONE))
    if len(stones) != 2 or not all(re.fullmatch(INSTANT, stone.get("when")) for stone in stones):
        yield f"{len(stones)} are said to have left"


def fits_xsd(document, xsd):
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(document)
        file.flush()
        lint = subprocess.run(["xmllint", "--noout", "--schema", xsd, file.name], capture_output=True)
    return [lint.stderr.decode(errors="replace")] if lint.returncode else []


def sitemaps(server, xsd):
    """Every careers page of the program is in a sitemap, which the protocol's own schema takes."""
    index = server.ask("GET", "/sitemap.xml")[2]
    parts = [loc.text for loc in tree.fromstring(index).iter(f"{SITEMAP}loc")]
    if not parts:
        yield "the index is empty"
    addresses = []
    for part in parts:
        document = server.ask("GET", "/" + part.split("/", 3)[3])[2]
        yield from fits_xsd(document, xsd)
        addresses += [loc.text.split("/", 3)[3] for loc in tree.fromstring(document).iter(f"{SITEMAP}loc")]
    broken = document.replace(b"<loc>", b"<loc></loc><loc>", 1)
    if not fits_xsd(broken, xsd):
        yield "the schema takes anything"
    linked = {entry.link.split("/", 3)[3] for entry in feedparser.parse(server.feed("rss")).entries}
    if sorted(addresses) != sorted(linked | {"jobs"}):
        yield f"{sorted(addresses)} and not {sorted(linked)}"
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(server.ask("GET", "/robots.txt")[2].decode().splitlines())
    seen = [robots.can_fetch("anybot", f"http://x/{path}") for path in ("jobs", "jobs/a-b", "feeds/rss.xml", "offers/secret")]
    if seen != [True, True, True, False] or not (robots.site_maps() or [""])[0].endswith("/sitemap.xml"):
        yield f"robots.txt: {seen}, {robots.site_maps()}"


def changes(server):
    """The ids that are listed by the changes from the beginning on, and the cursor behind them."""
    cursor, listed = "", set()
    while True:
        told = json.loads(server.ask("GET", f"/feeds/changes.json?since={cursor}")[2])
        listed |= {one["id"] for one in told["created"] + told["modified"]}
        listed -= {one["id"] for one in told["closed"]}
        cursor = told["cursor"]
        if not told["more"]:
            return listed, cursor
