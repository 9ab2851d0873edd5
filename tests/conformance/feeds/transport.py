"""What HTTP has to say beside a feed: validators, codings, HEAD."""

import gzip

import brotli

from grammars import file_of


def over_http(server, channel):
    path = f"/feeds/{file_of(channel)}"
    status, plain, body = server.ask("GET", path)
    _, packed, small = server.ask("GET", path, accept_encoding="gzip")
    _, pressed, smaller = server.ask("GET", path, accept_encoding="gzip, deflate, br")
    same_press, _, _ = server.ask("GET", path, accept_encoding="br", if_none_match=pressed["etag"])
    other_press, _, _ = server.ask("GET", path, accept_encoding="br", if_none_match=packed["etag"])
    _, head, nothing = server.ask("HEAD", path, accept_encoding="gzip")
    unchanged, same, none = server.ask("GET", path, if_none_match=plain["etag"])
    dated, _, _ = server.ask("GET", path, if_modified_since=plain["last-modified"])
    other, _, _ = server.ask("GET", path, if_none_match=packed["etag"])
    volatile = ("date", "connection", "x-request-id")
    stable = lambda headers: {name: text for name, text in headers.items() if name not in volatile}
    holds = {
        "200": status == 200 and int(plain["content-length"]) == len(body),
        "gzip holds the same": packed.get("content-encoding") == "gzip" and gzip.decompress(small) == body,
        "Brotli holds the same": pressed.get("content-encoding") == "br" and brotli.decompress(smaller) == body,
        "Brotli is no larger than gzip": len(smaller) <= len(small),
        "the length is that of the coding": int(pressed["content-length"]) == len(smaller),
        "304 by Brotli's own tag, and by no other": (same_press, other_press) == (304, 200),
        "tags differ by coding": len({plain["etag"], packed["etag"], pressed["etag"]}) == 3,
        "tags are strong": not any(answer["etag"].startswith("W/") for answer in (plain, packed, pressed)),
        "HEAD says what GET says, without a body": stable(head) == stable(packed) and nothing == b"",
        "304 by tag": (unchanged, none) == (304, b"") and same["etag"] == plain["etag"],
        "304 says Vary and Cache-Control": (same["vary"], same["cache-control"]) == (plain["vary"], plain["cache-control"]),
        "304 by date": dated == 304,
        "the tag of another coding is another tag": other == 200,
        "Vary": all(answer["vary"].lower() == "accept-encoding" for answer in (plain, packed, pressed)),
        "charset": "charset=utf-8" in plain["content-type"].lower(),
    }
    return [what for what, held in holds.items() if not held]
