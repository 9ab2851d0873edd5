"""Those who are told: a hub of flask-websub with a reader who subscribes there, and a search engine that trusts nobody."""

import http.server
import json
import logging
import os
import threading
import time
import types
import urllib.parse
import urllib.request

import flask
import werkzeug.serving
from flask_websub.hub import Hub, SQLite3HubStorage

logging.getLogger("werkzeug").setLevel(logging.ERROR)


class Server:
    """A server of the standard library, on a thread of its own."""

    def __init__(self, answer):
        outer = self
        self.answer = answer

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.serve(self)

            do_POST = do_GET

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        status, text, headers = self.answer(handler.command, handler.path, handler.headers, body)
        if status is None:
            return
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:
            # Whoever asked is gone.
            pass

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Engine(Server):
    """Checks what it is told as https://www.indexnow.org/documentation says, and keeps it."""

    def __init__(self):
        self.pages, self.requests, self.turns, self.complaints = [], 0, [], []
        super().__init__(self.hear)

    def hear(self, method, path, headers, body):
        self.requests += 1
        turn = self.turns.pop(0) if self.turns else None
        if isinstance(turn, threading.Event):
            turn.wait(60)
            return None, b"", {}
        if turn:
            return turn, b"", {"Retry-After": "1"} if turn == 429 else {}
        wrong = self.wrong(method, headers, body)
        if wrong:
            self.complaints.append(wrong)
            return 422, wrong.encode(), {}
        self.pages += [urllib.parse.urlsplit(url).path for url in json.loads(body)["urlList"]]
        return 200, b"", {}

    def wrong(self, method, headers, body):
        told = json.loads(body)
        if method != "POST" or headers["Content-Type"] != "application/json; charset=utf-8":
            return "%s of %s" % (method, headers["Content-Type"])
        if set(told) != {"host", "key", "keyLocation", "urlList"} or not 1 <= len(told["urlList"]) <= 10_000:
            return "members: %s" % sorted(told)
        hosts = {urllib.parse.urlsplit(url).netloc for url in (*told["urlList"], told["keyLocation"])}
        if hosts != {told["host"]}:
            return "%s speaks of %s" % (told["host"], hosts)
        if urllib.parse.urlsplit(told["keyLocation"]).path != "/%s.txt" % told["key"]:
            return "the key lies at %s" % told["keyLocation"]
        with urllib.request.urlopen(told["keyLocation"], timeout=10) as file:
            held, kind = file.read().decode("utf-8"), file.headers.get_content_type()
        return "" if (held, kind) == (told["key"], "text/plain") else "the file holds %r, %s" % (held, kind)


class Threads:
    """As much of Celery as the hub asks for: what it puts off is done by a thread."""

    def task(self, bind=False, max_retries=None):
        task = types.SimpleNamespace(request=types.SimpleNamespace(retries=0), retry=lambda countdown: None)

        def decorated(work):
            def delay(*words):
                threading.Thread(target=work, args=(task, *words) if bind else words, daemon=True).start()

            return types.SimpleNamespace(delay=delay)

        return decorated


class PublicHub:
    """flask-websub's hub, behind a Flask application."""

    def __init__(self, folder):
        hub = Hub(SQLite3HubStorage(os.path.join(folder, "hub.sqlite3")), Threads())
        application = flask.Flask("hub")
        application.config["PUBLISH_SUPPORTED"] = True
        self.published = []

        @application.before_request
        def note():
            form = flask.request.form
            if form.get("hub.mode") == "publish":
                self.published.append(form["hub.url"])

        application.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
        self.server = werkzeug.serving.make_server("127.0.0.1", 0, application, threaded=True)
        self.url = "http://127.0.0.1:%d/hub" % self.server.port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()


class Reader(Server):
    """Subscribes at a hub (https://www.w3.org/TR/websub/ sections 5 and 7), and keeps what it is sent of each topic."""

    def __init__(self):
        self.verified, self.sent = set(), {}
        super().__init__(self.hear)

    def subscribe(self, hub, topic):
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": self.url + "?" + urllib.parse.quote(topic, "")}
        with urllib.request.urlopen(hub, urllib.parse.urlencode(form).encode(), timeout=10) as answer:
            if answer.status != 202:
                raise SystemExit("the hub answers %d" % answer.status)

    def hear(self, method, path, headers, body):
        query = urllib.parse.urlsplit(path).query
        if method == "GET":
            asked = dict(urllib.parse.parse_qsl(query))
            self.verified.add(asked["hub.topic"])
            return 200, asked["hub.challenge"].encode(), {}
        self.sent.setdefault(urllib.parse.unquote(query), []).append((time.monotonic(), headers["Content-Type"], body))
        return 204, b"", {}
