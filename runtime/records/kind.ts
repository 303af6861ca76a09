import type { z } from 'zod';
import type { Bilingual } from '#runtime/graph/document.ts';
import { objectOf, optional, type RecordField, type RecordFields, rule, time } from './fields.ts';

/** Who may: `work` those who run the plant, `manage` those who build it, `approve` those who answer for it. */
export type RecordRight = 'work' | 'manage' | 'approve';

export interface Transition {
  readonly title: Bilingual;
  readonly from: readonly string[];
  /** Absent: the record stays in its state. */
  readonly to?: string;
  /** Fields that may be given with it; absent = none. */
  readonly sets?: 'all' | readonly string[];
  /** What a person says by signing; who does it signs with their password, so no app and no import can. */
  readonly sign?: Bilingual;
  readonly right: RecordRight;
  /** What the platform works out itself: new data from those there and what was given. Pure. */
  readonly apply?: (data: RecordData, given: RecordData) => Applied;
  /** Fields whose new values the one who asked is told. */
  readonly answer?: readonly string[];
}
export type RecordData = Readonly<Record<string, unknown>>;
export type Applied = { readonly data: RecordData } | { readonly where: string; readonly what: Bilingual };

/** A kind of business records: what one holds, and by which transitions it goes from state to state. Pure; `''` is the state of what is not there yet. */
export interface RecordKind {
  readonly title: Bilingual;
  readonly plural: Bilingual;
  readonly group: RecordGroup;
  readonly fields: RecordFields;
  readonly data: z.ZodObject;
  readonly transitions: Readonly<Record<string, Transition>>;
  /** States in which nothing new may refer to it. */
  readonly ended: readonly string[];
  /** State in which it holds: the newest version in it is the one in force while a later one is made. */
  readonly force?: string;
  /** A list whose records must not come back to the record itself, `parents.lot`. */
  readonly acyclic?: string;
}
export const RECORD_GROUPS = {
  product: { en: 'Products and methods', zh: '产品与工艺' },
  work: { en: 'Orders and work', zh: '订单与作业' },
  material: { en: 'Material', zh: '物料与库存' },
  quality: { en: 'Quality', zh: '质量' },
  time: { en: 'Working time', zh: '工作时间' },
  trade: { en: 'Trade and accounts', zh: '交易与账务' },
  energy: { en: 'Energy and carbon', zh: '能源与碳' },
  agreement: { en: 'Agreements', zh: '协议' },
  knowledge: { en: 'Models and documents', zh: '模型与文档' },
} as const satisfies Record<string, Bilingual>;
export type RecordGroup = keyof typeof RECORD_GROUPS;

interface Declared extends Omit<RecordKind, 'data' | 'title' | 'plural' | 'ended'> {
  /** English singular and plural, Chinese. */
  readonly named: readonly [string, string, string];
  readonly ended?: readonly string[];
  readonly check?: (data: RecordData, report: (path: readonly (string | number)[], en: string, zh: string) => void) => void;
}
export function defineKind({ named: [one, many, zh], check, ended = [], ...declared }: Declared): RecordKind {
  const plain = objectOf(declared.fields);
  const data = check
    ? plain.superRefine((value, ctx) =>
        check(value as RecordData, (path, en, chinese) =>
          ctx.addIssue({ code: 'custom', path: [...path], ...rule(en, chinese) }),
        ),
      )
    : plain;
  return { title: { en: one, zh }, plural: { en: many, zh }, ended, data, ...declared };
}

/** Titles of what kinds have in common. */
const TITLES = {
  create: { en: 'Create', zh: '建立' },
  change: { en: 'Change', zh: '修改' },
  release: { en: 'Release', zh: '发布' },
  revise: { en: 'Revise', zh: '修订' },
  retire: { en: 'Retire', zh: '停用' },
  start: { en: 'Start', zh: '开工' },
  complete: { en: 'Complete', zh: '完成' },
  cancel: { en: 'Cancel', zh: '取消' },
  close: { en: 'Close', zh: '关闭' },
  reopen: { en: 'Reopen', zh: '重新打开' },
} as const satisfies Record<string, Bilingual>;

type Step = Omit<Transition, 'title' | 'right'> & { readonly title?: Bilingual; readonly right?: RecordRight };
/** Transitions with their common titles; `right` is that of all that do not say their own. */
export function transitions<K extends string>(
  right: RecordRight,
  steps: Readonly<Record<K, Step>>,
): Readonly<Record<K, Transition>> {
  return Object.fromEntries(
    Object.entries<Step>(steps).map(([name, step]): [string, Transition] => {
      const title = step.title ?? (TITLES as Readonly<Record<string, Bilingual>>)[name];
      if (!title) throw new Error(`the transition ${name} has no title`);
      return [name, { right, ...step, title }];
    }),
  ) as Readonly<Record<K, Transition>>;
}

/** Master data under control: drafted, released, revised, retired. What is released changes by a revision alone. */
export const controlled = (sign?: Bilingual) =>
  transitions('manage', {
    create: { from: [''], to: 'draft', sets: 'all' },
    change: { from: ['draft'], sets: 'all' },
    release: { from: ['draft'], to: 'released', ...(sign ? { sign } : {}), right: 'approve' },
    revise: { from: ['released'], to: 'draft', sets: 'all' },
    retire: { from: ['draft', 'released'], to: 'retired', right: 'approve' },
  });
export const CONTROLLED = { ended: ['retired'], force: 'released' } as const;

/** Something that was noted: it can be corrected, with a version for each correction, and withdrawn. */
export const noted = () =>
  transitions('work', {
    create: { from: [''], to: 'recorded', sets: 'all' },
    correct: { title: { en: 'Correct', zh: '更正' }, from: ['recorded'], sets: 'all' },
    withdraw: { title: { en: 'Withdraw', zh: '撤销' }, from: ['recorded'], to: 'withdrawn' },
  });
export const NOTED = { ended: ['withdrawn'] } as const;

/** From and to of what holds for a time; absent = without end. */
export const validity = {
  validFrom: optional(time('Valid from', '生效时间')),
  validTo: optional(time('Valid until', '失效时间')),
} as const satisfies Record<string, RecordField>;
type Check = NonNullable<Declared['check']>;
export const inOrder =
  (from: string, to: string): Check =>
  (data, report) => {
    const [a, b] = [data[from], data[to]];
    if (typeof a === 'string' && typeof b === 'string' && Date.parse(b) <= Date.parse(a))
      report([to], 'It must be later than the beginning.', '必须晚于开始时间。');
  };
export const checks =
  (...all: readonly Check[]): Check =>
  (data, report) => {
    for (const one of all) one(data, report);
  };
export const rowsOf = (data: RecordData, name: string): readonly RecordData[] => (data[name] ?? []) as readonly RecordData[];
