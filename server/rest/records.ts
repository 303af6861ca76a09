import { z } from 'zod';
import { RECORD_KIND_NAMES, recordCode, recordRequest, transitionOf } from '#runtime/records/kinds.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { recordsFailed, refused } from '../records/errors.ts';
import { listRecords } from '../records/list-records.ts';
import { listVersions, requireRecord } from '../records/read-record.ts';
import { defineEndpoint } from './endpoint.ts';

const kind = z.enum(RECORD_KIND_NAMES).describe('Such as order, lot, recipe.');
const data = z.record(z.string(), z.unknown());
const facts = { code: z.string(), state: z.string(), version: z.number().int(), data, at: z.iso.datetime() };

export const listRecordsEndpoint = defineEndpoint({
  method: 'get',
  path: '/records',
  id: 'listRecords',
  summary: 'List business records of a kind',
  description: 'Newest change first. `next` is what to give as `before` and `beforeCode` for the page after.',
  scope: 'records.read',
  query: z.object({
    kind,
    state: z.string().max(40).optional(),
    search: z.string().trim().max(100).optional().describe('Part of the code or of a text in it.'),
    before: z.iso.datetime().optional(),
    beforeCode: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: z.object({
    records: z.array(z.object(facts)),
    next: z.object({ before: z.iso.datetime(), beforeCode: z.string() }).nullable(),
  }),
  async run({ orgId, tenant }, { query: { before, beforeCode = '', ...query } }) {
    const page = before === undefined ? {} : { cursor: { updatedAt: new Date(before), code: beforeCode } };
    const { records, next } = await tenant((tx) => listRecords(tx, orgId, { ...query, ...page }));
    return {
      records: records.map(({ id: _, updatedAt, ...rest }) => ({ ...rest, at: updatedAt.toISOString() })),
      next: next && { before: next.updatedAt.toISOString(), beforeCode: next.code },
    };
  },
});

export const readRecordEndpoint = defineEndpoint({
  method: 'get',
  path: '/record',
  id: 'readRecord',
  summary: 'One business record with its versions',
  description: 'As it is now, and every version with who made it, when, why and by which transition.',
  scope: 'records.read',
  query: z.object({ kind, code: recordCode }),
  answer: z.object({
    ...facts,
    versions: z.array(
      z.object({
        version: z.number().int(),
        transition: z.string(),
        state: z.string(),
        data,
        by: z.string(),
        why: z.string().nullable(),
        signed: z.boolean(),
        at: z.iso.datetime(),
      }),
    ),
  }),
  async run({ orgId, tenant }, { query }) {
    return tenant(async (tx) => {
      const { code, state, version, data, updatedAt } = await requireRecord(tx, orgId, query);
      const versions = await listVersions(tx, orgId, query);
      return {
        code,
        state,
        version,
        data,
        at: updatedAt.toISOString(),
        versions: versions.map(({ signature, at, person: _, app: __, ...rest }) => ({
          ...rest,
          signed: signature !== null,
          at: at.toISOString(),
        })),
      };
    });
  },
});

export const changeRecordEndpoint = defineEndpoint({
  method: 'post',
  path: '/records',
  id: 'changeRecord',
  summary: 'Create a business record or take it through a transition',
  description:
    'The transition `create` (`release`, `start` …) of its kind. With `request` the same call sent again changes nothing and gives the first answer. What has to be signed or approved is for persons.',
  scope: 'records.write',
  query: z.object({}),
  body: recordRequest.extend({
    request: z.string().min(1).max(200).optional().describe('Idempotency key, unique in your organization.'),
  }),
  answer: z.object({ code: z.string(), version: z.number().int(), state: z.string(), answer: data.optional() }),
  async run({ orgId, keyId, tenant }, { body: { request, ...wish } }) {
    const transition = transitionOf(wish.kind, wish.transition);
    if (transition?.right === 'approve') throw recordsFailed('records.key-approves', { transition: transition.title });
    const result = await tenant((tx) =>
      writeRecord(tx, orgId, wish, {
        by: `key:${keyId}`,
        ...(request === undefined ? {} : { request: `key:${request}` }),
      }),
    );
    if (!result.ok) throw refused(result);
    const { id: _, ...told } = result.record;
    return told;
  },
});
