"""A started Vacantia with people who apply, brought by GraphQL to wherever a page is to be seen."""

import datetime
import email
import email.policy
import glob
import os
import re

from program import BRISK_OUTBOX, Api, Vacantia, wait_for

QUESTIONS = [
    dict(key="why", label="Why would you like to work here?", type="PROSE", required=True),
    dict(key="remote", label="Have you worked remotely before?", type="YES_NO", required=True),
    dict(key="hours", label="How many hours a week would you like to work?", type="CHOICE", options=["20", "30", "40"], required=True),
    dict(key="work", label="Where can we see something you have made?", type="URL", required=False),
]
VIDEO = "https://meet.example.com/talk"


def in_days(days):
    morning = datetime.datetime.now(datetime.timezone.utc).replace(hour=9, minute=0, second=0, microsecond=0)
    return (morning + datetime.timedelta(days=days)).isoformat()


def kit(attributes):
    return dict(purpose="Whether we would learn from each other.", questions=[QUESTIONS[0]], attributes=attributes)


def stages():
    def step(key, title, kind, participant, **more):
        return dict(key=key, title=title, kind=kind, participant=participant, **more)

    return [
        dict(key="review", title="Application review", steps=[step("review", "Application review", "REVIEW", "RECRUITING")]),
        dict(key="questions", title="Our questions", steps=[
            step("questions", "Our questions", "FORM", "CANDIDATE", kit=dict(questions=QUESTIONS)),
        ]),
        dict(key="meet", title="Getting to know each other", mode="PARALLEL", steps=[
            step("talk", "A first conversation", "INTERVIEW", "HIRING_MANAGER", minutes=45),
            step("panel", "A conversation with the team", "INTERVIEW", "TEAM_MANAGER", minutes=60, kit=kit(["Listening", "Explaining"])),
            step("references", "References", "REFERENCE", "REFEREE"),
        ]),
        dict(key="last", title="A last conversation", optional=True, steps=[
            step("last", "A last conversation", "INTERVIEW", "EXECUTIVE", minutes=30),
        ]),
        dict(key="offer", title="Offer", steps=[step("offer", "Offer", "OFFER", "APPROVER")]),
    ]


