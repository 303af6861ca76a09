import { defineBlock, f64, f64s, field, frame, i32, integer, number, text, time, z } from '#blocks/sdk/index.ts';
import { overlaps } from './calendar.ts';
import {
  advanceLine,
  eventColumns,
  initLine,
  LINE_CELLS,
  LINE_FAULTS,
  type LineFault,
  type LineInputs,
  lineTime,
  MOST_STATIONS,
  readLine,
  readStations,
  truthOfLine,
} from './model.ts';

interface Parameters extends Omit<LineInputs, 'speed' | 'fault' | 'faultFrom' | 'faultTo'> {
  readonly fault: LineFault;
  readonly faultAfter: number;
  readonly faultFor: number;
}

const inputsOf = (p: Parameters, speed: number, began: number): LineInputs => ({
  shift: p.shift,
  utcOffset: p.utcOffset,
  breaks: p.breaks,
  stops: p.stops,
  cycles: p.cycles,
  service: p.service,
  buffer: p.buffer,
  arrivals: p.arrivals,
  scrap: p.scrap,
  scrapAt: p.scrapAt,
  speed: speed,
  fault: p.fault,
  faultStation: p.faultStation,
  faultFrom: began + p.faultAfter * 1000,
  faultTo: began + (p.faultAfter + p.faultFor) * 1000,
  wear: p.wear,
});

/** Longest time between rows, ms: all its events leave with one row. */
const DAY = 86_400_000;
const pause = { at: z.number().min(0), minutes: z.number().positive() };

