"""Which postings were listed when, and which of these states a document tells."""

import datetime
import re

# What every posting says of itself, wherever a channel puts it: in title, text, address.
MARK = re.compile(r"zookeeper[\s-]+(\d+)[\s-]+edition[\s-]+(\d+)", re.I)
PEOPLE = 24


def title(number, edition):
    return f"Zookeeper {number} edition {edition}"


def told(text):
    """Which edition of each posting a document tells, and what of it does not fit together."""
    editions = {}
    for number, edition in MARK.findall(text):
        editions.setdefault(int(number), set()).add(int(edition))
    torn = [f"posting {number} in the editions {sorted(found)}" for number, found in editions.items() if len(found) > 1]
    return {number: min(found) for number, found in editions.items()}, torn


class History:
    """The states there were, one after the other: one writer makes one change at a time."""

    def __init__(self):
        self.states = [{}]

    def add(self, state):
        """To be said before the change is asked for, since a feed may be faster than the answer."""
        self.states.append(dict(state))

    def places(self, state):
        return [place for place, one in enumerate(self.states) if one == state]

    def goes_on(self, states):
        """Whether these states, seen one after the other, can be so without time running backwards."""
        now = 0
        for state in states:
            now = next((place for place in self.places(state) if place >= now), None)
            if now is None:
                return False
        return True


class Writer:
    """Publishes, edits, pauses, resumes, closes and reopens, each change at another instance in turn."""

    def __init__(self, apis, dice, history):
        self.apis, self.dice, self.history = apis, dice, history
        self.postings, self.listed, self.edition, self.done = [], {}, 0, {}
        step = {"title": "Step", "participant": "RECRUITING", "key": "review", "kind": "REVIEW"}
        plan = {"name": "Short", "approval": "NONE", "references": {"least": 0, "managers": 0}}
        api = apis[0]
        self.plan = api.change("planCreate", "plan { id }", **plan, stages=[{"key": "review", "title": "Review", "steps": [step]}])["plan"]["id"]
        self.team = api.change("teamCreate", "team { id }", name="Zoo")["team"]["id"]

    def ask(self, mutation, number, state, **fields):
        """One change. `state` is what is listed once it is made."""
        self.history.add(state)
        api = self.apis[sum(self.done.values()) % len(self.apis)]
        api.change(mutation, "posting { id }", postingId=self.postings[number], **fields)
        self.listed = state
        self.done[mutation] = self.done.get(mutation, 0) + 1

    def text(self, number):
        self.edition += 1
        words = " ".join(self.dice.choice(("feed", "sweep", "count", "wash", "weigh", "walk")) for _ in range(250))
        body = f"{title(number, self.edition)}: {words}. {title(number, self.edition)}, to the end."
        return {"title": title(number, self.edition), "sections": [{"heading": "Work", "body": body}]}

    def publish(self, number):
        place = {"country": "DE", "region": "Bavaria", "street": "Gate 1", "postalCode": "80331"}
        far = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=60)
        posting = self.apis[0].change(
            "postingCreate", "posting { id }", planId=self.plan, workplace="ONSITE", employmentType="FULL_TIME",
            locations=[{**place, "city": city} for city in ("Munich", "Augsburg")], expiresAt=far.strftime("%Y-%m-%dT%H:%M:%SZ"),
            payRanges=[{"currency": "EUR", "interval": "YEAR", "minMinor": "5000000", "maxMinor": "6000000"}],
            teams=[{"teamId": self.team, "vacancies": 3}], **self.text(number),
        )["posting"]
        self.postings.append(posting["id"])
        self.ask("postingPublish", number, {**self.listed, number: self.edition})

    def edit(self, number):
        text = self.text(number)
        self.ask("postingUpdate", number, {**self.listed, number: self.edition}, **text)

    def hide(self, number):
        """Pause or close, change what nobody sees, and bring it back: what it said before was never beside what comes then."""
        rest = {other: edition for other, edition in self.listed.items() if other != number}
        away, back = self.dice.choice((("postingPause", "postingResume"), ("postingClose", "postingReopen")))
        self.ask(away, number, rest, **({"reason": "OTHER"} if away == "postingClose" else {}))
        self.ask("postingUpdate", number, rest, **self.text(number))
        self.ask(back, number, {**rest, number: self.edition})

    def work(self):
        number = self.dice.randrange(len(self.postings))
        if len(self.postings) < 2 * PEOPLE and self.dice.random() < 0.1:
            self.publish(len(self.postings))
        elif self.dice.random() < 0.5:
            self.edit(number)
        else:
            self.hide(number)
