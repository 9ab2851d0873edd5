"""A slow SMTP server that keeps what it took, and the reckoning of what arrived against what is said to be sent."""

import asyncio
import collections
import email
import email.policy
import re

from aiosmtpd.controller import Controller

from program import free_port, wait_for

MESSAGES = """SELECT id, kind, state, CASE WHEN duplicate_possible THEN 1 ELSE 0 END, CASE WHEN held THEN 1 ELSE 0 END
    FROM email_message"""
Message = collections.namedtuple("Message", "id kind state possible held")


class Relay:
    """Takes everything, each step after a while."""

    def __init__(self, dice, longest=0.25):
        self.dice, self.longest, self.taken, self.bodies, self.busy = dice, longest, [], {}, 0
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.url = "smtp://127.0.0.1:%d" % self.controller.port

    def start(self):
        self.controller.start()

    def stop(self):
        self.controller.stop()

    async def handle_MAIL(self, server, session, envelope, address, options):
        await asyncio.sleep(self.dice.uniform(0, 0.02))
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.dice.uniform(0, 0.02))
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        # From here on the mail has arrived, whether or not the sender lives to hear it.
        raw = envelope.original_content
        name = str(email.message_from_bytes(raw, policy=email.policy.default)["Message-ID"])
        self.taken.append((name, raw))
        self.bodies[name.strip("<>").partition("@")[0]] = raw
        self.busy += 1
        await asyncio.sleep(self.dice.uniform(self.longest / 5, self.longest))
        self.busy -= 1
        return "250 2.0.0 taken as %d" % len(self.taken)

    def secrets(self):
        """Whom mails went to, and the secrets of the links in them."""
        for _, raw in list(self.taken):
            text = raw.decode(errors="replace").replace("=\r\n", "")
            yield str(email.message_from_bytes(raw, policy=email.policy.default)["To"].addresses[0].addr_spec)
            yield from re.findall(r"/(?:offers|applications)/([a-z0-9]{20,})", text)

    def find(self, message):
        """The text of a message that came, or none: its id is part of its Message-ID."""
        token = message.removeprefix("mail_")
        raw = next((raw for name, raw in list(self.bodies.items()) if token in name), None)
        return raw and raw.decode()


def messages(database):
    return [Message(*row[:3], int(row[3]), int(row[4])) for row in database.rows(MESSAGES)]


def settle(vacantia, database, relay):
    """Waits until nothing happens by itself any more; does what is left to a person, who looks before sending again."""

    def rests():
        left = [one for one in messages(database) if one.state not in ("sent", "cancelled")]
        for one in left:
            if one.state == "unknown" and one.held and not relay.find(one.id):
                vacantia.run("outbox", "retry", one.id)
                return False
        return all(one.state == "unknown" and one.held for one in left)

    wait_for(rests, "the outbox to come to rest")


def _defects(message):
    return [defect for part in message.walk() for defect in part.defects] + [
        defect for value in message.values() for defect in getattr(value, "defects", ())
    ]


def _faults_of(raw):
    """What a careful reader finds wrong with a mail."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if defects := _defects(message):
        yield "has defects: %s" % defects
    if message.get_content_type() != "multipart/alternative":
        yield "is %s" % message.get_content_type()
    for kind in ("plain", "html"):
        body = message.get_body(preferencelist=(kind,))
        if body is None or "http" not in body.get_content():
            yield "has no link in its %s part" % kind
    for header, count in collections.Counter(header.lower() for header in message.keys()).items():
        if count > 1:
            yield "has %d headers %s" % (count, header)


def faults(database, relay):
    """Every mail came once; twice only where its fate was unknown, and then byte for byte the same."""
    wrong, copies = [], collections.defaultdict(list)
    for name, raw in relay.taken:
        copies[name].append(raw)
    counts = collections.Counter()
    for name, taken in copies.items():
        wrong += ["%s %s" % (name, fault) for fault in _faults_of(taken[0])]
        if len(set(taken)) > 1:
            wrong.append("%s arrived in different copies" % name)
        counts[name.strip("<>").partition("@")[0]] = len(taken)
    known = messages(database)
    for one in known:
        token = one.id.removeprefix("mail_")
        count = counts.get(token, 0) or sum(number for name, number in counts.items() if token in name)
        if one.state not in ("sent", "cancelled") and not (one.state == "unknown" and one.held):
            wrong.append("%s is %s" % (one.id, one.state))
        if not 1 <= count <= 1 + one.possible:
            wrong.append("%s, %s, %s, arrived %d times" % (one.id, one.kind, one.state, count))
    if len(copies) != len(known):
        wrong.append("%d mails arrived of %d messages" % (len(copies), len(known)))
    return wrong


def summary(database, relay):
    known = messages(database)
    held = sum(one.state == "unknown" and one.held for one in known)
    return "%d messages, %d arrived in %d copies; %d said to be perhaps double, %d of them left to a person" % (
        len(known), len({name for name, _ in relay.taken}), len(relay.taken), sum(one.possible for one in known), held)
