"""Hostile text in, every output read by others. Usage: hostile_text.py PROGRAM [FOLDER_TO_KEEP_SCREENSHOTS]"""

import base64
import email
import email.policy
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import feedparser
import html5lib

from canary import given_away
from program import Program
from texts import REFUSED, TEXTS, forbidden, line

PASSED, FAILED = [], []
NONCE = "n" * 26


def check(what, complaints):
    complaints = list(complaints)
    (FAILED if complaints else PASSED).append(what)
    if complaints:
        print(f"FAIL  {what}: " + "; ".join(str(complaint)[:300] for complaint in complaints[:5]), flush=True)


def unless(holds, seen=""):
    return [] if holds else [seen]


# In


def publish(program, text, plan, team):
    """A posting with this text wherever text goes; its id."""
    created = program.done(
        "postingCreate", "posting { id revision title }", title=text, workplace="HYBRID", employmentType="FULL_TIME", planId=plan,
        sections=[{"heading": text, "body": f"{text}\n\n1. {text}\n\n| {text} | b |\n|---|---|\n| c | {text} |\n\n```\n{text}\n```"}],
        requirements=[{"text": text, "level": "STRICT"}],
        links=[{"label": text, "url": "https://example.com/?a=1&b=%22%3E"}],
        locations=[{"city": text[:40], "country": "PT", "region": text[:40], "street": text[:60], "postalCode": "4000"}],
        questions=[
            {"key": "why", "label": text, "type": "PROSE", "required": True},
            {"key": "which", "label": text, "type": "CHOICE", "options": ["1 " + text, "2 " + text], "required": False},
        ],
        teams=[{"teamId": team, "vacancies": 2}],
    )["posting"]
    check(f"title: {text[:20]!r}", unless(created["title"] == line(text), (created["title"], line(text))))
    program.done("postingPublish", "posting { id }", postingId=created["id"], expectedRevision=created["revision"])
    return created["id"]


def seed(program):
    plan = program.read("{ postings(first: 1) { nodes { plan { id } } } }", "recruiter")["postings"]["nodes"][0]["plan"]["id"]
    postings = {}
    for place, (name, text) in enumerate(TEXTS.items()):
        team = program.done("teamCreate", "team { id name }", "admin", name=f"{place} {text}"[:80])["team"]
        check(f"team: {name}", unless(team["name"] == line(f"{place} {text}"[:80]), team))
        postings[name] = publish(program, text, plan, team["id"])
    slugs = {node["id"]: node["slug"] for node in program.read("{ postings(first: 100) { nodes { id slug } } }")["postings"]["nodes"]}
    return {name: (posting, slugs[posting]) for name, posting in postings.items()}


def apply(program, postings):
    """One candidate by form and one by GraphQL for each text."""
    for place, (name, (posting, slug)) in enumerate(postings.items()):
        text, answers = TEXTS[name], [{"key": "why", "value": TEXTS[name]}]
        person = dict(name=text, phone=text[:30], email=f"api{place}@mail.example.org")
        program.done("applicationSubmit", "receipt { receivedAt }", None, postingId=posting, answers=answers, **person)
        form = {"nonce": f"{place:026}", "name": text, "email": f"form{place}@mail.example.org", "phone": text[:30], "answers.why": text}
        status, _, page = program.form(f"/jobs/{slug}/apply", **form)
        check(f"an application by form: {name}", unless(status == 303, (status, page[-500:])))
    found = program.read("{ applications(first: 100) { nodes { candidate { name } answers { value } } } }", "recruiter")["applications"]["nodes"]
    names = [node["candidate"]["name"] for node in found]
    wanted = [line(text) for text in TEXTS.values()]
    check("names come back as they were cleaned", [text for text in wanted if names.count(text) != 2])
    check("no answer of GraphQL holds what it may not", forbidden(json.dumps(found, ensure_ascii=False)))


