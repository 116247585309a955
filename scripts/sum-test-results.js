// Prints `N passed, M failed` from the file that Jest's --json --outputFile wrote. A test file that could not be
// loaded counts as one failure: its tests are not known.

import { readFileSync } from 'node:fs';

const results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
console.log(`${results.numPassedTests} passed, ${failed} failed`);
