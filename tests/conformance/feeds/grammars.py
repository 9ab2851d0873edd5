"""Feeds and the committed grammars of their channels, each held against the other."""

import copy
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree as tree

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/", "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "job": "urn:vacantia:job:1",
}
# One moment in every style that some board asks for.
STYLES = {
    "ISO 8601 with": "2027-01-12T11:00:00+01:00", "ISO 8601 in UTC": "2027-01-12T10:00:00Z",
    "RFC 822": "Tue, 12 Jan 2027 11:00:00 +0100", "DD/MM/YYYY": "12/01/2027", "DD.MM.YYYY": "12.01.2027",
    "M/D/YYYY": "1/12/2027",
}
NO_DATES = ["soon", "12-01-2027", "2027-01-12", "32/01/2027", "32.01.2027", "13/32/2027", "Xyz, 12 Jan 2027 11:00:00 +0100"]
for prefix, address in NAMESPACES.items():
    tree.register_namespace(prefix, address)


def channels(repository):
    return sorted(page.parent.name for page in (repository / "schema/feeds").glob("*/README.md"))


def file_of(channel):
    """What a channel's document is called under /feeds/."""
    return f"{channel}.json" if channel == "feed" else f"{channel}.xml"


def example_of(repository, channel):
    return repository / "schema/feeds" / channel / f"example.{file_of(channel).rsplit('.')[1]}"


class Table:
    """What the committed page of a channel says."""

    def __init__(self, repository, channel):
        page = (repository / "schema/feeds" / channel / "README.md").read_text()
        self.entry, rows = re.search(r"^## Elements of each `(\w+)`\n\n.*\n.*\n((?:\|.*\n)+)", page, re.M).groups()
        cells = [[cell.strip().strip("`") for cell in row.strip("| ").split(" | ")] for row in rows.splitlines()]
        # Element, what it weighs when missing, in CDATA, length, from, rule, source.
        self.rows = [[cell.strip() for cell in row] for row in cells]
        self.required = [row[0] for row in self.rows if row[1].startswith("BLOCK")]
        self.dates = [row[0] for row in self.rows if row[4] in ("publishedAt", "updatedAt", "expiresAt") and row[0] != "guid"]
        self.words = [row[0] for row in self.rows if "Words: " in row[5]]
        self.countries = [row[0] for row in self.rows if row[4] == "locations.country"]
        self.pay = [row[0] for row in self.rows if row[4] == "payRanges"]
        self.reference = next((row[0] for row in self.rows if row[4] == "id"), None)
        # The last one: RSS has a summary before it.
        self.text = [row[0] for row in self.rows if row[4] == "sections"][-1]
        self.style = re.search(r"^- times: (.*)$", page, re.M)[1]
        self.tags = set(re.search(r"^- HTML in descriptions: (.*)$", page, re.M)[1].split(", "))


def grammar(repository, channel):
    xsd = repository / "schema/feeds" / channel / f"{channel}.xsd"
    return ["--schema", xsd] if xsd.exists() else ["--relaxng", xsd.with_suffix(".rng")]


