import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { readForms } from '#runtime/graph/forms.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';
import { requireInstance } from './read-screen.ts';

export const submitFormInput = z.object({
  instanceId: z.uuid(),
  form: z.string().max(80),
  value: z.number(),
});

/** An entry of a person for a running app: checked against the form's range, appended to the log, audited. */
export async function submitForm(
  tx: Tx,
  actor: Actor,
  { instanceId, form: name, value }: z.infer<typeof submitFormInput>,
): Promise<{ seq: number; at: number }> {
  const { orgId, user } = actor;
  const row = await requireInstance(tx, orgId, instanceId);
  const form = readForms(graphDocument.parse(JSON.parse(row.graph)), row.parameters).find((f) => f.name === name);
  if (!form) throw notFound(`Form "${name}"`, `表单“${name}”`);
  if (row.wanted !== 'run' || row.status === 'stopped' || row.status === 'failed' || row.status === 'quarantined')
    throw failed('operate.not-running', {
      why: row.reason ? { en: row.reason.message, zh: row.reason.zh ?? row.reason.message } : '',
    });
  if ((form.low !== null && value < form.low) || (form.high !== null && value > form.high))
    throw failed('operate.value-range', {
      title: form.title,
      low: form.low ?? '−∞',
      high: form.high ?? '∞',
      unit: form.unit === '1' ? '' : form.unit,
      value,
    });
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'operate.submit',
    target: `instance:${instanceId}`,
    details: { form: name, value, unit: form.unit, key: row.key },
  });
  const at = Date.now();
  const { seq } = await appendControl(tx, orgId, {
    type: 'form',
    instanceId,
    form: name,
    key: row.key,
    values: { value },
    by: user.name,
  });
  return { seq, at };
}
