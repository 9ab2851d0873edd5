"""People at work: from a new team to an accepted offer, each writing down what was asked before and what was answered after."""

import datetime
import glob
import os
import re
import threading
import time

from program import Refused, Unanswered

RECEIVED, REVIEWED, MOVED, ALLOTTED, JUSTIFIED, DRAFTED, APPROVED, SENT, HIRED = range(9)
TEAMS = ("Create", "Plan", "Verify")
SEATS = 40
STATE = """id revision status stage { key } steps { id status step { key } } currentTeam { id }
  justification { text } offers { id status }"""


class World:
    """What everybody works on: one plan, three teams, a posting for each writer and round."""

    def __init__(self, api):
        step = {"title": "Step", "participant": "RECRUITING"}
        stages = [
            {"key": "review", "title": "Review", "steps": [{**step, "key": "review", "kind": "REVIEW"}]},
            {"key": "offer", "title": "Offer", "steps": [{**step, "key": "offer", "kind": "OFFER"}]},
        ]
        plan = {"name": "Short", "approval": "NONE", "references": {"least": 0, "managers": 0}, "stages": stages}
        self.plan = api.change("planCreate", "plan { id }", **plan)["plan"]["id"]
        self.teams = [api.change("teamCreate", "team { id }", name=name)["team"]["id"] for name in TEAMS]


class Mailbox:
    """Offers as they reach people where no relay is set: files under the data folder."""

    def __init__(self, *folders):
        self.folders = folders

    def find(self, message):
        for folder in self.folders:
            for path in glob.glob(os.path.join(folder, "mail", message + ".eml")):
                with open(path, encoding="utf-8") as file:
                    return file.read()
        return None


class Posting:
    """Made by one writer alone, so that its seats are known but for the last, unanswered word."""

    def __init__(self, title):
        self.title, self.id, self.seats, self.asked = title, None, 0, set()
        self.doubtful = False


class Application:
    """How far it got for certain, and how far it was asked to go."""

    def __init__(self, posting, email, team):
        self.posting, self.email, self.team = posting, email, team
        self.id = self.offer = self.refusal = self.page = None
        self.level = self.asked = RECEIVED - 1
        self.doubtful = False


class Journal:
    """Everything that was asked of the program, and what came of it as far as that was heard."""

    def __init__(self):
        self.teams, self.postings, self.applications = {}, [], []
        self.answered, self.unanswered, self.repeated = 0, 0, 0
        self.troubles, self.wrong = [], []
        self.lock = threading.Lock()

    def count(self, what):
        with self.lock:
            setattr(self, what, getattr(self, what) + 1)

    def trouble(self, text):
        self.count("unanswered")
        self.troubles.append(text)


