"""From an application to an accepted offer, by HTTP and mail alone. Usage: main_job.py PROGRAM"""

import email
import email.policy
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import feedparser
from aiosmtpd.controller import Controller

from canary import given_away

PASSED, FAILED = [], []


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else f": {seen!r}"[:900]), flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Mailbox:
    """Keeps what an SMTP server takes, and what came over the wire."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"

    def to(self, address, subject_part, patience=15):
        until = time.monotonic() + patience
        while time.monotonic() < until:
            for recipients, content in list(self.mails):
                message = email.message_from_bytes(content, policy=email.policy.default)
                if address in recipients and subject_part in message["subject"]:
                    return message
            time.sleep(0.1)
        return None


class Relay:
    """An SMTP server that can go down and come up again on the same port."""

    def __init__(self, mailbox, port):
        self.mailbox, self.port, self.controller = mailbox, port, None

    def start(self):
        self.controller = Controller(self.mailbox, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None


class Vacantia:
    def __init__(self, program, smtp_port):
        self.base = f"http://127.0.0.1:{free_port()}"
        self.folder = tempfile.TemporaryDirectory()
        environment = dict(
            os.environ,
            VACANTIA_LISTEN=self.base.removeprefix("http://"),
            VACANTIA_SMTP_URL=f"smtp://127.0.0.1:{smtp_port}",
            VACANTIA_OUTBOX_FIRST_PAUSE="1s",
            VACANTIA_LOG="debug",
            VACANTIA_LOG_FORMAT="json",
        )
        self.log = tempfile.NamedTemporaryFile("w+", prefix="vacantia-log-")
        self.process = subprocess.Popen(
            [program, "demo"], env=environment, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.said = ""
        threading.Thread(target=self._listen, daemon=True).start()
        until = time.monotonic() + 30
        while time.monotonic() < until and "An offer was just sent" not in self.said:
            time.sleep(0.05)
        self.tokens = dict(re.findall(r"^\s+(\w+)\s+(vac_\w+)", self.said, re.M))

    def _listen(self):
        for line in self.process.stdout:
            self.said += line

    def ask(self, query, variables=None, role=None, authorization=None):
        headers = {"content-type": "application/json"}
        if role:
            headers["authorization"] = f"Bearer {self.tokens[role]}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(self.base + "/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def change(self, mutation, selection, role=None, **fields):
        kind = mutation[0].upper() + mutation[1:]
        query = f"mutation($input: {kind}Input!) {{ it: {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        answer = self.ask(query, {"input": fields}, role)
        if "errors" in answer:
            raise SystemExit(f"{mutation}: {answer}")
        return answer["data"]["it"]

    def refused(self, mutation, code, role=None, selection="", **fields):
        codes = [error["code"] for error in self.change(mutation, selection, role, **fields)["userErrors"]]
        check(f"{mutation} is refused with {code}", codes == [code], codes)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.base + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def post(self, path, **fields):
        body = urllib.parse.urlencode(fields).encode()
        headers = {"origin": self.base, "content-type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(self.base + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


BOARD = "{ postings(first: 5) { nodes { title openVacancies teams { team { name } openVacancies } } } }"
APPLICATION = "application { id revision status stage { key } steps { id status stage step { key } } }"


def counts(vacantia):
    """Of the reference posting: its vacancies, and those of each team."""
    nodes = vacantia.ask(BOARD)["data"]["postings"]["nodes"]
    posting = next((node for node in nodes if node["title"] == "Backend Developer"), None)
    if posting is None:
        return None
    return posting["openVacancies"], {team["team"]["name"]: team["openVacancies"] for team in posting["teams"]}


class Poller(threading.Thread):
    """Asks for the counts without pause and keeps every different answer."""

    def __init__(self, vacantia):
        super().__init__(daemon=True)
        self.vacantia, self.seen, self.stop = vacantia, set(), False

    def run(self):
        while not self.stop:
            total, teams = counts(self.vacantia)
            self.seen.add((total, teams["Plan"], sum(teams.values())))


def parts_of(message):
    return [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]


def no_defects(what, message):
    defects = list(message.defects)
    for part in message.walk():
        defects += part.defects
        for header in part.values():
            defects += getattr(header, "defects", ())
    check(f"Python's email finds no defect in {what}", not defects, defects)


def link_in(message, kind):
    return re.search(rf"https?://[^/\s]+(/{kind}/[a-z0-9]+)", parts_of(message)[0]).group(1)


REFEREES = (("Tamsin Okoro", "tamsin@mail.example.org", "manager"), ("Idris Vantongeren", "idris@mail.example.org", "peer"))


def refer(vacantia, mailbox, address, step):
    """The candidate names two people on a page, and both answer on theirs; nobody but them does anything."""
    asked = vacantia.change("referenceRequest", "request { count }", "recruiter", stepId=step)
    check("the candidate is asked for as many people as the plan needs", asked["request"] == {"count": 2}, asked)
    page = link_in(mailbox.to(address, "Whom may we ask"), "nominations")
    status, shown = vacantia.get(page)
    consent = re.search(r'name="consent" type="checkbox" value="([^"]*)"', shown).group(1)
    people = {f"referees.{row}.{part}": value for row, person in enumerate(REFEREES) for part, value in zip(("name", "email", "relation"), person)}
    status, _ = vacantia.post(page, **people)
    check("without the candidate's word nobody is asked", status == 422, status)
    status, shown = vacantia.post(page, consent=consent, **people)
    check("two people are named", status == 200 and all(name in shown for name, _, _ in REFEREES), status)
    for name, referee, _ in REFEREES:
        message = mailbox.to(referee, "reference")
        no_defects("a referee's mail", message)
        page = link_in(message, "references")
        status, shown = vacantia.get(page)
        check("a referee sees whom it is about, and not how to reach them", status == 200 and "Ottoline" in shown and address not in shown, status)
        yes_or_no = set(re.findall(r'type="radio" name="(answers\.[^"]+)"', shown))
        questions = set(re.findall(r'name="(answers\.[^"]+)"', shown))
        check("a referee is asked something", len(questions) > 3 and yes_or_no, questions)
        answers = {key: "yes" if key in yes_or_no else "We shipped an order system together." for key in questions}
        consent = re.search(r'name="consent" value="([^"]*)"', shown).group(1)
        for _ in range(2):
            status, shown = vacantia.post(page, consent=consent, **answers)
            check("an answer is taken, once", status == 200 and "used up" in shown, status)


def accept(vacantia, message, name):
    """As a person does: opens the link, goes on, types the name, ticks the consent."""
    page = link_in(message, "offers")
    status, cover = vacantia.get(page)
    check("the offer's link opens a page that shows no terms yet", status == 200 and "76,500" not in cover, status)
    status, shown = vacantia.post(page, step="view")
    check("going on shows the terms", status == 200 and "Accept the offer" in shown, (status, shown[:300]))
    hidden = dict(re.findall(r'name="(nonce|termsHash)" value="([^"]*)"', shown))
    consent = re.search(r'name="consent" type="checkbox" value="([^"]*)"', shown).group(1)
    status, _ = vacantia.post(page, step="accept", nonce=hidden["nonce"], termsHash=hidden["termsHash"], typedName=name)
    check("accepting without the consent decides nothing", status == 422 or status == 400, status)
    fields = dict(step="accept", consent=consent, typedName=name, **hidden)
    status, answer = vacantia.post(page, **fields)
    check("accepting is answered", status in (200, 303), (status, answer[:300]))
    status, _ = vacantia.post(page, **fields)
    check("a double click is answered the same", status in (200, 303), status)


def feed_within(vacantia, patience, holds):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        status, body = vacantia.get("/feeds/rss.xml")
        if status == 200 and holds(body):
            return True
        time.sleep(0.1)
    return False


def demo_offer(vacantia, mailbox):
    before = counts(vacantia)
    check("fourteen vacancies over nine teams", before and before[0] == 14 and len(before[1]) == 9, before)
    check("the reference posting's counts", before[1]["Plan"] == 2 and before[1]["Monitor"] == 3, before)
    message = mailbox.to("benedikt.achleitner@mail.example.org", "offer")
    check("the demo's offer arrives at an independent SMTP server", message is not None)
    no_defects("the offer", message)
    poller = Poller(vacantia)
    poller.start()
    accept(vacantia, message, "Benedikt Achleitner")
    after = counts(vacantia)
    time.sleep(1)
    poller.stop = True
    poller.join(10)
    check("after accepting: thirteen, and Plan one", after[0] == 13 and after[1]["Plan"] == 1, after)
    check("no other pair is ever seen", poller.seen <= {(14, 2, 14), (13, 1, 13)}, poller.seen)
    follows = feed_within(vacantia, 5, lambda body: "<job:openings>13<" in body or ">13<" in body)
    check("the feed follows within five seconds", follows)


def refuse_what_must_be(vacantia, posting):
    answers = [{"key": "ruby", "value": "An order system."}, {"key": "notice", "value": "yes"}]
    someone = dict(postingId=posting, name="Ottoline Fairweather", email="ottoline@mail.example.org")
    vacantia.refused("applicationSubmit", "REQUIRED", answers=answers[:1], **someone)
    first = vacantia.change("applicationSubmit", "receipt { receivedAt applicationId }", answers=answers, **someone)
    again = vacantia.change("applicationSubmit", "receipt { receivedAt applicationId }", answers=answers, **someone)
    neutral = [answer["receipt"] and answer["receipt"]["applicationId"] for answer in (first, again)]
    check("applying twice is answered neutrally to the public", neutral == [None, None] and not again["userErrors"], again)
    vacantia.refused("applicationSubmit", "ALREADY_APPLIED", "recruiter", answers=answers, **someone)
    return someone["email"]


def the_application(vacantia, name):
    query = "{ applications(first: 100) { nodes { id revision candidate { name } stage { key } steps { id status stage step { key } } } } }"
    nodes = vacantia.ask(query, role="recruiter")["data"]["applications"]["nodes"]
    return next(node for node in nodes if node["candidate"]["name"] == name)


TOLD = """query($id: ID!) { application(id: $id) { revision steps { status step { key } references { status answers { value } }
    referenceProgress { complete managers neededComplete neededManagers } } } }"""


def referred(vacantia, application):
    """What staff are told of the references; the revision to go on from."""
    told = vacantia.ask(TOLD, {"id": application}, "recruiter")["data"]["application"]
    step = next(step for step in told["steps"] if step["step"]["key"] == "references")
    check("two references are complete", [one["status"] for one in step["references"]] == ["COMPLETE"] * 2, step)
    enough = dict(complete=2, managers=1, neededComplete=2, neededManagers=1)
    check("they are what the plan asks for", step["referenceProgress"] == enough and step["status"] == "AWAITING_FEEDBACK", step)
    return told["revision"]


def through_all_stages(vacantia, mailbox, address, application):
    move = dict(role="recruiter")
    ident, revision = application["id"], application["revision"]
    vacantia.refused("applicationAdvance", "GATE_INCOMPLETE", "recruiter", applicationId=ident, stage="review", expectedRevision=revision)
    vacantia.refused("applicationAdvance", "STALE", "recruiter", applicationId=ident, stage="review", expectedRevision=revision + 7)
    stage = "review"
    while stage != "offer":
        place = next(step["stage"] for step in application["steps"] if step["step"]["key"] == stage or step["step"]["key"] in PARALLEL.get(stage, ()))
        steps = [step for step in application["steps"] if step["stage"] == place]
        # Parallel steps in reversed order.
        for step in reversed(steps):
            if step["step"]["key"] == "references":
                refer(vacantia, mailbox, address, step["id"])
                revision = referred(vacantia, ident)
            passed = vacantia.change("stepPass", APPLICATION, stepId=step["id"], expectedRevision=revision, **move)
            if passed["userErrors"]:
                raise SystemExit(passed)
            revision = passed["application"]["revision"]
        passed = vacantia.change(
            "applicationAdvance", APPLICATION, applicationId=ident, stage=stage, expectedRevision=revision,
            passOver=stage == "vp", **move
        )
        if passed["userErrors"]:
            raise SystemExit(passed)
        application, revision = passed["application"], passed["application"]["revision"]
        stage = application["stage"]["key"]
    check("through all stages, the CEO stage passed over", stage == "offer", stage)
    return revision


PARALLEL = {"team": ("behavioral", "technical", "references")}


def make_offer(vacantia, application, monitor, approver):
    terms = dict(
        title="Backend Developer", pay=dict(amountMinor="7100000", currency="EUR"), interval="YEAR",
        employmentType="FULL_TIME", startOn="2027-03-01", place="Remote, Portugal",
    )
    deadline = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5 * 86400))
    create = dict(applicationId=application, terms=terms, expiresAt=deadline)
    vacantia.refused("offerCreate", "NO_ALLOTMENT", "recruiter", **create)
    allotted = vacantia.change("applicationAllot", APPLICATION, "recruiter", applicationId=application, teamId=monitor)
    check("allotted to Monitor", not allotted["userErrors"], allotted)
    offer = vacantia.change("offerCreate", "offer { id revision termsHash }", "recruiter", **create)["offer"]
    submit = dict(offerId=offer["id"], approverId=approver)
    vacantia.refused("offerSubmit", "NO_JUSTIFICATION", "recruiter", **submit)
    saved = vacantia.change("justificationSave", "justification { text }", "recruiter", applicationId=application, text="Clear, kind, quick.")
    check("the justification is kept", not saved["userErrors"], saved)
    vacantia.refused("offerSend", "NOT_APPROVED", "recruiter", offerId=offer["id"])
    submitted = vacantia.change("offerSubmit", "offer { status termsHash }", "recruiter", **submit)
    check("the offer waits for approval", submitted["offer"] and submitted["offer"]["status"] == "PENDING_APPROVAL", submitted)
    vacantia.refused("offerCreate", "OFFER_LIVE", "recruiter", **create)
    vacantia.refused("offerApprove", "TERMS_CHANGED", "approver", offerId=offer["id"], termsHash="0" * 64)
    vacantia.refused("offerApprove", "FORBIDDEN", "recruiter", offerId=offer["id"], termsHash=offer["termsHash"])
    approved = vacantia.change("offerApprove", "offer { status }", "approver", offerId=offer["id"], termsHash=offer["termsHash"])
    check("the approver approves", approved["offer"] and approved["offer"]["status"] == "APPROVED", approved)
    return offer["id"]


def one_candidate(vacantia, mailbox, smtp):
    nodes = vacantia.ask("{ postings(first: 5) { nodes { id title teams { team { id name } } } } }")["data"]["postings"]["nodes"]
    posting = next(node for node in nodes if node["title"] == "Backend Developer")
    monitor = next(team["team"]["id"] for team in posting["teams"] if team["team"]["name"] == "Monitor")
    approver = vacantia.ask("{ viewer { user { id } } }", role="approver")["data"]["viewer"]["user"]["id"]
    address = refuse_what_must_be(vacantia, posting["id"])
    received = mailbox.to(address, "application")
    check("the receipt carries a status link", received is not None and link_in(received, "applications"))
    status, page = vacantia.get(link_in(received, "applications"))
    check("the status page opens", status == 200 and "Backend Developer" in page, status)
    application = the_application(vacantia, "Ottoline Fairweather")
    through_all_stages(vacantia, mailbox, address, application)
    offer = make_offer(vacantia, application["id"], monitor, approver)
    smtp.stop()
    key = dict(offerId=offer, idempotencyKey="first-offer")
    sent = [vacantia.change("offerSend", "offer { id status sentAt }", "recruiter", **key) for _ in range(3)]
    check("sending three times under one key is one sending", all(s["offer"] and s["offer"]["status"] == "SENT" for s in sent), sent)
    time.sleep(3)
    waiting = vacantia.ask("query($id: ID!) { offer(id: $id) { status sentAt } }", {"id": offer}, "recruiter")["data"]["offer"]
    check("while the relay is down the offer is released and not said to be delivered", waiting == {"status": "SENT", "sentAt": None}, waiting)
    smtp.start()
    message = mailbox.to(address, "offer", patience=90)
    check("the relay is up again: the offer arrives", message is not None)
    no_defects("the second offer", message)
    for part in parts_of(message):
        text = html.unescape(part)
        whole = all(word in text for word in ("Backend Developer", "Monitor", "/offers/")) and re.search(r"\d{4}", text)
        check("each part of the mail carries role, team, deadline and link", bool(whole), text)
        check("no pay in the mail", "71,000" not in text and "71000" not in text)
    accept(vacantia, message, "Ottoline Fairweather")
    hired = vacantia.ask(
        "query($id: ID!) { application(id: $id) { status } offer(id: \"%s\") { status sentAt firstViewedAt } }" % offer,
        {"id": application["id"]}, "recruiter",
    )["data"]
    check("the application is hired, the offer accepted", hired["application"]["status"] == "HIRED" and hired["offer"]["status"] == "ACCEPTED", hired)
    check("twelve are left, Monitor two", counts(vacantia)[0] == 12 and counts(vacantia)[1]["Monitor"] == 2, counts(vacantia))
    ids = [email.message_from_bytes(content)["message-id"] for _, content in mailbox.mails]
    check("no message was delivered twice", len(ids) == len(set(ids)), ids)
    check("the feed follows the second hire", feed_within(vacantia, 5, lambda body: ">12<" in body))


def drafts_and_archives(vacantia):
    plan = vacantia.ask("{ postings(first: 1) { nodes { id plan { id } } } }", role="recruiter")["data"]["postings"]["nodes"][0]
    content = dict(title="Gardener", workplace="ONSITE", employmentType="FULL_TIME", planId=plan["plan"]["id"])
    drafted = vacantia.change("postingCreate", "posting { id revision }", "recruiter", **content)
    if drafted["posting"]:
        ident, revision = drafted["posting"]["id"], drafted["posting"]["revision"]
        vacantia.refused("postingPublish", "PLACE_MISSING", "recruiter", postingId=ident, expectedRevision=revision)
    else:
        check("a posting is drafted", False, drafted)
    closed = vacantia.change("postingClose", "posting { id revision }", "recruiter", postingId=plan["id"], reason="OTHER")
    check("a posting is closed", closed["posting"] is not None, closed)
    vacantia.refused("postingArchive", "ACTIVE_APPLICATIONS", "recruiter", postingId=plan["id"])


def feeds(vacantia):
    for channel in ("rss", "indeed"):
        status, body = vacantia.get(f"/feeds/{channel}.xml")
        parsed = feedparser.parse(body) if channel == "rss" else None
        check(f"{channel}.xml is served", status == 200, status)
        if parsed is not None:
            check("feedparser is content", not parsed.bozo and len(parsed.entries) == 3, (parsed.bozo, len(parsed.entries)))
        xml = subprocess.run(["xmllint", "--noout", "-"], input=body.encode(), capture_output=True)
        check(f"xmllint is content with {channel}.xml", xml.returncode == 0, xml.stderr)


def quiet(vacantia, mailbox):
    """The log, at its most talkative, names nobody and opens nothing."""
    log = open(vacantia.log.name).read()
    sent = b"".join(content for _, content in mailbox.mails).decode(errors="replace").replace("=\r\n", "")
    links = set(re.findall(r"/(?:offers|applications|nominations|references)/([\w-]{20,})", sent))
    people = {address for recipients, _ in mailbox.mails for address in recipients}
    check("the log is there, and mail and links to look for", len(log) > 10_000 and links and people)
    told = given_away(log, [*vacantia.tokens.values(), *links, *people, "Ottoline", "Fairweather"])
    check("the log holds no person, no token, no link", not told, told)


def main():
    mailbox, port = Mailbox(), free_port()
    smtp = Relay(mailbox, port)
    smtp.start()
    vacantia = Vacantia(sys.argv[1], port)
    check("the demo starts and prints a token per role", len(vacantia.tokens) == 5, vacantia.said)
    try:
        demo_offer(vacantia, mailbox)
        feeds(vacantia)
        one_candidate(vacantia, mailbox, smtp)
        drafts_and_archives(vacantia)
    finally:
        vacantia.process.send_signal(signal.SIGTERM)
        check("it stops in good order", vacantia.process.wait(35) == 0)
        quiet(vacantia, mailbox)
        smtp.stop()
    print(f"\n{len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(bool(FAILED))


main()
