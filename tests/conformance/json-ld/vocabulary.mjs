// The vocabulary of schema.org, from the N-Quads of an npm package: in the shape that the validator asks for, and as what a
// value of each property may be.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const HOME = "http://schema.org/";
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS = "http://www.w3.org/2000/01/rdf-schema#";
const file = createRequire(import.meta.url).resolve("@vocabulary/schema").replace(/index\.js$/, "schema.nq");

// subject -> predicate -> objects, of the lines that name three things
const said = new Map();
for (const line of readFileSync(file, "utf8").split("\n")) {
  const found = /^<([^>]*)> <([^>]*)> <([^>]*)> <[^>]*> \.$/.exec(line);
  if (!found) continue;
  const [, subject, predicate, object] = found;
  const facts = said.get(subject) ?? said.set(subject, new Map()).get(subject);
  facts.set(predicate, [...(facts.get(predicate) ?? []), object]);
}
const told = (subject, predicate) => said.get(subject)?.get(predicate) ?? [];
const own = (name) => name.replace(HOME, "");
const references = (names) => names.map((name) => ({ "@id": name.replace(HOME, "schema:") }));

export const graph = {
  "@graph": [...said.keys()].flatMap((subject) => {
    const [kind] = ["Class", "Property"].filter((kind) =>
      told(subject, RDF + "type").includes((kind === "Class" ? RDFS : RDF) + kind));
    if (!kind) return [];
    const [id] = references([subject]);
    const parents = references(told(subject, RDFS + "subClassOf").filter((parent) => parent.startsWith(HOME)));
    const domains = references(told(subject, HOME + "domainIncludes"));
    return [kind === "Class"
      ? { ...id, "@type": "rdfs:Class", ...(parents.length && { "rdfs:subClassOf": parents }) }
      : { ...id, "@type": "rdf:Property", ...(domains.length && { "schema:domainIncludes": domains }) }];
  }),
};

const isA = (type, wanted) => type === wanted || told(HOME + type, RDFS + "subClassOf").some((parent) => isA(own(parent), wanted));

// What a bare value is; which of several it can be is looked up, since JSON has no dates.
const LITERALS = {
  Text: (value) => typeof value === "string" && value.trim() !== "",
  URL: (value) => typeof value === "string" && /^https?:\/\/[^\s/]+/.test(value) && URL.canParse(value),
  Boolean: (value) => typeof value === "boolean",
  Integer: (value) => Number.isInteger(value),
  Number: (value) => typeof value === "number",
  Date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  DateTime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
};

/** Values that are nothing their property may be, as complaints. The validator looks at names alone. */
export function ranges(thing, path) {
  if (Array.isArray(thing)) return thing.length ? thing.flatMap((one, place) => ranges(one, `${path}[${place}]`)) : [`${path} is empty`];
  if (typeof thing !== "object" || thing === null) return [];
  return Object.entries(thing).filter(([name]) => !name.startsWith("@")).flatMap(([name, value]) => {
    const wanted = told(HOME + name, HOME + "rangeIncludes").map(own);
    const fits = (one) => typeof one === "object" && one !== null
      ? wanted.some((range) => isA(one["@type"], range))
      : wanted.some((range) => LITERALS[range]?.(one));
    const wrong = [value].flat().filter((one) => !fits(one)).map((one) => `${path}.${name} is ${JSON.stringify(one)}, not ${wanted.join(" or ")}`);
    return [...wrong, ...ranges(value, `${path}.${name}`)];
  });
}
