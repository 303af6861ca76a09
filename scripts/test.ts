import { seconds, tell } from './tiers/command.ts';
import { type Peers, preparePeers } from './tiers/peers.ts';
import { type Count, type Tier, tiers } from './tiers/tiers.ts';

/**
 * `npm test`: everything, in the order in which it answers fastest; `npm test -- unit lint` runs those tiers alone (`npm run unit`
 * is the same), `-- --write` lets format and lint repair what they can. Ends with one line that sums all tiers.
 */
const args = process.argv.slice(2);
const write = args.includes('--write');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  tell(`Unknown tier ${unknown.join(', ')}; there are ${tiers.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = tiers.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
/** In CI nothing may be skipped for want of a program: a peer that is missing is a failure. */
const strict = Boolean(process.env.CI);

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const table: string[] = [];
let peers: Peers | undefined;

async function runTier(tier: Tier) {
  tell(`\n── ${tier.name}: ${tier.title}`);
  const begun = performance.now();
  peers ??= tier.needsPeers ? await preparePeers() : undefined;
  const count = await tier.run({ write, strict, peers });
  const { passed, failed, skipped } = count;
  total.passed += passed;
  total.failed += failed + (strict ? skipped : 0);
  total.skipped += strict ? 0 : skipped;
  const row = `${tier.name.padEnd(12)} ${seconds(begun).padStart(7)} s   ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  table.push(row);
  tell(row);
}

for (const tier of chosen) await runTier(tier);
tell(`\n${table.join('\n')}\n`);
tell(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);
