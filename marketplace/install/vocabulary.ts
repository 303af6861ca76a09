/**
 * The words in which plants name their tags, by concept. English words and the usual instrument letters (ISA-5.1) on one side,
 * Chinese terms on the other; a tag name and a role's title are compared by the concepts that they mention.
 */
export const VOCABULARY: Readonly<Record<string, { readonly en: readonly string[]; readonly zh: readonly string[] }>> = {
  pressure: { en: ['pressure', 'press', 'pt', 'pi', 'pic'], zh: ['压力', '压强', '气压'] },
  temperature: { en: ['temperature', 'temp', 'tt', 'ti', 'tic'], zh: ['温度', '温'] },
  power: { en: ['power', 'kw', 'load'], zh: ['功率', '负荷', '负载'] },
  energy: { en: ['energy', 'kwh', 'consumption'], zh: ['电量', '电能', '能耗', '电度'] },
  current: { en: ['current', 'amps', 'amp'], zh: ['电流'] },
  voltage: { en: ['voltage', 'volts', 'volt'], zh: ['电压'] },
  frequency: { en: ['frequency', 'freq', 'hz'], zh: ['频率'] },
  speed: { en: ['speed', 'rpm', 'velocity'], zh: ['转速', '速度', '线速'] },
  flow: { en: ['flow', 'ft', 'fi', 'fic'], zh: ['流量', '气量'] },
  level: { en: ['level', 'lt', 'li', 'lic'], zh: ['液位', '料位'] },
  humidity: { en: ['humidity', 'rh'], zh: ['湿度'] },
  moisture: { en: ['moisture'], zh: ['水分', '含水率'] },
  vibration: { en: ['vibration', 'vib', 'vt', 'acceleration', 'accel'], zh: ['振动', '震动', '加速度'] },
  setpoint: { en: ['setpoint', 'sp', 'set', 'target', 'reference'], zh: ['设定值', '设定', '给定', '目标'] },
  output: { en: ['output', 'op', 'out'], zh: ['输出'] },
  header: { en: ['header', 'main', 'manifold', 'network'], zh: ['总管', '母管', '管网', '总'] },
  discharge: { en: ['discharge', 'outlet', 'supply'], zh: ['排气', '出口', '出气', '供气'] },
  inlet: { en: ['inlet', 'suction', 'intake'], zh: ['进口', '吸气', '进气', '入口'] },
  oil: { en: ['oil', 'lube', 'lubricant'], zh: ['润滑油', '油'] },
  water: { en: ['water', 'coolant', 'cooling'], zh: ['冷却水', '水', '冷却'] },
  air: { en: ['air'], zh: ['空气', '压缩空气'] },
  motor: { en: ['motor', 'drive', 'mtr'], zh: ['电机', '马达', '电动机'] },
  bearing: { en: ['bearing', 'brg', 'bear'], zh: ['轴承'] },
  driveEnd: { en: ['de'], zh: ['驱动端'] },
  nonDriveEnd: { en: ['nde'], zh: ['非驱动端'] },
  horizontal: { en: ['h', 'horizontal'], zh: ['水平'] },
  vertical: { en: ['v', 'vertical'], zh: ['垂直'] },
  axial: { en: ['a', 'axial'], zh: ['轴向'] },
  winding: { en: ['winding', 'stator'], zh: ['绕组', '定子'] },
  compressor: { en: ['compressor', 'comp'], zh: ['空压机', '压缩机'] },
  pump: { en: ['pump'], zh: ['水泵', '泵'] },
  fan: { en: ['fan', 'blower'], zh: ['风机', '鼓风机'] },
  valve: { en: ['valve', 'fcv', 'xv'], zh: ['阀门', '阀', '调节阀'] },
  spindle: { en: ['spindle'], zh: ['主轴'] },
  zone: { en: ['zone'], zh: ['区', '段'] },
  count: { en: ['count', 'counter', 'total', 'pieces'], zh: ['计数', '产量', '件数', '数量'] },
  good: { en: ['good', 'ok'], zh: ['合格', '良品'] },
  scrap: { en: ['scrap', 'reject', 'ng'], zh: ['废品', '不良'] },
  state: { en: ['state', 'status', 'mode', 'run', 'running'], zh: ['状态', '运行', '模式'] },
  alarm: { en: ['alarm', 'fault', 'trip'], zh: ['报警', '故障', '跳闸'] },
  ambient: { en: ['ambient', 'room'], zh: ['环境', '室内'] },
  dewpoint: { en: ['dewpoint', 'dew'], zh: ['露点'] },
};

const ENGLISH = new Map(Object.entries(VOCABULARY).flatMap(([concept, { en }]) => en.map((word) => [word, concept] as const)));
/** Longest first, so that 非驱动端 is not read as 驱动端. */
const CHINESE = Object.entries(VOCABULARY)
  .flatMap(([concept, { zh }]) => zh.map((term) => [term, concept] as const))
  .sort((a, b) => b[0].length - a[0].length);

/** Concepts that a text mentions: `空压机_总管压力` and `AIR.PT_101 header pressure` both mention header and pressure. */
export function conceptsOf(text: string): Set<string> {
  const found = new Set<string>();
  let rest = text;
  for (const [term, concept] of CHINESE)
    if (rest.includes(term)) {
      found.add(concept);
      rest = rest.replaceAll(term, ' ');
    }
  const words = rest
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  for (const word of words) {
    const concept = ENGLISH.get(word);
    if (concept) found.add(concept);
  }
  return found;
}
