import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { channel } from '#drizzle/schema/index.ts';
import { removeSecret, sealSecret } from '#drizzle/secrets.ts';
import { CHANNELS, ROBOTS } from '#runtime/effects/channels.ts';
import { robotSecret } from '#runtime/effects/robots.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { env } from '../env.ts';
import { defineErrors, notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';

export const channelsFailed = defineErrors({
  'channels.name-taken': {
    family: 'user',
    status: 409,
    en: 'There is already a channel named {name}. Choose another name.',
    zh: '已存在名为“{name}”的渠道，请换一个名称。',
  },
  'channels.inbox-stays': {
    family: 'user',
    status: 409,
    en: 'Every organization keeps its inbox: it is where messages go when nothing else works.',
    zh: '收件箱不能删除：其他渠道都不可用时，消息会发到这里。',
  },
});

const name = z.string().trim().min(1).max(60);
/** The inbox is there from the start; what can be added is an address that messages are posted or mailed to. */
export const createChannelInput = z.discriminatedUnion('kind', [
  CHANNELS.webhook.extend({
    kind: z.literal('webhook'),
    name,
    /** Signs every message; sealed at once. */
    password: z.string().min(8).max(500).optional(),
  }),
  ...ROBOTS.map((kind) =>
    // the address holds the robot's key: it is sealed with what signs, and never told again
    CHANNELS[kind].extend({ kind: z.literal(kind), name, ...robotSecret.shape }),
  ),
  CHANNELS.email.extend({
    kind: z.literal('email'),
    name,
    /** Sealed at once; never told again. */
    password: z.string().min(1).max(500).optional(),
  }),
]);
export const channelInput = z.object({ id: z.uuid() });

type Actor = Pick<OrgContext, 'orgId'> & { readonly user: { readonly id: string }; readonly tx: Tx };

export async function createChannel(ctx: Actor, input: z.output<typeof createChannelInput>) {
  const { tx, orgId } = ctx;
  const [taken] = await tx
    .select({ id: channel.id })
    .from(channel)
    .where(and(eq(channel.orgId, orgId), eq(channel.name, input.name)));
  if (taken) throw channelsFailed('channels.name-taken', { name: input.name });
  const { name, kind, ...rest } = input;
  const { sealed: password, settings } = sealedPart(rest);
  const secretId =
    password === undefined ? null : await sealSecret(tx, env().MILLWRIGHT_MASTER_KEY, orgId, `channel ${name}`, password);
  const [made] = await tx.insert(channel).values({ orgId, name, kind, settings, secretId }).returning({ id: channel.id });
  if (!made) throw new Error('the channel was not stored');
  await recordAudit(tx, {
    orgId,
    actor: ctx.user.id,
    action: 'channel.create',
    target: `channel:${made.id}`,
    details: { name, kind, ...settings, password: secretId === null ? 'none' : 'sealed' },
  });
  return made;
}

/** What is sealed, apart from what may be shown. */
function sealedPart(rest: Readonly<Record<string, unknown>>): { sealed: string | undefined; settings: Record<string, unknown> } {
  const { password, url, sign, ...settings } = rest;
  if (sign !== undefined) return { sealed: JSON.stringify({ url, sign }), settings };
  const shown = url === undefined ? settings : { url, ...settings };
  return { sealed: typeof password === 'string' ? password : undefined, settings: shown };
}

export async function removeChannel(ctx: Actor, { id }: z.infer<typeof channelInput>) {
  const mine = and(eq(channel.orgId, ctx.orgId), eq(channel.id, id));
  const [found] = await ctx.tx.select().from(channel).where(mine);
  if (!found) throw notFound('The channel', '该渠道');
  if (found.kind === 'inbox') throw channelsFailed('channels.inbox-stays');
  await ctx.tx.delete(channel).where(mine);
  if (found.secretId !== null) await removeSecret(ctx.tx, ctx.orgId, found.secretId);
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'channel.remove',
    target: `channel:${id}`,
    details: { name: found.name },
  });
}

/** Without anything that is sealed. */
export async function listChannels(tx: Tx, orgId: string) {
  return tx
    .select({ id: channel.id, name: channel.name, kind: channel.kind, settings: channel.settings })
    .from(channel)
    .where(eq(channel.orgId, orgId))
    .orderBy(channel.createdAt);
}
