import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { checkEntry, entryRow } from '#runtime/graph/form-fields.ts';
import { readForms } from '#runtime/graph/forms.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import { instantOf } from '#runtime/schedule/zone.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';
import { requireInstance } from './read-screen.ts';

export const submitFormInput = z.object({
  instanceId: z.uuid(),
  form: z.string().max(80),
  /** By the names of the form's fields; a form of one number has `value`. Dates as the clocks of the plant show them. */
  values: z.record(z.string().max(80), z.union([z.number(), z.string().max(4_000), z.boolean(), z.null()])),
});

/** An entry of a person for a running app: checked against the form's fields, appended to the log as one row, audited. */
export async function submitForm(
  tx: Tx,
  actor: Actor,
  { instanceId, form: name, values }: z.infer<typeof submitFormInput>,
): Promise<{ seq: number; at: number }> {
  const { orgId, user } = actor;
  const row = await requireInstance(tx, orgId, instanceId);
  const form = readForms(graphDocument.parse(JSON.parse(row.graph)), row.parameters).find((f) => f.name === name);
  if (!form) throw notFound(`Form "${name}"`, `表单“${name}”`);
  if (row.wanted !== 'run' || row.status === 'stopped' || row.status === 'failed' || row.status === 'quarantined')
    throw failed('operate.not-running', {
      why: row.reason ? { en: row.reason.message, zh: row.reason.zh ?? row.reason.message } : '',
    });
  const [first, ...more] = checkEntry(form.fields, values);
  if (first)
    throw failed('operate.entry', {
      title: form.title,
      why: {
        en: [first, ...more].map((one) => one.message.en).join(' '),
        zh: [first, ...more].map((one) => one.message.zh).join(''),
      },
    });
  const { zone } = await placeOf(tx, orgId, row.assetId);
  const entered = entryRow(form.fields, values, (date, minutes) => instantOf(date, minutes, zone));
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'operate.submit',
    target: `instance:${instanceId}`,
    details: { form: name, key: row.key, ...(form.several ? { values: entered } : { value: entered.value, unit: form.unit }) },
  });
  const at = Date.now();
  const { seq } = await appendControl(tx, orgId, {
    type: 'form',
    instanceId,
    form: name,
    key: row.key,
    values: entered,
    by: user.name,
  });
  return { seq, at };
}