class Writer:
    """One of several who work at once, each on records of their own."""

    def __init__(self, name, dice, apis, world, journal, mailbox, pause=0):
        self.name, self.dice, self.apis, self.world = name, dice, apis, world
        self.journal, self.mailbox, self.pause = journal, mailbox, pause
        self.over, self.thread, self.mine, self.postings, self.number = threading.Event(), None, [], [], 0

    @property
    def api(self):
        return self.dice.choice(self.apis)

    def start(self):
        self.over.clear()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def finish(self):
        self.over.set()
        self.thread.join()

    def run(self):
        try:
            while not self.over.is_set():
                self.work()
                self.over.wait(self.dice.uniform(0, 2 * self.pause))
        except BaseException as broken:
            self.journal.wrong.append("a writer broke: %r" % broken)
            raise

    def work(self):
        """One thing, whatever comes next."""
        usable = [posting for posting in self.postings if posting.id and not posting.doubtful]
        going = [one for one in self.mine if one.level < HIRED and not one.refusal]
        choice = self.dice.random()
        if not usable or choice < 0.02:
            self.found_posting()
        elif choice < 0.06:
            self.found_team()
        elif choice < 0.10:
            self.set_vacancies(self.dice.choice(usable))
        elif choice < 0.14 and going:
            self.repeat(self.dice.choice(going))
        elif len(going) < 3 or choice < 0.3 and len(going) < 9:
            self.receive(self.dice.choice(usable))
        else:
            self.further(self.dice.choice(going))

    def next_name(self):
        self.number += 1
        return "%s-%d" % (self.name, self.number)

    def heard(self, act, *of):
        """Whether the request was answered; a refusal is an answer."""
        try:
            act(*of)
            self.journal.count("answered")
            return True
        except Refused:
            self.journal.count("answered")
            raise
        except Unanswered as trouble:
            self.journal.trouble(str(trouble))
            time.sleep(0.02)
            return False

    def found_team(self):
        name = "Team " + self.next_name()
        self.journal.teams[name] = None

        def ask():
            self.journal.teams[name] = self.api.change("teamCreate", "team { id }", name=name)["team"]["id"]

        self.heard(ask)

    def found_posting(self):
        posting = Posting("Gardener " + self.next_name())
        posting.asked.add(SEATS * len(TEAMS))
        self.journal.postings.append(posting)
        self.postings.append(posting)

        def ask():
            fields = dict(
                title=posting.title, workplace="REMOTE", employmentType="FULL_TIME", planId=self.world.plan,
                remoteCountries=["PT"], sections=[{"heading": "What you do", "body": "You **plant** & prune."}],
                teams=[{"teamId": team, "vacancies": SEATS} for team in self.world.teams],
            )
            made = self.api.change("postingCreate", "posting { id }", **fields)["posting"]["id"]
            posting.seats, posting.asked = SEATS * len(TEAMS), set()
            self.api.change("postingPublish", "posting { id }", postingId=made)
            posting.id = made

        self.heard(ask)

    def set_vacancies(self, posting):
        """Seats that are left, taken or not, are what was asked and those already filled."""
        own = [one for one in self.mine if one.posting is posting]
        if any(one.doubtful and one.asked == HIRED for one in own):
            return
        wanted = [self.dice.randrange(20, 2 * SEATS) for _ in self.world.teams]
        filled = sum(one.level == HIRED for one in own)
        posting.asked.add(sum(wanted) + filled)
        teams = [{"teamId": team, "vacancies": count} for team, count in zip(self.world.teams, wanted)]

        def ask():
            self.api.change("postingVacanciesSet", "posting { id }", postingId=posting.id, teams=teams)
            posting.seats, posting.asked = sum(wanted) + filled, set()

        try:
            posting.doubtful = not self.heard(ask)
        except Refused:
            # Fewer than are held: nothing changed.
            posting.asked.clear()

    def receive(self, posting):
        email = "%s@mail.example.org" % self.next_name().lower().replace(" ", "-")
        one = Application(posting, email, self.dice.choice(self.world.teams))
        self.mine.append(one)
        self.journal.applications.append(one)
        self.further(one)

    def further(self, one):
        """The next thing that is to happen to an application; after doubt, first what is true."""
        if one.doubtful:
            return self.heard(self.settle, one)
        one.asked = one.level + 1
        try:
            if self.heard(STEPS[one.asked], self, one):
                one.level = one.asked
            else:
                one.doubtful = True
        except NotYet:
            one.asked = one.level
        except Refused as refused:
            one.refusal, one.asked = str(refused), one.level

    def settle(self, one):
        """Repeats what may be repeated, reads the rest, and holds it against what was asked."""
        if one.id is None:
            submit(self, one)
        elif one.asked in (DRAFTED, SENT):
            STEPS[one.asked](self, one)
        found = read(self.api, one)
        level = level_of(found)
        if not one.level <= level <= max(one.asked, RECEIVED):
            self.journal.wrong.append("%s is at %d, answered %d, asked %d" % (one.email, level, one.level, one.asked))
        if len(found["offers"]) > 1:
            self.journal.wrong.append("%s has offers %s" % (one.email, found["offers"]))
        if one.offer and [one.offer] != [offer["id"] for offer in found["offers"]]:
            self.journal.wrong.append("%s: the repeat named %s, there is %s" % (one.email, one.offer, found["offers"]))
        one.offer = found["offers"][0]["id"] if found["offers"] else None
        one.level = one.asked = level
        one.doubtful = False

    def repeat(self, one):
        """The same request under the same key has to name the same object."""
        if one.doubtful or one.level < RECEIVED:
            return
        self.journal.count("repeated")
        known = (one.id, one.offer)
        if self.heard(submit, self, one) and one.level in range(DRAFTED, HIRED):
            self.heard(draft, self, one)
        if (one.id, one.offer) != known:
            self.journal.wrong.append("%s: repeated, %s became %s" % (one.email, known, (one.id, one.offer)))


