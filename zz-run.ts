import { opensslProvider } from './protocol/crypto/openssl.ts';
import { relay } from './protocol/relay/index.ts';
import { findScenario } from './scenarios/library.ts';
import { runScenario } from './sim/run/run.ts';
for (const seed of (process.argv[2] ?? '1').split(',')) {
const t = Date.now();
const r = runScenario({ scenario: findScenario(process.argv[4] ?? 'rollout'), seed, architecture: relay, crypto: opensslProvider(), observers: [{ observe(e) { if (!process.argv[3]) return; if (e.kind === 'intent' && e.state !== 'given') console.log((e.timeUs/86400e6).toFixed(3), e.intent, e.reason); if (e.kind==='emit' && !['caught-up','history','device-list','list-refreshed'].includes(e.notice.code)) console.log((e.timeUs/86400e6).toFixed(3), e.node, e.notice.code, e.notice.sentence); } }] });
console.log(seed, Date.now() - t, 'ms', r.verdict, r.events);
console.log(r.reasons.join('\n'));
for (const e of r.expectations) if (e.verdict !== 'held') console.log(JSON.stringify(e));
for (const e of r.properties) if (e.verdict === 'violated') console.log(JSON.stringify(e).slice(0,1500));
console.log(JSON.stringify(r.stuck).slice(0,1500), JSON.stringify(r.messages));
}
