// Reads pages as search engines do, and says what is wrong with their job posting. Usage: validate.mjs FILE_OF_PAGES
//
// The file holds one JSON object a line, { page }; for each a line { job, errors, hints } is written.

import { readFileSync } from "node:fs";

import Validator from "@adobe/structured-data-validator";
import WebAutoExtractor from "@marbec/web-auto-extractor";

import { graph, ranges } from "./vocabulary.mjs";

// The page "Job posting" of Google's search documentation, where it narrows what schema.org allows.
const WORDS = {
  employmentType: ["FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"],
  jobLocationType: ["TELECOMMUTE"],
  unitText: ["HOUR", "DAY", "WEEK", "MONTH", "YEAR"],
};

function words(thing) {
  if (typeof thing !== "object" || thing === null) return [];
  return Object.entries(thing).flatMap(([name, value]) => [
    ...(WORDS[name] && [value].flat().some((word) => !WORDS[name].includes(word)) ? [`${name}: ${JSON.stringify(value)}`] : []),
    ...words(value),
  ]);
}

/** Of pay Google wants a number, or two, and what for. */
function pay(job) {
  const value = job?.baseSalary?.value;
  if (job?.baseSalary === undefined) return [];
  const amounts = ["value", "minValue", "maxValue"].filter((name) => typeof value?.[name] === "number").join();
  const ordered = amounts === "value" || (amounts === "minValue,maxValue" && value.minValue < value.maxValue);
  const currency = /^[A-Z]{3}$/.test(job.baseSalary.currency ?? "");
  return ordered && currency && value.unitText ? [] : [`baseSalary: ${JSON.stringify(job.baseSalary)}`];
}

/** The validator looks into one place only, so a job at several is several to it. */
const apart = (job) => (Array.isArray(job.jobLocation) ? job.jobLocation.map((place) => ({ ...job, jobLocation: place })) : [job]);

async function judged(page) {
  const found = new WebAutoExtractor({ addLocation: true, embedSource: ["jsonld"] }).parse(page);
  const jobs = found.jsonld?.JobPosting ?? [];
  const job = jobs[0] && Object.fromEntries(Object.entries(jobs[0]).filter(([name]) => !["@location", "@source"].includes(name)));
  if (jobs.length) found.jsonld.JobPosting = jobs.flatMap(apart);
  const issues = await new Validator(graph).validate(found);
  // A property that schema.org does not know is a warning there, and a mistake here.
  const isError = (issue) => issue.severity === "ERROR" || issue.errorType === "schemaOrg";
  const said = (issue) => issue.issueMessage;
  const errors = [
    ...(jobs.length === 1 ? [] : [`${jobs.length} job postings`]),
    ...new Set(issues.filter(isError).map(said)),
    ...ranges(job, "JobPosting"),
    ...words(job),
    ...pay(job),
  ];
  return { job, errors, hints: [...new Set(issues.filter((issue) => !isError(issue)).map(said))] };
}

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(await judged(JSON.parse(line).page)));
}
