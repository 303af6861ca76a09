import { boolean, defineBlock, field, i32, integer, json, jsonState, text, z } from '#blocks/sdk/index.ts';

                
               
                     
                                
 

export default defineBlock({
  id: 'business.order',
  version: '1.0.0',
  title: { en: 'Order', zh: '订单' },
  summary: {
    en: 'Takes an order through a transition: create, change, release, start, complete or cancel; one after the other.',
    zh: '使订单执行一次状态转换：建立、修改、下达、开工、完成或取消；依次执行。',
  },
  words: { en: 'erp purchase sales production state transition', zh: '采购 销售 生产 状态 流转' },
  icon: 'file-invoice',
  capabilities: ['record.write:order'],
  reference: 'IEC 62264-2 (operations requests and responses)',
  labels: {
    code: { en: 'Number of the order', zh: '订单号' },
    version: { en: 'Version', zh: '版本' },
    data: { en: 'Data of the order', zh: '订单数据' },
  },
  params: z.object({
    transition: field(z.enum(['create', 'change', 'release', 'start', 'complete', 'cancel']).default('create'), {
      title: { en: 'Transition', zh: '状态转换' },
      options: {
        create: { en: 'Create', zh: '建立' },
        change: { en: 'Change the draft', zh: '修改草稿' },
        release: { en: 'Release', zh: '下达' },
        start: { en: 'Start', zh: '开工' },
        complete: { en: 'Complete', zh: '完成' },
        cancel: { en: 'Cancel', zh: '取消' },
      },
    }),
    type: field(z.enum(['sales', 'purchase', 'production', 'transport', 'service']).default('production'), {
      title: { en: 'Kind of order', zh: '订单类型' },
      help: { en: 'Of those that are created.', zh: '用于新建的订单。' },
      options: {
        sales: { en: 'Sales', zh: '销售' },
        purchase: { en: 'Purchase', zh: '采购' },
        production: { en: 'Production', zh: '生产' },
        transport: { en: 'Transport', zh: '运输' },
        service: { en: 'Service', zh: '服务' },
      },
    }),
    most: field(z.number().int().min(1).max(10_000).default(1000), {
      title: { en: 'Orders that wait at most', zh: '最多等待订单数' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { code: text(), data: json                         ({ optional: true }) },
  /** One row an answered request. */
  output: { ok: boolean(), code: text(), state: text(), version: integer(), reason: text() },
  state: { open: i32(), waiting: jsonState        ([]), asked: jsonState                  ({ code: '' }) },
  each(row, s, p, ctx) {
    if (s.waiting.length >= p.most) throw new RangeError(`${p.most} orders wait already: they come faster than they are written`);
    const data = row.data ?? {};
    const wish = { code: row.code, transition: p.transition, data: p.transition === 'create' ? { type: p.type, ...data } : data };
    if (s.open === 1) {
      s.waiting.push(wish);
      return;
    }
    s.open = 1;
    s.asked = { code: wish.code };
    ctx.effect('record.write', { kind: 'order', code: wish.code, transition: wish.transition, data: wish.data });
  },
  onResult(answer, s, _p, ctx) {
    const found = answer.value                                                                   ;
    const code = s.asked.code;
    s.open = 0;
    const next = s.waiting.shift();
    if (next !== undefined) {
      s.open = 1;
      s.asked = { code: next.code };
      ctx.effect('record.write', { kind: 'order', code: next.code, transition: next.transition, data: next.data });
    }
    return { ok: answer.ok, code, state: found?.state ?? '', version: found?.version ?? 0, reason: answer.reason ?? '' };
  },
});