class NotYet(Exception):
    """What it waits for has not come; nothing was asked."""


def read(api, one):
    return api.ask("query($id: ID!) { application(id: $id) { %s } }" % STATE, {"id": one.id})["application"]


def level_of(found):
    """How far an application is, by what it looks like."""
    offers = {offer["status"] for offer in found["offers"]}
    marks = [
        (HIRED, found["status"] == "HIRED" and "ACCEPTED" in offers),
        (SENT, "SENT" in offers),
        (APPROVED, "APPROVED" in offers),
        (DRAFTED, "DRAFT" in offers),
        (JUSTIFIED, found["justification"]),
        (ALLOTTED, found["currentTeam"]),
        (MOVED, found["stage"]["key"] == "offer"),
        (REVIEWED, any(step["step"]["key"] == "review" and step["status"] == "PASSED" for step in found["steps"])),
    ]
    return next((level for level, holds in marks if holds), RECEIVED)


def submit(writer, one):
    fields = dict(postingId=one.posting.id, name="Ada <&> O'Hara", email=one.email, idempotencyKey="apply " + one.email)
    receipt = writer.api.change("applicationSubmit", "receipt { applicationId }", **fields)["receipt"]
    one.id = receipt["applicationId"]


def review(writer, one):
    api = writer.api
    found = read(api, one)
    step = next(step["id"] for step in found["steps"] if step["step"]["key"] == "review")
    api.change("stepPass", "application { id }", stepId=step, expectedRevision=found["revision"])


def move(writer, one):
    api = writer.api
    revision = read(api, one)["revision"]
    fields = dict(applicationId=one.id, stage="review", expectedRevision=revision)
    api.change("applicationAdvance", "application { id }", **fields)


def allot(writer, one):
    writer.api.change("applicationAllot", "application { id }", applicationId=one.id, teamId=one.team)


def justify(writer, one):
    writer.api.change("justificationSave", "justification { text }", applicationId=one.id, text="Kind and quick.")


def draft(writer, one):
    terms = dict(
        title="Gardener", pay=dict(amountMinor="4100000", currency="EUR"), interval="YEAR", employmentType="FULL_TIME",
        startOn="2031-03-01", place="Remote, Portugal",
    )
    deadline = (datetime.date.today() + datetime.timedelta(days=20)).isoformat() + "T12:00:00Z"
    fields = dict(applicationId=one.id, terms=terms, expiresAt=deadline, idempotencyKey="offer " + one.email)
    one.offer = writer.api.change("offerCreate", "offer { id }", **fields)["offer"]["id"]


def approve(writer, one):
    writer.api.change("offerSubmit", "offer { id }", offerId=one.offer)


def send(writer, one):
    writer.api.change("offerSend", "offer { id }", offerId=one.offer, idempotencyKey="send " + one.email)


def accept(writer, one):
    """As a person does: opens the link in the mail, goes on, types the name, ticks the consent."""
    if one.page is None:
        one.page = offered(writer, one)
    api = writer.api
    shown = page(api, one.page, step="view")
    hidden = dict(re.findall(r'name="(nonce|termsHash)" value="([^"]*)"', shown))
    consent = re.search(r'name="consent" type="checkbox" value="([^"]*)"', shown).group(1)
    page(api, one.page, step="accept", consent=consent, typedName="Ada O'Hara", **hidden)


def offered(writer, one):
    message = writer.api.ask("query($id: ID!) { offer(id: $id) { message { id } } }", {"id": one.offer})["offer"]["message"]
    mail = message and writer.mailbox.find(message["id"])
    link = mail and re.search(r"https?://[^/\s]+(/offers/[a-z0-9]+)", mail.replace("=\n", "").replace("=\r\n", ""))
    if not link:
        raise NotYet
    return link.group(1)


def page(api, path, **fields):
    status, _, text = api.form(path, **fields)
    if status >= 500:
        raise Unanswered("%d: %s" % (status, text))
    if status >= 400:
        raise Refused("%d" % status)
    return text


STEPS = [submit, review, move, allot, justify, draft, approve, send, accept]