def refuse(program, postings):
    posting, slug = postings["emoji"]
    before = program.read("{ applications(first: 1) { totalCount } }", "recruiter") if "totalCount" in SCHEMA else None
    for what, text in REFUSED.items():
        person = dict(name=text, email="nobody@mail.example.org", answers=[{"key": "why", "value": "x"}])
        errors = program.change("applicationSubmit", "receipt { receivedAt }", None, postingId=posting, **person)["userErrors"]
        check(f"{what} is refused by GraphQL", unless([error["field"] for error in errors] and all("name" in str(error["field"]) for error in errors), errors))
        status, _, page = program.form(f"/jobs/{slug}/apply", nonce=NONCE, name=text, email="nobody@mail.example.org", **{"answers.why": "x"})
        check(f"{what} is refused by the form", unless(status == 422 and b"name-wrong" in page, (status, len(page))))
    for address in ("a@example.com\r\nBcc: b@example.com", "a\0@example.com", "<a@example.com>", "a@example.com, b@example.com", "a\u200b@example.com", '"a b"@example.com'):
        errors = program.change("applicationSubmit", "receipt { receivedAt }", None, postingId=posting, name="A", email=address, answers=[{"key": "why", "value": "x"}])["userErrors"]
        check(f"the address {address!r} is refused", unless(len(errors) == 1, errors))
    lone = b'{"query":"{ node(id: \\"\\ud800\\") { id } }"}'
    check("a lone surrogate is refused", unless(program.ask("/graphql", lone, content_type="application/json")[0] == 400))
    status, _, page = program.form(f"/jobs/{slug}/apply", nonce=NONCE, name="a\ud800b", email="x", **{"answers.why": "y"})
    check("a lone surrogate in a form becomes U+FFFD", unless(status == 422 and "a\ufffd" in page.decode(), status))
    after = program.read("{ applications(first: 1) { totalCount } }", "recruiter") if before else None
    check("nothing of it was kept", unless(before == after, (before, after)))


def hire(program, postings):
    """An offer whose every text hurts, to the candidate whose name does; its path."""
    nodes = program.read("{ applications(first: 100) { nodes { id revision candidate { name } stage { key } posting { id } steps { id stage step { key kind } } } } }", "recruiter")["applications"]["nodes"]
    posting, _ = postings["script"]
    application = next(node for node in nodes if node["posting"]["id"] == posting)
    ident, revision, stage = application["id"], application["revision"], application["stage"]["key"]
    everything = " ".join(TEXTS[name] for name in ("controls", "script", "entities", "turned about", "line ends", "an encoded word", "attribute"))
    remaining = sorted(application["steps"], key=lambda step: step["stage"])
    while stage != "offer":
        place = remaining[0]["stage"]
        while remaining and remaining[0]["stage"] == place:
            step = remaining.pop(0)
            move, more = ("stepWaive", {"reason": everything}) if step["step"]["kind"] == "REFERENCE" else ("stepPass", {})
            settled = program.done(move, "application { revision }", stepId=step["id"], expectedRevision=revision, **more)
            revision = settled["application"]["revision"]
        moved = program.done("applicationAdvance", "application { revision stage { key } }", applicationId=ident, stage=stage, expectedRevision=revision)["application"]
        revision, stage = moved["revision"], moved["stage"]["key"]
    team = program.read("query($id: ID!) { posting(by: {id: $id}) { teams { team { id } } } }", "recruiter", id=posting)["posting"]["teams"][0]["team"]["id"]
    program.done("applicationAllot", "application { id }", applicationId=ident, teamId=team)
    terms = dict(
        title=TEXTS["line ends"] + TEXTS["script"], pay=dict(amountMinor="7100000", currency="EUR"), interval="YEAR",
        employmentType="FULL_TIME", startOn="2027-03-01", place=TEXTS["broken image"] + TEXTS["turned about"], remarks=everything,
        employer=TEXTS["script"], bonuses=[dict(kind="OTHER", amount=dict(amountMinor="1", currency="EUR"), words=TEXTS["line ends"] + TEXTS["script"])],
        equity=everything, benefits=[TEXTS["broken image"] + TEXTS["turned about"]], clauses=[dict(title=TEXTS["script"], text=everything)],
    )
    deadline = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5 * 86400))
    offer = program.done("offerCreate", "offer { id termsHash }", applicationId=ident, terms=terms, expiresAt=deadline)["offer"]
    program.done("justificationSave", "justification { text }", applicationId=ident, text=everything)
    approver = program.read("{ viewer { user { id } } }", "approver")["viewer"]["user"]["id"]
    program.done("offerSubmit", "offer { id }", offerId=offer["id"], approverId=approver)
    program.done("offerApprove", "offer { id }", "approver", offerId=offer["id"], termsHash=offer["termsHash"])
    program.done("offerSend", "offer { id }", offerId=offer["id"])


# Out


