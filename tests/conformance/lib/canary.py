"""Looks through what a program logged, at its most talkative, for people, tokens and secrets of links."""

import re
import sys

# What a log line holds instead are kinds, ids, codes and counts, so any of these is one too many.
GIVEN_AWAY = {
    "an address": re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
    "a token": re.compile(r"vac_\w{20,}"),
    "a link's secret": re.compile(r"/(?:offers|applications)/[a-z0-9]{20,}"),
}
# The organisation's own address, and the one of a hint.
OURS = {"jobs@example.com", "you@example.com"}


def complaints(text, secrets=()):
    """What of a person, a token or a link is in it, with the line; beside patterns, whatever was used and is told here."""
    found = []
    for what, pattern in GIVEN_AWAY.items():
        found += [(what, _line(text, one.start())) for one in pattern.finditer(text) if one.group() not in OURS]
    for secret in {one for one in secrets if one}:
        place = text.find(secret)
        if place >= 0:
            found.append((secret[:8] + "..", _line(text, place)))
    return found[:5]


def _line(text, place):
    return text[text.rfind("\n", 0, place) + 1 : place + 120].split("\n")[0][-300:]


def given_away(text, secrets=(), least=10_000):
    """The same as words of a report. A log that says nothing proves nothing, and is told of too."""
    short = [] if len(text) >= least else ["a log of %d characters proves nothing" % len(text)]
    return short + ["the log gives away %s: %s" % one for one in complaints(text, secrets)]


def secrets_of(journal):
    """What the people of `load` are called, and the secrets of their links."""
    for one in list(journal.applications):
        yield one.email
        if one.page:
            yield one.page.rpartition("/")[2]
    yield "O'Hara"


if __name__ == "__main__":
    # canary.py LOG: the same for suites that are no Python.
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        told = given_away(log.read())
    for line in told:
        print("WRONG: " + line, file=sys.stderr)
    sys.exit(1 if told else 0)
