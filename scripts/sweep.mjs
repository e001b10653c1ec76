/**
 * The long proof of the library: every story on many seeds, once as it is and once with a crash of
 * one machine after one effect of one step, drawn from all that could have been. Goes seed by seed,
 * so that it may be stopped; prints whatever did not hold, a line per seed, and the sums. Under a
 * crash that the story does not tell of, an expectation may come out otherwise (a call that ended
 * with its caller): those are counted apart. Ends with 1 if anything was violated.
 *
 * With `--architecture relay` all stories run there that relay can express; the others are named.
 *
 * `npm run sweep` takes hours for its hundred seeds; `-- --seeds 2 phone-offline subway` is a taste.
 */
const root = new URL('../dist/', import.meta.url);
const { createDraws } = await import(new URL('sim/kernel/draws.js', root).href);
const { attempt, waive } = await import(new URL('sim/explore/attempt.js', root).href);
const { pinned } = await import(new URL('sim/explore/task.js', root).href);
const { findScenario, listScenarios } = await import(new URL('scenarios/library.js', root).href);
const { incapabilitiesOf } = await import(new URL('sim/world/capabilities.js', root).href);
const { fanout, opensslProvider, relay, runScenario } = await import(
  new URL('sim/index.node.js', root).href
);

const EVENTS_MAX = 5_000_000;
const args = process.argv.slice(2);
const numberAfter = (flag, otherwise) => {
  const at = args.indexOf(flag);
  return at < 0 ? otherwise : Number(args.splice(at, 2)[1]);
};
const seeds = numberAfter('--seeds', 100);
const from = numberAfter('--from', 1);
const place = args.indexOf('--architecture');
const given = place < 0 ? undefined : args.splice(place, 2)[1];
const names = args.length > 0 ? args : listScenarios().map(({ name }) => name);
const architectureOf = (name) => (name === 'relay' ? relay : fanout);
const engine = { architectureOf, crypto: opensslProvider, maxEvents: EVENTS_MAX };
const sums = { held: 0, undecided: 0, violated: 0, crashes: 0, otherwise: 0 };

function tell(name, seed, choice, verdict, sentences) {
  process.stdout.write(`  ${name} ${seed} ${choice}: ${verdict}: ${sentences.join(' ')}\n`);
}

/** Runs the story as it is; answers the crash to try next, a function of story and seed alone. */
function asItIs(scenario, seed) {
  const { maxEvents } = engine;
  const architecture = architectureOf(given ?? scenario.architecture);
  const options = { scenario, seed, architecture, crypto: opensslProvider(), maxEvents };
  const { verdict, reasons, decisions = [] } = runScenario({ ...options, wantsDecisionLog: true });
  sums[verdict] += 1;
  if (verdict !== 'held') tell(scenario.name, seed, '-', verdict, reasons);
  const crashes = decisions.filter(({ choice, value }) => choice.startsWith('crash/') && !value);
  if (crashes.length === 0) return undefined;
  return crashes[createDraws(seed).below(`sweep/${scenario.name}`, crashes.length)].choice;
}

function withCrash(scenario, seed, choice) {
  sums.crashes += 1;
  const bare = pinned(scenario, seed, [], given);
  const crashed = pinned(scenario, seed, [{ choice, value: 1 }], given);
  const failures = waive(attempt(crashed, engine).failures, bare, engine);
  const isTold = ({ property, about }) => property === 'expect' && !about.startsWith('stuck');
  const broken = failures.filter((failure) => !isTold(failure));
  if (broken.length > 0) sums.violated += 1;
  else if (failures.length > 0) sums.otherwise += 1;
  else sums.held += 1;
  if (failures.length === 0) return;
  const verdict = broken.length > 0 ? 'violated' : 'otherwise';
  tell(
    scenario.name,
    seed,
    choice,
    verdict,
    failures.map(({ sentence }) => sentence),
  );
}

for (let at = from; at < from + seeds; at += 1) {
  for (const name of names) {
    const scenario = findScenario(name);
    if (scenario === undefined) throw new Error(`no story of the library is called ${name}`);
    const incapable = incapabilitiesOf(scenario, architectureOf(given ?? scenario.architecture));
    if (incapable.length > 0) {
      tell(
        name,
        at,
        '-',
        'refused',
        incapable.map(({ capability }) => capability),
      );
      continue;
    }
    const choice = asItIs(scenario, String(at));
    if (choice !== undefined) withCrash(scenario, String(at), choice);
  }
  process.stdout.write(`seed ${at}: ${JSON.stringify(sums)}\n`);
}
process.exitCode = sums.violated > 0 ? 1 : 0;