class Office:
    """The program, and those who recruit with it."""

    def __init__(self, binary, folder, database):
        self.vacantia = Vacantia(binary, folder, database, **BRISK_OUTBOX)
        self.database, self.journey, self.offers = database, {}, {}
        token = self.vacantia.staff("recruiter@example.com", "recruiter", "admin")
        people = [("dana", "Dana Okafor", "Engineering Manager"), ("ilse", "Ilse van den Berg", "Staff Engineer"),
                  ("finn", "Finn Aalto", "Head of Finance", "approver"), ("bea", "Bea Lima", "Managing Director", "approver")]
        self.hosts = [self.colleague(*one) for one in people]
        self.vacantia.start()
        self.desk = Api(self.vacantia.address, token)
        self.base = "http://" + self.vacantia.address
        self.teams = [self.desk.change("teamCreate", "team { id }", name=name)["team"]["id"] for name in ("Harbour", "Lighthouse", "Workshop")]
        self.posting, self.slug = self.post("Developer for tools that people rely on", "NONE")
        chain = [dict(title="Finance", needed=1, approverIds=self.hosts[2:3]), dict(title="The board", needed=1, approverIds=self.hosts[3:])]
        self.approved, _ = self.post("Keeper of the harbour", "CHAIN", approvalGroups=chain)

    def post(self, title, approval, **more):
        """An open posting, by its id and its slug, with a plan of its own."""
        plan = self.desk.change(
            "planCreate", "plan { id }", name=title, stages=stages(), approval=approval, references=dict(least=0, managers=0), **more
        )["plan"]["id"]
        posting = self.desk.change(
            "postingCreate", "posting { id slug }", title=title, workplace="REMOTE", employmentType="FULL_TIME",
            sections=[dict(heading="What you would do", body="Keep the tools going that others do their work with: find what is slow, mend what breaks, and leave it simpler.")],
            planId=plan, remoteCountries=["DE", "PT"], teams=[dict(teamId=team, vacancies=9) for team in self.teams], questions=QUESTIONS,
        )["posting"]
        self.desk.change("postingPublish", "posting { id }", postingId=posting["id"])
        return posting["id"], posting["slug"]

    def colleague(self, name, called, title, role="interviewer"):
        address = name + "@example.com"
        self.vacantia.run("user", "create", address, "--name", called, "--title", title, "--role", role)
        return self.database.rows("SELECT id FROM user_account WHERE email = '%s'" % address)[0][0]

    def apply(self, name, posting=None):
        """Somebody who has applied: the address, by which everything else is found."""
        address = re.sub(r"\W+", ".", name.lower()) + "@mail.example.org"
        answers = [dict(key="why", value="It is useful."), dict(key="remote", value="yes"), dict(key="hours", value="30")]
        fields = dict(postingId=posting or self.posting, name=name, email=address, answers=answers, source="STAFF")
        self.journey[address] = self.desk.change("applicationSubmit", "receipt { applicationId }", **fields)["receipt"]["applicationId"]
        return address

    def state(self, address):
        query = "query($id: ID!) { application(id: $id) { revision status stage { key position } steps { id stage status step { key kind } } } }"
        return self.desk.ask(query, {"id": self.journey[address]})["application"]

    def step(self, address, key):
        return next(step["id"] for step in self.state(address)["steps"] if step["step"]["key"] == key)

    def bring(self, address, goal):
        """To the stage with this key; what is in the way is done by hand."""
        while (now := self.state(address))["stage"]["key"] != goal:
            for step in now["steps"]:
                if step["stage"] == now["stage"]["position"] and step["status"] not in ("PASSED", "WAIVED"):
                    if step["step"]["kind"] == "REFERENCE":
                        self.desk.change("stepWaive", "application { id }", stepId=step["id"], reason="Known from earlier work.")
                    else:
                        self.desk.change("stepPass", "application { id }", stepId=step["id"])
            now = self.state(address)
            over = goal == "offer" and now["stage"]["key"] == "meet"
            self.desk.change(
                "applicationAdvance", "application { id }", applicationId=self.journey[address], stage=now["stage"]["key"],
                expectedRevision=now["revision"], passOver=over,
            )

    def send_form(self, address):
        self.desk.change("formSend", "form { id }", stepId=self.step(address, "questions"), note="Take your time.\nShort answers are fine.")

    def set_talk(self, address):
        hosts = [dict(userId=host) for host in self.hosts]
        fields = dict(stepId=self.step(address, "talk"), startsAt=in_days(2), zone="Europe/Lisbon", videoLink=VIDEO, participants=hosts)
        self.desk.change("interviewSchedule", "interview { id }", **fields)

    def offer_times(self, address, first=3):
        slots = [dict(startsAt=in_days(first + later)) for later in range(3)]
        fields = dict(stepId=self.step(address, "panel"), slots=slots, videoLink=VIDEO, participants=[dict(userId=self.hosts[0])])
        self.desk.change("interviewOfferSlots", "slots { id }", **fields)

    def ask_for_names(self, address):
        note = "Somebody from your last team would be best."
        self.desk.change("referenceRequest", "request { id }", stepId=self.step(address, "references"), count=2, note=note)

    def ask_for_card(self, address):
        fields = dict(stepId=self.step(address, "panel"), userIds=[self.hosts[1]])
        self.desk.change("scorecardRequest", "step { id }", **fields)

    def draft_offer(self, address, expires):
        """What is ready to be submitted: where, and its terms."""
        application = self.journey[address]
        self.bring(address, "offer")
        self.desk.change("applicationAllot", "application { id }", applicationId=application, teamId=self.teams[0])
        self.desk.change("justificationSave", "justification { text }", applicationId=application, text="Explains hard things simply.")
        terms = dict(
            title="Developer", pay=dict(amountMinor="6400000", currency="EUR"), interval="YEAR", employmentType="FULL_TIME",
            startOn=in_days(60)[:10], place="Remote, Portugal", employer="Example Works, Lda.", equity="400 options over four years.",
            bonuses=[dict(kind="SIGNING", amount=dict(amountMinor="150000", currency="EUR"))], benefits=["A train card", "Two conferences a year"],
            clauses=[dict(title="Paid leave", text="30 working days a year.\nWhat is left moves on to March.")], remarks="A budget for books.\nA desk where you need one.",
        )
        offer = self.desk.change("offerCreate", "offer { id }", applicationId=application, terms=terms, expiresAt=expires)["offer"]["id"]
        self.offers[address] = offer, terms
        return offer

    def send_offer(self, address, expires=None):
        offer = self.draft_offer(address, expires or in_days(14))
        self.desk.change("offerSubmit", "offer { id }", offerId=offer)
        self.desk.change("offerSend", "offer { id }", offerId=offer)

    def rescind(self, address):
        self.desk.change("offerRescind", "offer { id }", offerId=self.offers[address][0], reason="The team is not hiring after all.")

    def replace(self, address):
        offer, terms = self.offers[address]
        self.desk.change("offerUpdate", "offer { id }", offerId=offer, terms=dict(terms, title="Senior Developer"))
        self.desk.change("offerSubmit", "offer { id }", offerId=offer)
        self.desk.change("offerSend", "offer { id }", offerId=offer)

    def hires(self, address):
        """How often the candidate's yes is in the history."""
        query = "query($id: ID!) { application(id: $id) { events(first: 100) { nodes { kind } } } }"
        nodes = self.desk.ask(query, {"id": self.journey[address]})["application"]["events"]["nodes"]
        return [node["kind"] for node in nodes].count("offerAccepted")

    def ask_for_approval(self, address):
        self.desk.change("offerSubmit", "offer { id }", offerId=self.draft_offer(address, in_days(14)))

    def link(self, address, kind, patience=20):
        """The path of the newest page of this kind that a mail to this address leads to."""
        found = []

        def arrived():
            found[:] = self._links(address, kind)
            return found

        wait_for(arrived, "a mail to %s about %s" % (address, kind), patience)
        return found[-1]

    def _links(self, address, kind):
        paths = []
        for name in sorted(glob.glob(os.path.join(self.vacantia.data, "mail", "*.eml")), key=os.path.getmtime):
            with open(name, "rb") as file:
                message = email.message_from_binary_file(file, policy=email.policy.default)
            if address in str(message["To"]):
                text = message.get_body(("plain",)).get_content()
                paths += re.findall(r"(/%s/[0-9a-z]{20,})\b" % kind, text)
        return paths
