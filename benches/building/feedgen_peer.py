"""Formats items as RSS with feedgen. Usage: feedgen_peer.py ITEMS.ndjson"""

import json
import resource
import sys
import time

from feedgen.feed import FeedGenerator

with open(sys.argv[1], encoding="utf-8") as file:
    told, *items = map(json.loads, file)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
began = time.monotonic()
feed = FeedGenerator()
feed.title(told["title"])
feed.link(href=told["home_page_url"])
feed.description(told["title"])
for item in items:
    entry = feed.add_entry(order="append")
    entry.guid(item["id"])
    entry.title(item["title"])
    entry.link(href=item["url"])
    entry.pubDate(item["date_published"])
    entry.content(item["content_html"], type="CDATA")
document = feed.rss_str(pretty=True)
seconds = time.monotonic() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"bytes": len(document), "seconds": seconds, "peak": peak, "before": before}))
