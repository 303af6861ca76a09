import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appVersion, instance, latest, tag } from '#drizzle/schema/index.ts';
import { explainHeld } from './explain-held.ts';
import { as, both, code, OWN, one, openWorld, STRANGER } from './fixture.testing.ts';
import { submitForm } from './submit-form.ts';

let open: Awaited<ReturnType<typeof openWorld>>;
let pressure: number;
const node = (id: string, block: string, params: object, more: object = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
  ...more,
});
const wire = (from: string, out: string, to: string, port: string) => ({
  from: { node: from, port: out },
  to: { node: to, port },
});

beforeAll(async () => {
  open = await openWorld();
  const { test, world } = open;
  // 100 psi = 6.894757 bar (NIST SP 811): the condition is in bar, the tag in psi
  pressure = one(
    await test.db
      .insert(tag)
      .values({ orgId: OWN.orgId, assetId: world.placeId, name: 'Air.Header', unit: '[psi]', laneId: world.scan })
      .returning(),
  ).id;
  const role = (name: string, write = false) => ({ name, title: both(name), type: 'number', unit: 'bar', write });
  const graph = {
    format: 1,
    roles: [role('header'), role('setpoint', true)],
    nodes: [
      node('f', 'source.form', { form: 'setpoint', title: both('Setpoint'), unit: 'bar', low: 1, high: 20 }),
      node('p', 'source.tag', { role: 'header' }),
      node('lock', 'control.interlock', { condition: 'a.value < 7', low: 2, high: 10, maxAge: 30 }, { label: 'Only when safe' }),
      node('w', 'control.write', { role: 'setpoint' }),
    ],
    wires: [wire('f', 'out', 'lock', 'command'), wire('p', 'out', 'lock', 'a'), wire('lock', 'out', 'w', 'in')],
    outputs: [],
  };
  const { versionId } = one(await test.db.select().from(instance));
  await test.db
    .update(appVersion)
    .set({ graph: JSON.stringify(graph) })
    .where(eq(appVersion.id, versionId));
  await test.db.update(instance).set({ bindings: { header: { tagId: pressure }, setpoint: { tagId: world.tagId } } });
});
afterAll(() => open.close());

const enter = (value: number) =>
  as(OWN, (tx, a) => submitForm(tx, a, { instanceId: open.world.instanceId, form: 'setpoint', values: { value } }));
const explain = (seq: number, actor = OWN) =>
  as(actor, (tx, a) => explainHeld(tx, a.orgId, { instanceId: open.world.instanceId, seq }));
const header = (psi: number, age = 0) =>
  open.test.db
    .insert(latest)
    .values({ tagId: pressure, orgId: OWN.orgId, value: psi, quality: 0, origin: 'measured', time: Date.now() - age })
    .onConflictDoUpdate({ target: latest.tagId, set: { value: psi, quality: 0, time: Date.now() - age } });

it('names the interlock and its condition with the values seen, in both languages', async () => {
  const { seq } = await enter(6);
  expect(await explain(seq)).toMatchObject({ label: both('Only when safe'), why: { zh: '联锁无法判断：a.value 没有数值。' } });
  await header(110);
  const held = await explain(seq);
  expect(held?.label).toEqual(both('Only when safe'));
  expect(held?.why.en).toMatch(/^Its condition is not met: .*a\.value < 7.* \(a\.value = 7\.584/);
  expect(held?.why.zh).toMatch(/^未满足条件：.*a\.value < 7.*（a\.value = 7\.584/);
  await header(90, 60_000);
  expect((await explain(seq))?.why.en).toMatch(/a\.value is 6\d(\.\d)? s old, at most 35 s/);
  await header(90);
  expect(await explain(seq), 'it holds: something else kept it').toBeNull();
  expect(await explain((await enter(12)).seq)).toMatchObject({
    label: both('Only when safe'),
    why: { en: 'It lets 2 … 10 pass.' },
  });
});

it('only of an entry of its own organization', async () => {
  const { seq } = await enter(6);
  expect(await code(explain(seq, STRANGER))).toBe('access.not-found');
  expect(await code(explain(seq + 100))).toBe('access.not-found');
});