export default defineBlock({
  id: 'simulate.cnc-line',
  version: '1.0.0',
  title: { en: 'CNC line simulator', zh: '数控加工线仿真' },
  summary: {
    en: 'Simulates a line of machining stations with buffers, breaks, stops and scrap; counts and states as a control shows them, every event as truth.',
    zh: '仿真带缓存、休息、停机与废品的多工位加工线；按控制系统方式输出计数与状态，全部事件作为真值单独输出。',
  },
  words: {
    en: 'production line throughput oee bottleneck buffer work in progress queue demo plant',
    zh: '产线 生产线 节拍 瓶颈 在制品 缓存 排队 OEE 演示工厂',
  },
  icon: 'building-factory',
  reference:
    'Hunt 1956, Sequential arrays of waiting lines; Jackson 1957; Roser, Nakano & Tanaka 2001 (bottleneck by active periods)',
  labels: {
    stations: { en: 'Stations', zh: '工位' },
    log: { en: 'Event log', zh: '事件日志' },
    total: { en: 'Pieces', zh: '总产量' },
    good: { en: 'Good pieces', zh: '合格数' },
    bad: { en: 'Rejects', zh: '不合格数' },
    wip: { en: 'Work in progress', zh: '在制品' },
    station: { en: 'Station', zh: '工位' },
    queue: { en: 'Pieces waiting', zh: '等待件数' },
    activePeriod: { en: 'Mean active period', zh: '平均活动时段' },
    at: { en: 'Time', zh: '时间' },
    event: { en: 'Event', zh: '事件' },
    piece: { en: 'Piece', zh: '工件' },
    bottleneck: { en: 'Bottleneck', zh: '瓶颈工位' },
    lead: { en: 'Lead time', zh: '通过时间' },
    rate: { en: 'Pieces per second', zh: '每秒产量' },
    faultStation: { en: 'Station of the fault', zh: '故障工位' },
  },
  params: z
    .object({
      seed: field(z.number().int().default(42), { title: { en: 'Seed', zh: '随机种子' } }),
      cycles: field(
        z.array(z.number().positive().max(86_400)).min(1).max(MOST_STATIONS).default([1, 1.05, 1.1, 1.161, 1.08, 1.02]),
        {
          title: { en: 'Cycle of each station', zh: '各工位节拍' },
          unit: 's',
          help: { en: 'One to six stations, in the order of work.', zh: '1～6 个工位，按加工顺序。' },
        },
      ),
      service: field(z.enum(['constant', 'exponential']).default('constant'), {
        title: { en: 'Times of service are', zh: '加工时间' },
        options: { constant: { en: 'constant', zh: '恒定' }, exponential: { en: 'exponential', zh: '指数分布' } },
      }),
      buffer: field(z.number().int().min(0).max(100).default(2), {
        title: { en: 'Places between stations', zh: '工位间缓存容量' },
      }),
      arrivals: field(z.number().min(0).max(100).default(0), {
        title: { en: 'Pieces offered per second', zh: '每秒来料' },
        help: { en: 'At random (Poisson); 0: there is always one.', zh: '随机到达（泊松）；0 表示始终有料。' },
        unit: '/s',
      }),
      scrap: field(z.number().min(0).max(1).default(0.022), { title: { en: 'Share of rejects', zh: '不合格率' } }),
      scrapAt: field(z.enum(['even', 'random']).default('even'), {
        title: { en: 'Rejects fall', zh: '不合格品分布' },
        options: { even: { en: 'evenly', zh: '均匀' }, random: { en: 'at random', zh: '随机' } },
      }),
      shift: field(z.number().int().min(10).max(1440).default(480), {
        title: { en: 'Length of a shift', zh: '班次长度' },
        unit: 'min',
      }),
      utcOffset: field(z.number().min(-12).max(14).default(8), {
        title: { en: 'Site clock minus UTC', zh: '现场时钟与 UTC 之差' },
        unit: 'h',
      }),
      breaks: field(
        z
          .array(z.object(pause))
          .max(20)
          .default([
            { at: 120, minutes: 15 },
            { at: 240, minutes: 30 },
            { at: 360, minutes: 15 },
          ]),
        {
          title: { en: 'Breaks', zh: '休息' },
          help: { en: 'Minutes after the shift began, and how long.', zh: '班次开始后的分钟数及时长（分钟）。' },
        },
      ),
      stops: field(
        z
          .array(z.object({ ...pause, reason: z.string().min(1).max(60) }))
          .max(50)
          .default([
            { at: 45, minutes: 18, reason: 'tool-change' },
            { at: 170, minutes: 11, reason: 'jam' },
            { at: 300, minutes: 9, reason: 'material' },
            { at: 330, minutes: 6, reason: 'measuring' },
            { at: 440, minutes: 3, reason: 'chips' },
          ]),
        {
          title: { en: 'Stops of the whole line', zh: '整线停机' },
          help: { en: 'As breaks, with the reason.', zh: '同休息，另加原因。' },
        },
      ),
      rollover: field(z.number().int().min(2).optional(), {
        title: { en: 'Counters begin again at', zh: '计数器回零值' },
        help: { en: '65536 for a counter of 16 bits; empty: never.', zh: '16 位计数器填 65536；留空：不回零。' },
      }),
      fault: field(z.enum(LINE_FAULTS).default('none'), {
        title: { en: 'Fault', zh: '故障' },
        options: {
          none: { en: 'None', zh: '无' },
          wear: { en: 'Worn tool: a station is slower', zh: '刀具磨损：工位变慢' },
          jam: { en: 'Jam: a station stands', zh: '卡料：工位停止' },
          empty: { en: 'Magazine empty: no new pieces', zh: '料仓空：无新料' },
        },
      }),
      faultStation: field(z.number().int().min(1).max(MOST_STATIONS).default(4), {
        title: { en: 'Station of the fault', zh: '故障工位' },
      }),
      faultAfter: field(z.number().min(0).default(0), { title: { en: 'Fault begins after', zh: '故障开始于' }, unit: 's' }),
      faultFor: field(z.number().positive().default(600), { title: { en: 'Fault lasts', zh: '故障持续' }, unit: 's' }),
      wear: field(z.number().min(0).max(5).default(0.3), {
        title: { en: 'Worn: longer by this share', zh: '磨损后加工时间增加比例' },
      }),
    })
    .refine((p) => !overlaps([...p.breaks, ...p.stops], p.shift), {
      path: ['stops'],
      message: 'breaks and stops must not overlap and must end within the shift | 休息与停机不能重叠，且须在班次内结束',
    })
    .refine((p) => p.fault === 'none' || p.faultStation <= p.cycles.length, {
      path: ['faultStation'],
      message: 'the line has no such station | 产线没有该工位',
    }),
  carry: 'none',
  badQuality: 'skip',
  /** Speed override, 1 = as programmed, 0 = hold; the line moves on to the row's time. */
  input: { value: number('1') },
  outputs: {
    measured: { state: text(), reason: text(), total: integer(), bad: integer(), wip: integer() },
    stations: frame({ station: integer(), state: text(), queue: integer(), activePeriod: number('s') }),
    log: frame({ at: time(), station: integer(), event: text(), piece: integer() }),
    truth: {
      fault: text(),
      faultStation: integer(),
      total: integer(),
      good: integer(),
      bottleneck: integer(),
      wip: number('1'),
      lead: number('s'),
      rate: number('/s'),
    },
  },
  state: { x: f64s(LINE_CELLS), started: i32(), from: f64(), speed: f64() },
  each(row, s, p) {
    if (!(row.value >= 0 && row.value <= 10)) throw new RangeError(`a speed of ${row.value}: 0 to 10`);
    if (s.started === 0) {
      s.started = 1;
      s.from = row.time;
      s.speed = row.value;
      initLine(s.x, p.seed, row.time, inputsOf(p, row.value, row.time));
    }
    if (row.time - lineTime(s.x) > DAY)
      throw new RangeError('a row comes more than a day after the row before: send one at least once a day');
    // until now the line ran as it was told before
    const log = eventColumns();
    advanceLine(s.x, row.time, inputsOf(p, s.speed, s.from), log);
    s.speed = row.value;
    const inputs = inputsOf(p, row.value, s.from);
    const m = readLine(s.x, inputs);
    const t = truthOfLine(s.x, inputs);
    const stations = readStations(s.x, inputs);
    const shown = p.rollover ?? Number.POSITIVE_INFINITY;
    return {
      measured: { state: m.state, reason: m.reason, total: m.total % shown, bad: (m.total - m.good) % shown, wip: m.wip },
      stations: {
        at: row.time,
        station: stations.station,
        state: stations.state,
        queue: stations.queue,
        activePeriod: stations.active,
      },
      log: { time: row.time, at: log.at, station: log.station, event: log.event, piece: log.piece },
      truth: {
        fault: t.fault,
        faultStation: t.faultStation,
        total: m.total,
        good: m.good,
        bottleneck: t.bottleneck,
        wip: t.wip,
        lead: t.lead,
        rate: t.rate,
      },
    };
  },
});
