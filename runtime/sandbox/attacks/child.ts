// A disposable process as the worker is one: runs a hostile script beside a neighbour; says what it saw, and on a fatal error who it was, then ends.
import { readFileSync, writeSync } from 'node:fs';
import { endProcess } from '../end-process.ts';
import { createStepper } from '../stepper.ts';
import { hostileProgram, NO_ROWS } from './hostile.ts';

const say = (what: Record<string, unknown>) => writeSync(1, `${JSON.stringify(what)}\n`);
const [file = ''] = process.argv.slice(2);
const neighbour = await createStepper(hostileProgram(''));
const hostile = await createStepper(hostileProgram(readFileSync(file, 'utf8')), {
  timeoutMs: 300,
  hostDeadlineMs: 1_500,
  trace: true,
  onFatal: (error) => {
    say({ fatal: error.code, block: error.block, line: error.line });
    endProcess();
  },
});
// as the product looks at what runs alone after a crash: a process that V8 ends has no time to speak
const seen = setInterval(() => {
  const block = hostile.place()?.block;
  if (!block) return;
  say({ seen: block });
  clearInterval(seen);
}, 1);
await hostile.step(NO_ROWS).then(
  () => say({ outcome: 'OK' }),
  (error) => say({ outcome: error.code, message: error.message, block: error.block, line: error.line }),
);
await neighbour.step(NO_ROWS);
say({ neighbour: 'answers' });
// what is left of the attack is not waited for
endProcess();
