import type { Bilingual } from '#runtime/graph/document.ts';

/** What an app may do when it is granted a capability, said to the person who grants it. */
const WORDS: Readonly<Record<string, Bilingual>> = {
  'tag.read': { en: 'Read the signals that you map to it', zh: '读取您映射给它的信号' },
  'history.read': { en: 'Read the history of the mapped signals', zh: '读取所映射信号的历史' },
  'tag.write': {
    en: 'Write to the machine, within the limits of the tag and its interlock',
    zh: '在测点限值和联锁条件内写入设备',
  },
  'command.send': { en: 'Send commands to machines, behind their interlock', zh: '在联锁条件内向设备下发命令' },
  'event.emit': { en: 'Record events, such as those of traceability', zh: '记录事件，例如追溯事件' },
  'alarm.raise': { en: 'Raise alarms on your alarm list', zh: '在报警列表中产生报警' },
  'notify.send': { en: 'Send notifications over your channels', zh: '通过您的渠道发送通知' },
  'file.read': { en: 'Read files that you give to it', zh: '读取您提供的文件' },
  'camera.read': { en: 'See the pictures of the cameras that you map to it', zh: '读取所映射摄像机的画面' },
  'tenant.read': { en: 'Read what partner companies share with you', zh: '读取合作企业共享给您的数据' },
  'tenant.share': { en: 'Share data with partner companies, as agreed', zh: '按协议向合作企业共享数据' },
  'ledger.post': { en: 'Post amounts to accounts', zh: '在账户中记账' },
  'model.load': { en: 'Run trained models on your platform’s computers', zh: '在平台主机上运行已训练的模型' },
  'compute.heavy': { en: 'Use processor time for long calculations, within a limit', zh: '在限额内占用处理器进行长时间计算' },
  'llm.call': { en: 'Ask the language model that your organization has set up', zh: '调用贵组织配置的大语言模型' },
  'screen.render': { en: 'Show operator screens and ask for confirmation', zh: '显示操作画面并请求确认' },
};

/** Kinds of business records: `record.read:order`. */
const RECORDS: Readonly<Record<string, Bilingual>> = {
  item: { en: 'items', zh: '物料' },
  bom: { en: 'bills of material', zh: '物料清单' },
  routing: { en: 'routings', zh: '工艺路线' },
  'process-plan': { en: 'process plans', zh: '工艺规程' },
  order: { en: 'orders', zh: '订单' },
  workorder: { en: 'work orders', zh: '工单' },
  job: { en: 'jobs', zh: '作业' },
  lot: { en: 'lots', zh: '批次' },
  unit: { en: 'units', zh: '单件' },
  serial: { en: 'serial numbers', zh: '序列号' },
  recipe: { en: 'recipes', zh: '配方' },
  shift: { en: 'shifts', zh: '班次' },
  calendar: { en: 'calendars', zh: '日历' },
  stock: { en: 'stock', zh: '库存' },
  move: { en: 'movements of stock', zh: '库存移动' },
  asn: { en: 'shipping notices', zh: '发货通知' },
  receipt: { en: 'receipts', zh: '收货单' },
  invoice: { en: 'invoices', zh: '发票' },
  measurement: { en: 'measurements', zh: '测量记录' },
  inspection: { en: 'inspections', zh: '检验记录' },
  deviation: { en: 'deviations', zh: '偏差' },
  failure: { en: 'failures', zh: '故障记录' },
  reason: { en: 'reason codes', zh: '原因代码' },
  contract: { en: 'contracts', zh: '合同' },
  tariff: { en: 'tariffs', zh: '电价' },
  factor: { en: 'emission factors', zh: '排放因子' },
  price: { en: 'prices', zh: '价格' },
  agreement: { en: 'agreements', zh: '协议' },
  consent: { en: 'consents', zh: '授权同意' },
  policy: { en: 'policies', zh: '策略' },
  account: { en: 'accounts', zh: '账户' },
  posting: { en: 'postings', zh: '记账凭证' },
  capacity: { en: 'capacities', zh: '产能' },
  booking: { en: 'bookings', zh: '预订' },
  reservation: { en: 'reservations', zh: '预留' },
  bid: { en: 'bids', zh: '买方报价' },
  ask: { en: 'asks', zh: '卖方报价' },
  saga: { en: 'processes over several steps', zh: '多步流程' },
  model: { en: 'models', zh: '模型' },
  asset: { en: 'assets', zh: '设备资产' },
  trace: { en: 'trace records', zh: '追溯记录' },
  document: { en: 'documents', zh: '文档' },
  configuration: { en: 'configurations', zh: '配置' },
  'feature-model': { en: 'feature models', zh: '特征模型' },
};

/** Every capability of the vocabulary; those with a colon are followed by what they are for. */
export const CAPABILITIES: readonly string[] = [
  ...Object.keys(WORDS),
  ...['record.read:', 'record.write:'].flatMap((verb) => Object.keys(RECORDS).map((kind) => verb + kind)),
  'net.egress:',
  'secret:',
];

/** In plain words; undefined for a capability that this version does not know. */
export function capabilityWords(capability: string): Bilingual | undefined {
  const [name = '', ...rest] = capability.split(':');
  const what = rest.join(':');
  // `record.read:{kind}` of a block: its parameter says which
  const kind = what === '' || what.startsWith('{') ? { en: 'business records', zh: '业务记录' } : RECORDS[what];
  switch (name) {
    case 'record.read':
      return kind && { en: `Read the ${kind.en} of your organization`, zh: `读取贵组织的${kind.zh}` };
    case 'record.write':
      return kind && { en: `Add and change ${kind.en}, recorded with its name`, zh: `新增和修改${kind.zh}，并留下记录` };
    case 'net.egress':
      return { en: `Send data to ${what || 'an address outside'}`, zh: `向${what || '外部地址'}发送数据` };
    case 'secret':
      return { en: `Use the secret “${what}”, without seeing it`, zh: `使用密钥“${what}”（不可查看）` };
    default:
      return WORDS[capability];
  }
}
