"""What a Vacantia in use says of itself. Usage: observe.py PROGRAM"""

import glob
import http.client
import json
import os
import re
import sys
import tempfile
import time
import types

from prometheus_client.parser import text_string_to_metric_families

from program import Api, Vacantia, free_port

PASSED, FAILED = [], []
PERSON = {"name": "Wilhelmina Canary", "email": "wilhelmina.canary@mail.example.org", "phone": "+49 30 5550 1234"}
WRONG_TOKEN = "vac_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
QUERY_STRING = "canaryquerystring"


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else ": %r" % (seen,))[:900], flush=True)


def use(vacantia):
    """Does what people do, right and wrong; answers the secrets that came up."""
    token = vacantia.staff("recruiter@example.com", "recruiter", "admin")
    vacantia.start()
    desk, anyone = Api(vacantia.address, token), Api(vacantia.address)
    team = desk.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
    plan = desk.change("planCopy", "plan { id }", template="SHORT")["plan"]["id"]
    posting = desk.change(
        "postingCreate", "posting { id }", title="Lighthouse keeper", workplace="REMOTE", employmentType="FULL_TIME",
        planId=plan, remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 2}],
    )["posting"]["id"]
    desk.change("postingPublish", "posting { id }", postingId=posting)
    anyone.change("applicationSubmit", "receipt { __typename }", postingId=posting, **PERSON)
    applied = desk.ask("query Applied { applications { nodes { id } } }")["applications"]["nodes"]
    desk.change("applicationDecline", "application { id }", applicationId=applied[0]["id"], reason="Canary reason", note="Canary note")
    desk.ask("query Board($id: ID!) { posting(by: { id: $id }) { title pipeline { stage count } } }", {"id": posting})
    Api(vacantia.address, WRONG_TOKEN).post("{ viewer { __typename } }")
    anyone.send("GET", "/graphql?query=%7B%20postings%20%7B%20nodes%20%7B%20id%20%7D%20%7D%20%7D&x=" + QUERY_STRING)
    anyone.send("GET", "/jobs?team=" + QUERY_STRING)
    anyone.send("GET", "/offers/canarysecretcanarysecret")
    anyone.post("{ no")
    return [token, WRONG_TOKEN, QUERY_STRING, "canarysecret", "Canary reason", "Canary note", *PERSON.values()]


def log_lines(vacantia, secrets):
    text = vacantia.said()
    told = vacantia.given_away(secrets)
    check("the log names nobody and opens nothing", not told, told)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["fields"].get("message") == "request"]
    check("every request has its line", len(requests) > 12, len(requests))
    fields = [line["fields"] for line in requests]
    check("routes are patterns", {"/graphql", "/jobs", "/offers/{secret}"} <= {line["route"] for line in fields})
    named = [line for line in fields if line.get("name") == "Board"]
    check("an operation has its name, its kind and its cost", bool(named) and named[0]["operation"] == "query" and named[0]["statements"] > 1, named)
    check("viewers are told by kind", {"anonymous", "staff"} <= {line["viewer"] for line in fields})
    check("every line of a request has its id", all(line["span"].get("id") for line in requests))
    spans = {span["name"] for line in lines for span in line.get("spans", [])}
    check("lines of a request stand in its span", "request" in spans, spans)


def ids(vacantia):
    link = http.client.HTTPConnection(vacantia.address, timeout=10)
    link.request("GET", "/healthz", headers={"X-Request-Id": "from-a-proxy-0001"})
    trusted = link.getresponse().getheader("X-Request-Id")
    check("a trusted proxy's request id is kept", trusted == "from-a-proxy-0001", trusted)
    link = http.client.HTTPConnection(vacantia.address, timeout=10)
    link.request("GET", "/healthz", headers={"X-Request-Id": "no good"})
    made = link.getresponse().getheader("X-Request-Id")
    check("another one is made", bool(re.fullmatch("[0-9a-z]{20}", made or "")), made)


def metrics(vacantia, inner):
    check("metrics are not for the public", Api(vacantia.address).status("/metrics") == 404)
    for probe in ("/healthz", "/readyz"):
        check("%s answers on the inner listener" % probe, Api(inner).status(probe) == 200)
    status, headers, text = Api(inner).send("GET", "/metrics")
    check("metrics are served", status == 200 and headers["Content-Type"].startswith("text/plain"), status)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    page = os.path.join(os.path.dirname(__file__), "../../../docs/operations.md")
    known = set(re.findall(r"^\| `(vacantia_\w+)`", open(page).read(), re.M))
    said = {name + ("_total" if family.type == "counter" else "") for name, family in families.items()}
    check("every metric is on the page", said <= known, said - known)
    # No try fails here, no relay is given up, and nobody is told of news.
    wanted = {name for name in known if not re.search("retries|breaker|pings_total", name)}
    check("every metric of the page was said", wanted <= said, wanted - said)
    rules = families["vacantia_invariant_violations"].samples
    check("the ledger's rules hold", len(rules) == 5 and all(sample.value == 0 for sample in rules), rules)
    operations = {sample.labels["operation"] for sample in families["vacantia_graphql_requests"].samples}
    check("operations are told apart by their names", {"Board", "Applied", "none"} <= operations, operations)
    withheld = {sample.labels["channel"]: sample.value for sample in families["vacantia_feed_withheld"].samples}
    pages = glob.glob(os.path.join(os.path.dirname(__file__), "../../../schema/feeds/*/README.md"))
    channels = {os.path.basename(os.path.dirname(page)) for page in pages}
    check("a posting without a text is withheld, and counted so", withheld == dict.fromkeys(channels, 1), withheld)
    sent = [sample.value for sample in families["vacantia_outbox_messages"].samples if sample.labels["state"] == "sent"]
    check("messages are counted by state", sent and sent[0] >= 2, sent)
    codes = {sample.labels["code"] for sample in families["vacantia_refusals"].samples}
    check("refusals are counted by code", "NOT_FOUND" in codes, codes)


def main():
    with tempfile.TemporaryDirectory() as folder:
        inner = "127.0.0.1:%d" % free_port()
        database = types.SimpleNamespace(url="sqlite://%s/vacantia.db" % folder)
        settings = {
            "VACANTIA_LOG": "debug", "VACANTIA_LOG_FORMAT": "json", "VACANTIA_METRICS_LISTEN": inner,
            "VACANTIA_TRUSTED_PROXIES": "127.0.0.1", "VACANTIA_OUTBOX_POLL": "50ms",
        }
        vacantia = Vacantia(sys.argv[1], folder, database, **settings)
        try:
            secrets = use(vacantia)
            ids(vacantia)
            refused(vacantia)
            metrics(vacantia, inner)
            log_lines(vacantia, secrets)
            check("nothing panicked", not vacantia.leaks(), vacantia.leaks())
        finally:
            vacantia.end()
    print("\n%d passed, %d failed" % (len(PASSED), len(FAILED)))
    sys.exit(bool(FAILED))


def refused(vacantia):
    """A change that the business says no to, and mail that leaves."""
    query = 'mutation { applicationAdvance(input: { applicationId: "nothing", stage: "review", expectedRevision: 1 }) { userErrors { code } } }'
    Api(vacantia.address).post(query)
    time.sleep(3)


main()