def refused(document, *words):
    """What xmllint has against a document."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(document)
        file.flush()
        lint = subprocess.run(["xmllint", "--noout", *words, file.name], capture_output=True)
    return lint.stderr.decode(errors="replace").replace(file.name, "") if lint.returncode else ""


def fits(document, repository, channel):
    """Complaints about a document: read as a stream, then held against its grammar."""
    yield from filter(None, [refused(document, "--stream") or refused(document, *grammar(repository, channel))])


def found(entry, name):
    """Where an element stands: the element around it, and itself."""
    *groups, own = name.split("/")
    for group in groups:
        entry = entry.find(group, NAMESPACES)
        if entry is None:
            return None, None
    return entry, entry.find(own, NAMESPACES)


class Example:
    """A good document, of which broken ones are made."""

    def __init__(self, repository, channel):
        self.text = (repository / "schema/feeds" / channel / "example.xml").read_bytes()
        self.table = Table(repository, channel)

    def broken(self, change):
        """The document after the change of its first entry that has what is changed, if one has."""
        root = tree.fromstring(self.text)
        for parent in root.iter():
            for entry in parent.findall(self.table.entry):
                if change(parent, entry):
                    return tree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return None

    def without(self, name):
        def change(_, entry):
            if name.startswith("@"):
                return entry.attrib.pop(name[1:], None) is not None
            around, element = found(entry, name)
            if element is not None:
                around.remove(element)
            return element is not None
        return self.broken(change)

    def saying(self, name, text):
        def change(_, entry):
            if name.startswith("@"):
                entry.set(name[1:], text)
                return True
            element = found(entry, name)[1]
            if element is None or not (element.text or "").strip():
                return False
            element.text = text
            return True
        return self.broken(change)

    def holding(self, name):
        for entry in tree.fromstring(self.text).iter(self.table.entry):
            element = None if name.startswith("@") else found(entry, name)[1]
            if element is not None and element.text:
                return element.text
        return ""

    def twice(self):
        return self.broken(lambda parent, entry: parent.append(copy.deepcopy(entry)) or True)

    def with_more(self):
        return self.broken(lambda _, entry: tree.SubElement(entry, "surprise") is not None)

    def elsewhere(self):
        def change(_, entry):
            first = next(iter(entry))
            entry.remove(first)
            entry.append(first)
            return True
        return self.broken(change)

    def wrong(self):
        """Documents that are wrong, by what is wrong with them."""
        table = self.table
        for name in table.required:
            yield f"{name} is missing", self.without(name)
            yield f"{name} is blank", self.saying(name, " \n ")
        for name in table.words:
            yield f"a word in {name}", self.saying(name, "sometimes")
        for name in table.dates:
            for style, text in STYLES.items():
                # A moment in UTC is one with an offset, too.
                if not table.style.startswith(style) and not (table.style.startswith("ISO 8601") and text.endswith("Z")):
                    yield f"{name} as {style}", self.saying(name, text)
            for text in NO_DATES:
                yield f"{name} is {text}", self.saying(name, text)
        for name in table.countries:
            if re.fullmatch("[A-Z]{2}", self.holding(name)):
                yield f"{name} in words", self.saying(name, "Deutschland")
        for name in table.pay:
            if re.fullmatch(r"[\d.]+|[A-Z_]+", self.holding(name)):
                yield f"{name} is no pay", self.saying(name, "12,5 or so")
        yield "an element nobody knows", self.with_more()
        yield "the first element last", self.elsewhere()


def teeth(repository, channel):
    """What a grammar lets pass that it should not."""
    example, tried = Example(repository, channel), 0
    words = grammar(repository, channel)
    if refused(example.text, *words):
        yield f"the example: {refused(example.text, *words)}"
    if words[0] == "--schema" and not refused(example.twice(), *words):
        yield "a reference twice"
    for what, document in example.wrong():
        if document is None:
            # The example does not hold it; what is required it always does.
            if "missing" in what or "blank" in what:
                yield f"nothing to break: {what}"
            continue
        tried += 1
        if not refused(document, *words):
            yield what
    if tried < 12:
        yield f"only {tried} wrong documents were tried"
    print(f"      {channel}: {tried} wrong documents", flush=True)


def board(channel, markup):
    """A reader of a job board's feed. `markup` complains about HTML."""

    def read(document, repository):
        complaints = list(fits(document, repository, channel))
        if complaints:
            yield from complaints
            return
        if not document.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'):
            yield "no declaration"
        table, root = Table(repository, channel), tree.fromstring(document)
        entries = list(root.iter(table.entry))
        name = table.reference
        references = [entry.get(name[1:]) if name[0] == "@" else entry.findtext(name) for entry in entries]
        if len(set(references)) != len(references) or any(len(reference) > 40 for reference in references):
            yield f"references {references}"
        expected = root.findtext("expectedJobCount")
        if expected is not None and int(expected) != len(entries):
            yield f"{expected} jobs are expected, {len(entries)} are there"
        for entry in entries:
            for name in table.required:
                if not ((entry.get(name[1:]) if name[0] == "@" else entry.findtext(name)) or "").strip():
                    yield f"no {name}"
            yield from markup(entry.findtext(table.text) or "", table.tags, False)

    return read


def files(repository):
    """Boards to import: invented ones, and where they are at hand those that companies publish."""
    fixtures = repository / "tests/api/fixtures/boards"
    shared = repository.parent / "shared/data"
    boards = [(fixtures / "greenhouse.json", "greenhouse"), (fixtures / "lever.json", "lever"), (fixtures / "ashby.json", "ashby")]
    boards += [(file, "greenhouse") for file in sorted(shared.glob("boards/*.json"))]
    boards += [(file, file.stem.split("-")[0]) for file in sorted(shared.glob("boards-full/*.json"))]
    return [(pathlib.Path(file), system) for file, system in boards]
