// Runs each audit of the npm package graphql-http against one URL. A warning fails like an error:
// the score to hold is all of them.
import { serverAudits } from 'graphql-http';

const url = process.argv[2];
const known = 61;
const audits = serverAudits({ url });
let passed = 0;

for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    passed += 1;
  } else {
    console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
  }
}

const failed = audits.length - passed;
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || audits.length !== known) {
  console.error(`expected ${known} passed`);
  process.exit(1);
}
