import {
  choice,
  currency,
  date,
  decimal,
  digits,
  list,
  note,
  number,
  optional,
  place,
  quantity,
  refers,
  text,
  time,
  unitCode,
  words,
} from '../fields.ts';
import { CONTROLLED, checks, controlled, defineKind, inOrder, NOTED, noted, rowsOf, transitions, validity } from '../kind.ts';
import { hasCheckDigit } from '../serials.ts';

const partner = text('Partner', '合作方');
const goods = {
  item: refers('item', 'Item', '物料'),
  lot: optional(refers('lot', 'Lot', '批次')),
  quantity: number('Quantity', '数量', { above: 0 }),
  unit: unitCode(),
};

const asn = defineKind({
  named: ['shipping notice', 'shipping notices', '发货通知'],
  group: 'trade',
  fields: {
    order: optional(refers('order', 'Order', '订单')),
    partner,
    sscc: optional(
      digits('SSCC', 'SSCC', (sscc) => sscc.length === 18 && hasCheckDigit(sscc), [
        'Write the 18 digits of the SSCC with its check digit.',
        '请填写 18 位、校验位正确的 SSCC。',
      ]),
    ),
    shipped: optional(time('Shipped', '发货时间')),
    expected: optional(time('Expected', '预计到货')),
    lines: list('Lines', '明细', goods, { least: 1 }),
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
  check: inOrder('shipped', 'expected'),
});

const receipt = defineKind({
  named: ['receipt', 'receipts', '收货单'],
  group: 'trade',
  fields: {
    order: refers('order', 'Order', '订单'),
    asn: optional(refers('asn', 'Shipping notice', '发货通知')),
    at: time('Received', '收货时间'),
    location: optional(place('Location', '库位')),
    lines: list('Lines', '明细', goods, { least: 1 }),
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
});

const invoice = defineKind({
  named: ['invoice', 'invoices', '发票'],
  group: 'trade',
  fields: {
    order: optional(refers('order', 'Order', '订单')),
    contract: optional(refers('contract', 'Contract', '合同')),
    partner,
    day: date('Day', '开票日期'),
    due: optional(date('To be paid by', '付款期限')),
    currency: currency(),
    lines: list(
      'Lines',
      '明细',
      {
        text: text('What', '项目', 200),
        quantity: optional(quantity()),
        unit: optional(unitCode()),
        amount: decimal('Amount', '金额'),
        tax: optional(decimal('Tax', '税额')),
      },
      { least: 1 },
    ),
    note: note(),
  },
  transitions: transitions('manage', {
    create: { from: [''], to: 'draft', sets: 'all' },
    change: { from: ['draft'], sets: 'all' },
    issue: { title: { en: 'Issue', zh: '开具' }, from: ['draft'], to: 'issued', right: 'approve' },
    pay: { title: { en: 'Paid', zh: '已付款' }, from: ['issued'], to: 'paid' },
    dispute: { title: { en: 'Dispute', zh: '提出异议' }, from: ['issued'], to: 'disputed', sets: ['note'] },
    settle: { title: { en: 'Settle', zh: '异议解决' }, from: ['disputed'], to: 'issued', sets: ['note'] },
    cancel: { from: ['draft', 'issued', 'disputed'], to: 'cancelled', sets: ['note'], right: 'approve' },
  }),
  ended: ['cancelled'],
});

const contract = defineKind({
  named: ['contract', 'contracts', '合同'],
  group: 'trade',
  fields: {
    name: words('Name', '名称'),
    partner,
    currency: currency(),
    terms: optional(
      list('Terms', '条款', {
        name: text('Name', '名称', 100),
        above: optional(quantity('Above', '超过用量')),
        unit: optional(unitCode()),
        price: decimal('Price', '单价'),
      }),
    ),
    tax: optional(number('Tax', '税率', { unit: '%', least: 0, most: 100 })),
    document: optional(refers('document', 'Document', '文档')),
    region: optional(text('Region', '地区', 100)),
    ...validity,
    note: note(),
  },
  transitions: controlled({ en: 'Agreed for the company', zh: '代表公司确认' }),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const price = defineKind({
  named: ['price', 'prices', '价格'],
  group: 'trade',
  fields: {
    item: refers('item', 'Item', '物料'),
    partner: optional(partner),
    price: decimal('Price', '单价'),
    currency: currency(),
    unit: unitCode(),
    source: optional(text('Source', '来源', 500)),
    region: optional(text('Region', '地区', 100)),
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const account = defineKind({
  named: ['account', 'accounts', '账户'],
  group: 'trade',
  fields: {
    name: words('Name', '名称'),
    type: choice('Type', '类型', {
      asset: { en: 'Asset', zh: '资产' },
      liability: { en: 'Liability', zh: '负债' },
      equity: { en: 'Equity', zh: '权益' },
      income: { en: 'Income', zh: '收入' },
      expense: { en: 'Expense', zh: '费用' },
    }),
    currency: currency(),
    parent: optional(refers('account', 'Below', '上级账户')),
    note: note(),
  },
  acyclic: 'parent',
  transitions: controlled(),
  ...CONTROLLED,
});

/** Double entry: the amounts of a posting, debit positive and credit negative, come to nothing. Posted once, never changed; a mistake is posted back. */
const posting = defineKind({
  named: ['posting', 'postings', '记账凭证'],
  group: 'trade',
  fields: {
    day: date('Day', '日期'),
    text: text('Text', '摘要', 300),
    currency: currency(),
    lines: list(
      'Lines',
      '分录',
      { account: refers('account', 'Account', '账户'), amount: decimal('Amount, credit negative', '金额（贷方为负）') },
      { least: 2 },
    ),
    reverses: optional(refers('posting', 'Reverses', '冲销凭证')),
    invoice: optional(refers('invoice', 'Invoice', '发票')),
    note: note(),
  },
  transitions: transitions('manage', {
    create: { title: { en: 'Post', zh: '记账' }, from: [''], to: 'posted', sets: 'all' },
  }),
  check(data, report) {
    const sum = rowsOf(data, 'lines').reduce((total, line) => total + millionths(String(line.amount)), 0n);
    if (sum !== 0n) report(['lines'], 'Debit and credit are not equal.', '借贷不平衡。');
  },
});
/** Exact: six places are what a decimal may have. */
function millionths(amount: string): bigint {
  const [, sign = '', whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const value = BigInt(whole + part.padEnd(6, '0'));
  return sign === '-' ? -value : value;
}

const span = { from: time('From', '开始'), to: time('Until', '结束') };
const capability = text('Capability', '能力', 200);

const capacity = defineKind({
  named: ['capacity', 'capacities', '产能'],
  group: 'trade',
  fields: {
    workUnit: optional(place()),
    capability,
    quantity: quantity(),
    unit: unitCode(),
    ...span,
    price: optional(decimal('Price', '单价')),
    currency: optional(currency()),
    note: note(),
  },
  transitions: transitions('manage', {
    create: { from: [''], to: 'offered', sets: 'all' },
    change: { from: ['offered'], sets: 'all' },
    withdraw: { title: { en: 'Withdraw', zh: '撤回' }, from: ['offered'], to: 'withdrawn' },
  }),
  ended: ['withdrawn'],
  check: inOrder('from', 'to'),
});

const booking = defineKind({
  named: ['booking', 'bookings', '预订'],
  group: 'trade',
  fields: {
    capacity: refers('capacity', 'Capacity', '产能'),
    order: optional(refers('order', 'Order', '订单')),
    partner: optional(partner),
    quantity: number('Quantity', '数量', { above: 0 }),
    ...span,
    note: note(),
  },
  transitions: transitions('work', {
    create: { from: [''], to: 'requested', sets: 'all' },
    confirm: { title: { en: 'Confirm', zh: '确认' }, from: ['requested'], to: 'confirmed', right: 'manage' },
    use: { title: { en: 'Used', zh: '已使用' }, from: ['confirmed'], to: 'used' },
    cancel: { from: ['requested', 'confirmed'], to: 'cancelled', sets: ['note'] },
  }),
  ended: ['cancelled'],
  check: inOrder('from', 'to'),
});

const offer = (named: readonly [string, string, string]) =>
  defineKind({
    named,
    group: 'trade',
    fields: {
      capability,
      quantity: number('Quantity', '数量', { above: 0 }),
      unit: unitCode(),
      price: decimal('Price', '单价'),
      currency: currency(),
      ...span,
      partner: optional(partner),
      note: note(),
    },
    transitions: transitions('manage', {
      create: { from: [''], to: 'open', sets: 'all' },
      change: { from: ['open'], sets: 'all' },
      match: { title: { en: 'Matched', zh: '成交' }, from: ['open'], to: 'matched' },
      withdraw: { title: { en: 'Withdraw', zh: '撤回' }, from: ['open'], to: 'withdrawn' },
    }),
    ended: ['matched', 'withdrawn'],
    check: checks(inOrder('from', 'to')),
  });

export const TRADE_KINDS = {
  asn,
  receipt,
  invoice,
  contract,
  price,
  account,
  posting,
  capacity,
  booking,
  bid: offer(['bid', 'bids', '买方报价']),
  ask: offer(['ask', 'asks', '卖方报价']),
} as const;