def feeds(program, postings):
    for channel in ("rss", "indeed"):
        # The city is the text as well, and some of them are long: what a channel withholds, its report says.
        program.wait(lambda: program.ask(f"/feeds/{channel}.xml")[2].count(b"Bcc: thief") > 0, 20)
        document = program.ask(f"/feeds/{channel}.xml")[2]
        lint = subprocess.run(["xmllint", "--noout", "-"], input=document, capture_output=True)
        check(f"xmllint reads {channel}.xml", unless(lint.returncode == 0 and not lint.stderr, lint.stderr))
        check(f"{channel}.xml holds no forbidden character", forbidden(document.decode()))
        report = json.loads(program.ask(f"/feeds/{channel}/report.json")[2])
        check(f"{channel}: the report tells of every posting", [name for name, (_, slug) in postings.items() if slug not in json.dumps(report)] if "slug" in json.dumps(report) else [])
        check(f"{channel}: the report holds no forbidden character", forbidden(json.dumps(report, ensure_ascii=False)))
    parsed = feedparser.parse(program.ask("/feeds/rss.xml")[2])
    check("feedparser is content", unless(not parsed.bozo, parsed.get("bozo_exception")))
    titles = [html.unescape(entry.title) for entry in parsed.entries]
    check("titles arrive as they were cleaned", [text for text in map(line, TEXTS.values()) if not any(" ".join(text.split()) == " ".join(html.unescape(title).split()) or html.unescape(text) == title or text in title for title in titles)])


def page_is_safe(page, allow_json=True):
    text = page.decode()
    for wrong in forbidden(text):
        yield wrong
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in ("svg", "math", "iframe", "object", "embed", "base", "img") or (element.tag == "script" and element.get("type") != "application/ld+json"):
            yield element.tag
        for name, value in element.attrib.items():
            if name.startswith("on") or re.match(r"\s*(javascript|data|vbscript):", value or "", re.I):
                yield f"{element.tag} {name}={value}"
        if element.tag == "script":
            json.loads(element.text)


def pages(program, postings):
    """Every page by its name, each looked at."""
    kept = {"jobs": program.ask("/jobs"), "feeds": program.ask("/feeds"), "filtered": program.ask("/jobs?team=" + TEXTS["broken image"])}
    for name, (_, slug) in postings.items():
        kept[f"posting {name}"] = program.ask(f"/jobs/{slug}")
        kept[f"form {name}"] = program.ask(f"/jobs/{slug}/apply")
        text = TEXTS[name]
        fields = {"nonce": NONCE, "name": text, "phone": text, "email": text, "answers.why": text, "answers.which": text}
        kept[f"errors {name}"] = program.form(f"/jobs/{slug}/apply", **fields)
        kept[f"receipt {name}"] = program.ask(f"/jobs/{slug}/applied")
    for place, mail in enumerate(program.mails()):
        message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        link = re.search(r"https?://[^/\s]+(/(applications|offers)/[a-z0-9]+)", text)
        if link and link[2] == "applications" and place % 4 == 0:
            kept[f"status {place}"] = program.ask(link[1])
        if link and link[2] == "offers" and TEXTS["emoji"][0] not in text and "owned" not in text:
            kept[f"cover {place}"] = program.ask(link[1])
            kept[f"offer {place}"] = program.form(link[1], step="view")
            kept[f"wrong {place}"] = program.form(link[1], step="accept", nonce="x", typedName=TEXTS["broken image"])
    for name, (status, headers, body) in kept.items():
        check(f"page {name}", [*unless(status == (422 if name.startswith(("errors", "wrong")) else 200), status), *page_is_safe(body)])
        check(f"page {name} allows no script", unless("script-src" not in headers["content-security-policy"] and "default-src 'none'" in headers["content-security-policy"]))
    for name in TEXTS:
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', kept[f"posting {name}"][2].decode(), re.S)
        check(f"JSON-LD of {name}", unless(found and json.loads(found[1])["title"] == line(TEXTS[name]), found and found[1][:200]))
    check("there are pages of offers and applications", unless({name.split()[0] for name in kept} >= {"status", "cover", "offer"}, list(kept)[-5:]))
    return {name: body for name, (_, _, body) in kept.items()}


def browser(pages, folder, screenshots):
    """All pages in frames of one, without the policy that forbids scripts: what runs tells the frame around it."""
    pages = dict(pages, control=f"<script>parent.postMessage('control','*')</script>".encode())
    frames = "".join(f'<iframe src="data:text/html;base64,{base64.b64encode(page).decode()}"></iframe>' for page in pages.values())
    listener = "<script>let seen=[];addEventListener('message',e=>{seen.push(e.data);document.title=seen.join()})</script>"
    around = pathlib.Path(folder) / "around.html"
    around.write_text(f"<!doctype html><title>none</title>{listener}{frames}")
    chromium = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium"]
    seen = subprocess.run([*chromium, "--virtual-time-budget=15000", "--dump-dom", around.as_uri()], capture_output=True, text=True, timeout=120)
    title = re.search(r"<title>(.*?)</title>", seen.stdout)
    check("no script ran in a browser but the one that should", unless(title and title[1] == "control", (title and title[1], seen.stderr[-300:])))
    if screenshots:
        for name in ("posting turned about", "errors broken image", "jobs"):
            single = pathlib.Path(folder) / "single.html"
            single.write_bytes(pages[name])
            picture = pathlib.Path(screenshots) / f"{name.replace(' ', '-')}.png"
            subprocess.run([*chromium, f"--screenshot={picture}", "--window-size=900,1600", single.as_uri()], capture_output=True, timeout=60)


