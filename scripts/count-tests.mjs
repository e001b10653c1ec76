/**
 * Sums a vitest JSON report into the line "N passed, N failed"; honest even when there is no
 * report.
 */
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);

function counts() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    // A file that does not load counts as one failure: its tests were never found.
    const unloaded = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = counts();
const broken = status !== '0' && failed === 0 ? 1 : failed;
process.stdout.write(`${passed} passed, ${broken} failed\n`);
process.exitCode = broken > 0 ? 1 : 0;
