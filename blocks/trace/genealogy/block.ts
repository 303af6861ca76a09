import { boolean, defineBlock, field, frame, integer, jsonState, number, same, text, time, z } from '#blocks/sdk/index.ts';
import { closure, index, type Links, none } from './closure.ts';

/** Quality `uncertain:clipped`: there is more than was looked at. */
const CLIPPED = 0x42;

export default defineBlock({
  id: 'trace.genealogy',
  version: '1.0.0',
  title: { en: 'Genealogy of a lot', zh: '批次谱系追溯' },
  summary: {
    en: 'All that a lot went into and all that it came from, with the balance of quantities of every lot on the way.',
    zh: '给出批次的全部去向与全部来源，以及途中各批次的数量平衡。',
  },
  words: { en: 'traceability recall where used upstream downstream mass balance', zh: '追溯 召回 去向 来源 正向 反向 物料平衡' },
  icon: 'binary-tree',
  reference: 'ISO 22005; EPCIS 2.0 (transformation and aggregation events)',
  labels: {
    links: { en: 'Links', zh: '批次关联表' },
    ask: { en: 'Lot asked for', zh: '查询批次' },
    id: { en: 'Lot', zh: '批次' },
    from: { en: 'From', zh: '来源批次' },
    to: { en: 'Into', zh: '去向批次' },
    quantity: { en: 'Quantity', zh: '数量' },
    rework: { en: 'Rework', zh: '返工' },
    direction: { en: 'Direction', zh: '方向' },
    depth: { en: 'Links away', zh: '层级' },
    via: { en: 'By way of', zh: '经由' },
    received: { en: 'Received', zh: '投入合计' },
    given: { en: 'Given', zh: '产出合计' },
    balance: { en: 'Balance', zh: '差额' },
  },
  params: z.object({
    direction: field(z.enum(['both', 'forward', 'backward']).default('both'), {
      title: { en: 'Direction', zh: '方向' },
      options: {
        both: { en: 'Both', zh: '双向' },
        forward: { en: 'What it went into', zh: '去向（正向）' },
        backward: { en: 'What it came from', zh: '来源（反向）' },
      },
    }),
    depth: field(z.number().int().min(1).max(1000).default(50), { title: { en: 'Most links away', zh: '最大层级' } }),
    inTime: field(z.boolean().default(true), {
      title: { en: 'In the order of time', zh: '遵循时间先后' },
      help: {
        en: 'What was added to a tank after the lot had left it is no part of the lot.',
        zh: '批次离开储罐之后才加入的物料不算其组成。',
      },
    }),
    rework: field(z.boolean().default(true), { title: { en: 'Through rework, too', zh: '包含返工' } }),
    most: field(z.number().int().min(1).max(100_000).default(10_000), { title: { en: 'Most lots given', zh: '最多给出批次数' } }),
  }),
  carry: 'none',
  stateScope: 'node',
  inputs: {
    links: frame({
      from: text(),
      to: text(),
      quantity: number(undefined, { optional: true }),
      time: time({ optional: true }),
      rework: boolean({ optional: true }),
    }),
    ask: { id: text() },
  },
  output: frame({
    id: text(),
    direction: text(),
    depth: integer(),
    via: text(),
    received: number(same('links.quantity')),
    given: number(same('links.quantity')),
    balance: number(same('links.quantity')),
  }),
  state: { links: jsonState<Links>(none) },
  on: {
    links(row, s, p) {
      s.links = index(row.from, row.to, row.quantity, row.time, row.rework, p.rework, row.quality);
    },
    ask(row, s, p) {
      const directions: readonly ('forward' | 'backward')[] = p.direction === 'both' ? ['backward', 'forward'] : [p.direction];
      const { found, clipped } = closure(s.links, row.id, { directions, depth: p.depth, inTime: p.inTime, most: p.most });
      const quality = Math.max(row.quality, s.links.quality, clipped ? CLIPPED : 0);
      return { quality, ...found };
    },
  },
});
