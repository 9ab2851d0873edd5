"""The spans that a Vacantia in use sends to a collector. Usage: otel.py PROGRAM PROGRAM_WITHOUT_OTLP"""

import collections
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
import types

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from program import Api, Vacantia, wait_for

PASSED, FAILED = [], []
PERSON = {"name": "Wilhelmina Canary", "email": "wilhelmina.canary@mail.example.org"}


def check(what, holds, seen=""):
    (PASSED if holds else FAILED).append(what)
    print(("ok    " if holds else "FAIL  ") + what + ("" if holds else ": %r" % (seen,))[:900], flush=True)


class Collector(http.server.ThreadingHTTPServer):
    """Takes OTLP over HTTP and keeps what it was sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests, self.posts = [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def spans(self):
        return [span for request in list(self.requests) for resource in request.resource_spans
                for scope in resource.scope_spans for span in scope.spans]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, self.headers["Content-Type"]))
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def use(vacantia, token):
    """A posting is published and somebody applies; the letter of thanks leaves."""
    desk, anyone = Api(vacantia.address, token), Api(vacantia.address)
    team = desk.change("teamCreate", "team { id }", name="Observers")["team"]["id"]
    plan = desk.change("planCopy", "plan { id }", template="SHORT")["plan"]["id"]
    posting = desk.change(
        "postingCreate", "posting { id }", title="Lighthouse keeper", workplace="REMOTE", employmentType="FULL_TIME",
        planId=plan, remoteCountries=["DE"], teams=[{"teamId": team, "vacancies": 2}],
    )["posting"]["id"]
    desk.change("postingPublish", "posting { id }", postingId=posting)
    anyone.change("applicationSubmit", "receipt { __typename }", postingId=posting, **PERSON)
    anyone.send("GET", "/jobs?team=canaryquerystring")
    anyone.send("GET", "/offers/canarysecretcanarysecret")
    wait_for(lambda: vacantia.messages()[0]["state"] == "sent", "the letter")


def whole(spans):
    """What OTLP asks of each span."""
    check("ids have their sizes", all(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in spans))
    check("ids are unlike each other", len({span.span_id for span in spans}) == len(spans))
    check("spans end after they begin", all(0 < span.start_time_unix_nano <= span.end_time_unix_nano for span in spans))
    known = {span.span_id: span for span in spans}
    children = [span for span in spans if span.parent_span_id]
    orphans = [span.name for span in children if span.parent_span_id not in known]
    check("every parent arrived", not orphans, orphans[:5])
    strays = [span.name for span in children if known[span.parent_span_id].trace_id != span.trace_id]
    check("parent and child are of one trace", not strays, strays[:5])
    return known


def read(spans):
    known = whole(spans)
    names = collections.Counter(span.name for span in spans)
    requests = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    routes = {span.name for span in requests}
    check("requests are called by method and route", {"POST /graphql", "GET /jobs", "GET /offers/{secret}"} <= routes, routes)
    fields = {"teamCreate", "planCopy", "postingCreate", "postingPublish", "applicationSubmit"}
    check("what GraphQL was asked has its name", fields <= set(names), sorted(names))
    actions = {"team::create", "plan::keep", "posting::write::create", "posting::life::turn", "application::submit::submit"}
    check("changes are called by their action", actions <= set(names), sorted(names))
    workers = {"outbox", "delivery", "event_tail", "feed_builder", "expiry_sweep"}
    check("each worker's passes are there", workers <= set(names), sorted(names))
    publish = next(span for span in spans if span.name == "posting::life::turn")
    asked = known[publish.parent_span_id]
    check("a change belongs to what asked for it", asked.name == "postingPublish", asked.name)
    check("that belongs to its request", known[asked.parent_span_id].name == "POST /graphql", asked.parent_span_id)
    statements = [span for span in spans if span.parent_span_id == publish.span_id]
    told = {span.name for span in statements if span.kind == Span.SPAN_KIND_CLIENT}
    check("its statements belong to it", {"UPDATE posting", "INSERT event"} <= told, told)
    general = {"request", "field", "write", "pass", "sql"} & set(names)
    check("every span has a name of its own", not general, general)


def main():
    program, without = sys.argv[1:]
    collector = Collector()
    url = "http://127.0.0.1:%d" % collector.server_port
    with tempfile.TemporaryDirectory() as folder:
        database = types.SimpleNamespace(url="sqlite://%s/vacantia.db" % folder)
        brisk = {"VACANTIA_OUTBOX_POLL": "50ms", "VACANTIA_SWEEP_INTERVAL": "200ms"}
        vacantia = Vacantia(program, folder, database, **brisk)
        try:
            token = vacantia.staff("recruiter@example.com", "recruiter", "admin")
            vacantia.environment["VACANTIA_OTLP_URL"] = url
            vacantia.start()
            use(vacantia, token)
            vacantia.stop()
            spans = collector.spans()
            print("      %d spans in %d batches" % (len(spans), len(collector.posts)))
            check("batches come to /v1/traces as protobuf", set(collector.posts) == {("/v1/traces", "application/x-protobuf")}, collector.posts[:3])
            services = {pair.value.string_value for request in collector.requests for resource in request.resource_spans
                        for pair in resource.resource.attributes if pair.key == "service.name"}
            check("the service says who it is", services == {"vacantia"}, services)
            read(spans)
            text = b"".join(request.SerializeToString() for request in collector.requests)
            for secret in [token, "canarysecret", "canaryquerystring", *PERSON.values()]:
                check("no span holds %s..." % secret[:12], secret.encode() not in text)
            deaf(collector, vacantia)
            refused(without, url, folder)
        finally:
            vacantia.end()
    print("\n%d passed, %d failed" % (len(PASSED), len(FAILED)))
    sys.exit(bool(FAILED))


def deaf(collector, vacantia):
    """Without its collector it works on, and stops in good order."""
    collector.shutdown()
    collector.server_close()
    vacantia.start()
    check("requests are answered without a collector", Api(vacantia.address).status("/jobs") == 200)
    time.sleep(1)
    vacantia.stop()
    check("nothing panicked", not vacantia.leaks(), vacantia.leaks())


def refused(program, url, folder):
    """A program without the feature says so instead of saying nothing for ever."""
    for value, status, word in ((url, 2, "--features otel"), ("127.0.0.1:4318", 2, "write it like"), ("", 0, "")):
        environment = {**os.environ, "VACANTIA_OTLP_URL": value, "VACANTIA_DATA_DIR": folder}
        done = subprocess.run([program, "schema"], env=environment, capture_output=True, text=True)
        check("VACANTIA_OTLP_URL=%s ends with %d" % (value[:16], status), done.returncode == status and word in done.stderr, done.stderr)


main()
