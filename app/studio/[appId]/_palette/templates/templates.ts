import { part, role, type Template } from './make.ts';

const V = '1.0.0';

export const TEMPLATES: readonly Template[] = [
  {
    id: 'limit',
    title: { en: 'Mean above a limit → alarm', zh: '均值越限 → 报警' },
    summary: {
      en: 'A sliding mean of one signal, a limit with hysteresis that the installer sets, an alarm with delays.',
      zh: '对一个信号求滑动均值，由安装者设定带回差的限值，带延时报警。',
    },
    words: { en: 'pressure temperature level threshold high watch', zh: '压力 温度 液位 阈值 超限 监视' },
    icon: 'bell-exclamation',
    part: part(
      [
        { id: 'signal', block: 'millwright/source.tag', version: V, params: { role: 'signal' }, at: [0, 0] },
        { id: 'mean', block: 'millwright/series.window', version: V, params: { mode: 'sliding', seconds: 60 }, at: [1, 0] },
        {
          id: 'high',
          block: 'millwright/series.compare',
          version: V,
          params: { high: { $parameter: 'highLimit' }, hysteresis: 0.1 },
          bind: { value: 'mean' },
          at: [2, 0],
        },
        {
          id: 'alarm',
          block: 'millwright/alarm.raise',
          version: V,
          params: {
            priority: 2,
            text: { en: 'Mean above its limit', zh: '均值超过上限' },
            limit: { $parameter: 'highLimit' },
            onDelay: 5,
            offDelay: 10,
          },
          bind: { condition: 'on', value: 'mean' },
          at: [3, 0],
        },
      ],
      ['signal.out>mean.in', 'mean.out>high.in', 'high.out>alarm.in'],
      [role('signal', 'Pressure', '压力', 'bar', [0, 16], { en: 'The signal that is watched.', zh: '被监视的信号。' })],
      {
        parameters: [
          {
            key: 'highLimit',
            title: { en: 'High limit', zh: '上限' },
            type: 'number',
            unit: 'bar',
            range: [0, 16],
            default: 8,
            why: { en: 'What the equipment behind it bears.', zh: '后续设备的允许值。' },
          },
        ],
        outputs: { mean: 'mean.out' },
      },
    ),
  },
  {
    id: 'spc',
    title: { en: 'SPC: EWMA chart of a signal', zh: '统计过程控制：EWMA 控制图' },
    summary: {
      en: 'Sees small lasting shifts of a quality characteristic (λ 0.2, limits at ±3 σ); target and σ are the installer’s.',
      zh: '发现质量特性的小而持续的偏移（λ 0.2，±3 σ 控制限）；目标值与 σ 由安装者设定。',
    },
    words: { en: 'control chart drift shift quality thickness weight six sigma', zh: '控制图 漂移 质量 厚度 重量 六西格玛 工序' },
    icon: 'chart-dots',
    part: part(
      [
        { id: 'characteristic', block: 'millwright/source.tag', version: V, params: { role: 'characteristic' }, at: [0, 0] },
        {
          id: 'chart',
          block: 'millwright/quality.ewma',
          version: '1.1.0',
          params: { lambda: 0.2, width: 3, target: { $parameter: 'target' }, sigma: { $parameter: 'sigma' } },
          at: [1, 0],
        },
        {
          id: 'alarm',
          block: 'millwright/alarm.raise',
          version: V,
          params: { priority: 3, text: { en: 'Process has shifted', zh: '过程发生偏移' } },
          bind: { condition: 'out', value: 'z' },
          at: [2, 0],
        },
      ],
      ['characteristic.out>chart.in', 'chart.out>alarm.in'],
      [
        role('characteristic', 'Quality characteristic', '质量特性', 'mm', [0, 100], {
          en: 'One value per part or sample, as measured.',
          zh: '每件或每个样本一个实测值。',
        }),
      ],
      {
        parameters: [
          { key: 'target', title: { en: 'Target', zh: '目标值' }, type: 'number', unit: 'mm', default: 10 },
          {
            key: 'sigma',
            title: { en: 'Standard deviation in control', zh: '受控状态标准差' },
            type: 'number',
            unit: 'mm',
            range: [0.000001, 1000],
            default: 0.1,
            why: { en: 'From a study of the stable process, not from the tolerance.', zh: '来自稳定过程的分析，而非公差。' },
          },
        ],
        outputs: { ewma: 'chart.out' },
      },
    ),
  },
  {
    id: 'specific-energy',
    title: { en: 'Specific energy of an output', zh: '单位产出能耗' },
    summary: {
      en: 'Power over flow, averaged over an hour, an alarm when a unit costs more energy than it should.',
      zh: '功率除以流量并按小时平均，单位能耗过高时报警。',
    },
    words: {
      en: 'energy power flow compressor pump efficiency kWh cost saving',
      zh: '能耗 功率 流量 空压机 水泵 能效 节能 电耗',
    },
    icon: 'bolt',
    part: part(
      [
        { id: 'power', block: 'millwright/source.tag', version: V, params: { role: 'power' }, at: [0, 0] },
        { id: 'flow', block: 'millwright/source.tag', version: V, params: { role: 'flow' }, at: [0, 1] },
        {
          id: 'specific',
          block: 'millwright/transform.expr',
          version: V,
          params: { expression: 'a / b', unit: 'kW/(m3/min)' },
          at: [1, 0],
        },
        { id: 'hour', block: 'millwright/series.window', version: V, params: { mode: 'sliding', seconds: 3600 }, at: [2, 0] },
        {
          id: 'much',
          block: 'millwright/series.compare',
          version: V,
          params: { high: { $parameter: 'mostSpecific' }, hysteresis: 0.2 },
          bind: { value: 'mean' },
          at: [3, 0],
        },
        {
          id: 'alarm',
          block: 'millwright/alarm.raise',
          version: V,
          params: { priority: 3, text: { en: 'Specific energy is high', zh: '单位能耗偏高' }, onDelay: 300 },
          bind: { condition: 'on', value: 'mean' },
          at: [4, 0],
        },
      ],
      ['power.out>specific.a', 'flow.out>specific.b', 'specific.out>hour.in', 'hour.out>much.in', 'much.out>alarm.in'],
      [
        role('power', 'Power', '功率', 'kW', [0, 1000], { en: 'What the station takes.', zh: '站房总功率。' }),
        role('flow', 'Flow', '流量', 'm3/min', [0, 200], { en: 'What it delivers for it.', zh: '对应的供出流量。' }),
      ],
      {
        parameters: [
          {
            key: 'mostSpecific',
            title: { en: 'Highest specific power', zh: '比功率上限' },
            type: 'number',
            unit: 'kW/(m3/min)',
            range: [0, 100],
            default: 8,
            why: { en: 'From the data sheet at full load, with a reserve.', zh: '取铭牌满载值并留有余量。' },
          },
        ],
        outputs: { specific: 'hour.out' },
      },
    ),
  },
  {
    id: 'vibration',
    title: { en: 'Vibration → spectrum → alarm', zh: '振动 → 频谱 → 报警' },
    summary: {
      en: 'Spectrum of the waveform, velocity and zone by ISO 20816-3, an alarm from zone C on.',
      zh: '波形频谱，按 ISO 20816-3 计算振动速度与区域，进入 C 区即报警。',
    },
    words: {
      en: 'bearing motor pump rotating machine FFT waveform condition monitoring ISO 10816',
      zh: '轴承 电机 水泵 旋转设备 波形 状态监测 傅里叶',
    },
    icon: 'wave-sine',
    part: part(
      [
        { id: 'wave', block: 'millwright/source.tag', version: V, params: { role: 'vibration' }, at: [0, 0] },
        {
          id: 'spectrum',
          block: 'millwright/condition.spectrum',
          version: '1.1.0',
          params: { mode: 'amplitude', window: 'hann', from: 0, to: 1000, lines: 800 },
          bind: { wave: 'value' },
          at: [1, 0],
        },
        {
          id: 'zone',
          block: 'millwright/condition.bands',
          version: V,
          params: { machine: 'group2-rigid' },
          bind: { wave: 'value' },
          at: [1, 1],
        },
        {
          id: 'high',
          block: 'millwright/series.compare',
          version: V,
          params: { high: 2.5 },
          bind: { value: 'zoneNumber' },
          at: [2, 1],
        },
        {
          id: 'alarm',
          block: 'millwright/alarm.raise',
          version: V,
          params: { priority: 2, text: { en: 'Vibration in zone C or D', zh: '振动进入 C 区或 D 区' } },
          bind: { condition: 'on', value: 'velocity' },
          at: [3, 1],
        },
      ],
      ['wave.out>spectrum.in', 'wave.out>zone.in', 'zone.out>high.in', 'high.out>alarm.in'],
      [
        {
          name: 'vibration',
          title: { en: 'Vibration waveform', zh: '振动波形' },
          type: 'wave',
          unit: 'm/s2',
          optional: false,
          write: false,
          why: { en: 'Acceleration at a bearing, blocks of a second or longer.', zh: '轴承座加速度，采样块 1 秒以上。' },
        },
      ],
      { outputs: { spectrum: 'spectrum.out', zone: 'zone.out' } },
    ),
  },
];