def mails(program, organisation):
    files = program.mails()
    check("there are mails", unless(len(files) > 2 * len(TEXTS), len(files)))
    for file in files:
        raw = file.read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        wrong = [defect for part in message.walk() for defect in [*part.defects, *(d for header in part.values() for d in getattr(header, "defects", ()))]]
        head = raw.split(b"\r\n\r\n", 1)[0]
        names = [name.lower() for name in message.keys()]
        wrong += [name for name in set(names) if names.count(name) > 1] + [name for name in names if name in ("bcc", "cc", "x-forged")]
        # Candidates have their addresses in one domain, whoever drafts and approves offers in the other.
        known = ("mail.example.org", "example.com")
        wrong += unless(len(message["to"].addresses) == 1 and message["to"].addresses[0].domain in known, message["to"])
        wrong += unless(len(message["from"].addresses) == 1 and message["from"].addresses[0].addr_spec == "jobs@example.com", message["from"])
        wrong += forbidden(message["subject"] + str(message["from"]) + str(message["to"]))
        wrong += ["a line end alone"] if re.search(rb"[^\r]\n|\r[^\n]", raw) else []
        wrong += ["a long line"] if max(map(len, raw.split(b"\r\n"))) > 998 else []
        wrong += ["eight bits in the head"] if not head.isascii() else []
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
        for part in parts:
            text = part.get_content()
            wrong += forbidden(text)
            if part.get_content_subtype() == "html":
                wrong += page_is_safe(text.encode())
        check(f"mail {file.name}", wrong)
    display = email.message_from_bytes(files[-1].read_bytes(), policy=email.policy.default)["from"].addresses[0].display_name
    # Python keeps the space between two encoded words, which RFC 2047 section 6.2 says to drop.
    check("the sender's name is the organisation's", unless(" ".join(display.split()) == organisation, (display, organisation)))


def logs(program):
    text, lines = program.logs[0].decode() + program.logs[1].decode(), program.logs[2].decode().splitlines()
    stray = [row for row in text.splitlines() if not re.match(r"(\x1b\[\d+m)*\d{4}-\d\d-\d\dT\S+Z", row)]
    check("every line of the text log is one of ours", stray)
    check("every line of the JSON log is an object of ours", [row for row in lines if "timestamp" not in json.loads(row)])
    both = text + program.logs[2].decode()
    check("no line is forged", unless("forged" not in both, re.findall(r".*forged.*", both)[:2]))
    check("nothing of a person is in the log", [name for name in ("thief@", "mail.example.org", "script>") if name in both])
    check("no token, no link and no address is in it", given_away(both, program.tokens.values()))
    check("there was something to log", unless(len(lines) > 20 and len(text.splitlines()) > 20, len(lines)))


SCHEMA = ""


def main():
    global SCHEMA
    organisation = 'Evil "& Sons" <thief@example.com>, \u05d0\u05d1 \U0001f389'
    with tempfile.TemporaryDirectory() as folder:
        program = Program(sys.argv[1], folder)
        program.start("demo", b"An offer was just sent")
        try:
            program.stop()
            settings = dict(VACANTIA_ORG_NAME=organisation, VACANTIA_MAIL_FROM="jobs@example.com", VACANTIA_LOG="debug,sqlx=warn,sea_orm=warn")
            program.start("serve", b"serving", **settings)
            SCHEMA = subprocess.run([sys.argv[1], "schema"], capture_output=True, text=True).stdout
            postings = seed(program)
            apply(program, postings)
            refuse(program, postings)
            program.stop()
            program.start("serve", b"serving", VACANTIA_LOG_FORMAT="json", **settings)
            hire(program, postings)
            program.wait(lambda: any(b"/offers/" in file.read_bytes() for file in program.mails()[-5:]) and len(program.mails()) > 2 * len(TEXTS), 30)
            time.sleep(2)
            feeds(program, postings)
            browser(pages(program, postings), folder, sys.argv[2] if len(sys.argv) > 2 else None)
            mails(program, organisation)
        finally:
            check("it stops in good order", unless(program.stop() == 0))
        logs(program)
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(bool(FAILED))


main()
