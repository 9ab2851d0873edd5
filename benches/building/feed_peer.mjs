// Formats items as RSS with the package feed. Usage: feed_peer.mjs ITEMS.ndjson

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { Feed } from "feed";

// Node holds no string of half a gigabyte, so the items come line by line.
const items = [];
for await (const line of createInterface({ input: createReadStream(process.argv[2]), crlfDelay: Infinity })) items.push(JSON.parse(line));
const told = items.shift();
const before = process.resourceUsage().maxRSS * 1024;
const began = performance.now();
const feed = new Feed({ title: told.title, id: told.home_page_url, link: told.home_page_url, description: told.title, copyright: "" });
for (const item of items) {
  feed.addItem({
    id: item.id, guid: item.id, title: item.title, link: item.url, date: new Date(item.date_published), content: item.content_html,
  });
}
const document = feed.rss2();
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ bytes: Buffer.byteLength(document), seconds, peak: process.resourceUsage().maxRSS * 1024, before }));
