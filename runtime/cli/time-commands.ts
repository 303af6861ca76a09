import type { Command } from 'commander';
import { TABLE_FORMATS } from '#runtime/files/write.ts';
import { chosen, collect, progressBar, show, withProduct } from './commands.ts';
import { Refused } from './outcome.ts';

/** The time machine: an app over recorded data, or beside what runs. Each command loads its own code. */
export function addTimeCommands(program: Command): void {
  addBacktest(program);
  addReplay(program);
  addShadow(program);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(of: T): Defined<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Defined<T>;

interface Given {
  readonly in?: readonly string[];
  readonly key?: string;
  readonly zone?: string;
  readonly calendar?: string;
  readonly model?: readonly string[];
  readonly instance?: string;
  readonly org?: string;
  readonly bind: readonly string[];
  readonly param: readonly string[];
  readonly json: boolean;
}
/** On whose plant: the same for every command that tries a graph. */
const onPlant = (command: Command): Command =>
  command
    .argument(
      '<app>',
      'slug or name of an app (its draft), name of an installation (its running version), or a graph file (*.json)',
    )
    .option(
      '--instance <id>',
      "instance whose plant it is tried on: its id or its asset's code; may be left out where there is one",
    )
    .option('--org <slug>', 'organization, where a name is not enough')
    .option('--bind <role=tag>', 'tag for a role that the instance does not map; repeatable', collect, [])
    .option('--param <key=value>', 'value of an app parameter; repeatable', collect, [])
    .option('--json', 'print the report as one JSON object', false);

/** A graph file on recorded data in files: no product is needed. */
const onFiles = (command: Command): Command =>
  command
    .option(
      '--in <role=file>',
      'recorded data of a role from a file instead of the product: CSV, JSON, JSONL, Parquet, Arrow; repeatable',
      collect,
      [],
    )
    .option('--key <key>', 'with --in: key of rows that have none', 'demo')
    .option('--zone <zone>', 'with --in: IANA time zone of schedules', 'UTC')
    .option('--calendar <file>', 'with --in: shifts of schedules (JSON: shifts, exceptions)')
    .option('--model <file>', 'with --in: ONNX model beside those that lie with the graph; repeatable', collect, []);
const filesOf = ({ in: files = [], key = 'demo', zone = 'UTC', calendar, model = [], param, json }: Given) => ({
  in: files,
  key,
  zone,
  model,
  param,
  json,
  ...(calendar === undefined ? {} : { calendar }),
});

const INPUTS = ['arrived', 'corrected'] as const;
const INPUT_HELP = `
Recorded data come in one of two ways. corrected: every sample at its own time, of several versions the newest. arrived: in the order in which the
log had them, with the append time as clock, so that late samples are late and corrections come when they came.
Times: ISO 8601 with a zone, "now", or how long ago (90s, 5m, 24h, 30d).`;

function addBacktest(program: Command): void {
  interface Options extends Given {
    readonly from?: string;
    readonly to?: string;
    readonly input: string;
    readonly confirm: string;
    readonly compare: boolean;
    readonly against?: string;
    readonly out?: string;
    readonly format: string;
  }
  onFiles(
    onPlant(
      program
        .command('backtest')
        .description('Run an app over recorded plant data and compare it with the version that runs now.'),
    ),
  )
    .option('--from <time>', 'begin of the window (default 24h; with --in the first record)')
    .option('--to <time>', 'end of the window (default now; with --in the last record)')
    .option('--input <which>', 'data as "arrived" or as "corrected"', 'corrected')
    .option('--confirm <how>', 'how confirmations by a person are taken: confirm, refuse or none', 'confirm')
    .option('--no-compare', 'do not run the running version over the same window')
    .option('--against <graph>', 'with --in: graph file to compare with')
    .option('--out <folder>', 'write <output>.<format>, alarms.jsonl and effects.jsonl there')
    .option('--format <format>', 'of the outputs: csv, json, jsonl, parquet or arrow', 'csv')
    .addHelpText('after', INPUT_HELP)
    .action(async (app: string, options: Options) => {
      const input = chosen('--input', options.input, INPUTS);
      const confirm = chosen('--confirm', options.confirm, ['confirm', 'refuse', 'none'] as const);
      const format = chosen('--format', options.format, TABLE_FORMATS);
      const { printBacktest } = await import('./print-report.ts');
      const { from, to, against, out } = options;
      if (options.in?.length) {
        const { backtestFiles } = await import('./replay-files.ts');
        const given = { ...filesOf(options), confirm, format, ...defined({ from, to, against, out }) };
        show(await backtestFiles(app, given, progressBar(options.json)), options.json, printBacktest);
        return;
      }
      if (against !== undefined) throw new Refused(['--against: only with --in; on plant data it is compared with what runs']);
      const { backtest } = await import('./backtest.ts');
      const wanted = { ...options, from: from ?? '24h', to: to ?? 'now', input, confirm, format };
      const report = await withProduct((product) => backtest(product, app, wanted, progressBar(options.json)));
      show(report, options.json, printBacktest);
    });
}

function addReplay(program: Command): void {
  interface Options extends Given {
    readonly wire: string;
    readonly at: string;
    readonly since?: string;
    readonly input: string;
    readonly last: string;
    readonly out?: string;
  }
  onFiles(onPlant(program.command('replay').description('Show what was on any wire of an app up to any past moment.')))
    .requiredOption('--wire <node.port>', 'node and output port of the wire')
    .requiredOption('--at <time>', 'the moment')
    .option('--since <duration>', 'how long before that moment the run begins (default 1h; with --in the first record)')
    .option('--input <which>', 'data as "arrived" (what was known at that moment) or as "corrected"', 'arrived')
    .option('--last <n>', 'records to show', '20')
    .option('--out <file>', 'write every record of the wire there: .csv, .json, .jsonl, .parquet or .arrow')
    .addHelpText('after', INPUT_HELP)
    .action(async (app: string, options: Options) => {
      const input = chosen('--input', options.input, INPUTS);
      const last = Math.max(1, Math.min(10_000, Math.trunc(Number(options.last)) || 20));
      const { printWire } = await import('./wire.ts');
      const { wire, at, since, out } = options;
      if (options.in?.length) {
        const { replayFiles } = await import('./replay-files.ts');
        const given = { ...filesOf(options), wire, at, last, ...defined({ since, out }) };
        show(await replayFiles(app, given, progressBar(options.json)), options.json, printWire);
        return;
      }
      const { replayWire } = await import('./replay-wire.ts');
      const wanted = { ...options, since: since ?? '1h', input, last };
      const report = await withProduct((product) => replayWire(product, app, wanted, progressBar(options.json)));
      show(report, options.json, printWire);
    });
}

function addShadow(program: Command): void {
  onPlant(
    program
      .command('shadow')
      .description('Run an app beside the version that runs now, on live data, and count what it does otherwise.'),
  )
    .option('--for <duration>', 'how long; Ctrl-C ends it earlier, with what was counted', '5m')
    .addHelpText(
      'after',
      `
Both begin with the state that the running version last saved and are given the same records. Nothing of the candidate is performed: an effect that the
running version asks for alike gets its recorded answer, any other the answer of a model. For: 90s, 5m, 2h.`,
    )
    .action(async (app: string, options: Given & { readonly for: string }) => {
      const { printShadow, shadowRun } = await import('./shadow.ts');
      const report = await withProduct((product) => shadowRun(product, app, options, progressBar(options.json)));
      show(report, options.json, printShadow);
    });
}
