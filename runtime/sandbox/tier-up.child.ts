// Steps the same arithmetic in several isolates, as a worker does, and in this process; says what a step costs each of them, in CPU time.
import { hostileProgram, NO_ROWS } from './attacks/hostile.ts';
import { createStepper } from './stepper.ts';

const WARM = 250;
const COUNTED = 100;
const ISOLATES = 4;
// values that no optimizer may leave out, through built-ins that it should know
const work = `function hot(s) { let sum = s; for (let i = 0; i < 20000; i++) { const x = Math.sqrt(sum + i); sum = Number.isNaN(x) ? 0 : Math.floor(x) + i % 7; } return sum; }`;
const text = `() => { let sum = 0; ${work}
return { step() { sum = hot(sum); return { outputs: [], effects: [], alarms: [], dead: [], late: {}, wakeAt: sum }; }, save() { return sum; }, load() {} } }`;

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
async function cost(step: () => unknown): Promise<number> {
  for (let i = 0; i < WARM; i++) await step();
  const from = cpu();
  for (let i = 0; i < COUNTED; i++) await step();
  return Math.round((cpu() - from) / COUNTED);
}
const here = new Function(`return ${text}`)()();
const own = await cost(() => here.step());
const isolates: number[] = [];
for (let i = 0; i < ISOLATES; i++) {
  const stepper = await createStepper({ ...hostileProgram(''), text });
  isolates.push(await cost(() => stepper.step(NO_ROWS)));
  stepper.dispose();
}
console.log(`\nCOST ${JSON.stringify({ own, isolates })}`);
process.exit(0);
