import type { Command } from 'commander';
import { chosen, collect, progressBar, show, withProduct } from './commands.ts';
import { FAILED } from './outcome.ts';

/** Commands that work on the data of a running product. Each loads its own code. */
export function addProductCommands(program: Command): void {
  addBacktest(program);
  addReplay(program);
  addShadow(program);
  addAudit(program);
  addBackup(program);
}

interface Given {
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

const INPUTS = ['arrived', 'corrected'] as const;
const INPUT_HELP = `
Recorded data come in one of two ways. corrected: every sample at its own time, of several versions the newest. arrived: in the order in which the
log had them, with the append time as clock, so that late samples are late and corrections come when they came.
Times: ISO 8601 with a zone, "now", or how long ago (90s, 5m, 24h, 30d).`;

function addBacktest(program: Command): void {
  interface Options extends Given {
    readonly from: string;
    readonly to: string;
    readonly input: string;
    readonly confirm: string;
    readonly compare: boolean;
    readonly out?: string;
  }
  onPlant(
    program.command('backtest').description('Run an app over recorded plant data and compare it with the version that runs now.'),
  )
    .option('--from <time>', 'begin of the window', '24h')
    .option('--to <time>', 'end of the window', 'now')
    .option('--input <which>', 'data as "arrived" or as "corrected"', 'corrected')
    .option('--confirm <how>', 'how confirmations by a person are taken: confirm, refuse or none', 'confirm')
    .option('--no-compare', 'do not run the running version over the same window')
    .option('--out <folder>', 'write <output>.csv, alarms.jsonl and effects.jsonl there')
    .addHelpText('after', INPUT_HELP)
    .action(async (app: string, options: Options) => {
      const input = chosen('--input', options.input, INPUTS);
      const confirm = chosen('--confirm', options.confirm, ['confirm', 'refuse', 'none'] as const);
      const { backtest } = await import('./backtest.ts');
      const { printBacktest } = await import('./print-report.ts');
      const report = await withProduct((product) =>
        backtest(product, app, { ...options, input, confirm }, progressBar(options.json)),
      );
      show(report, options.json, printBacktest);
    });
}

function addReplay(program: Command): void {
  interface Options extends Given {
    readonly wire: string;
    readonly at: string;
    readonly since: string;
    readonly input: string;
    readonly last: string;
  }
  onPlant(program.command('replay').description('Show what was on any wire of an app up to any past moment.'))
    .requiredOption('--wire <node.port>', 'node and output port of the wire')
    .requiredOption('--at <time>', 'the moment')
    .option('--since <duration>', 'how long before that moment the run begins, with empty state', '1h')
    .option('--input <which>', 'data as "arrived" (what was known at that moment) or as "corrected"', 'arrived')
    .option('--last <n>', 'records to show', '20')
    .addHelpText('after', INPUT_HELP)
    .action(async (app: string, options: Options) => {
      const input = chosen('--input', options.input, INPUTS);
      const last = Math.max(1, Math.min(10_000, Math.trunc(Number(options.last)) || 20));
      const { printWire, replayWire } = await import('./replay-wire.ts');
      const report = await withProduct((product) =>
        replayWire(product, app, { ...options, input, last }, progressBar(options.json)),
      );
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

function addAudit(program: Command): void {
  program
    .command('audit')
    .description('The audit log.')
    .command('verify')
    .description('Prove that no entry of the audit log was altered or removed; exit 1 and the entry when one was.')
    .option('--org <name>', 'one organization alone (id, slug or name)')
    .option(
      '--anchors <file>',
      'notes to compare with, such as a copy kept on another machine (default <data>/audit/anchors.jsonl)',
    )
    .option('--json', 'print the report as one JSON object', false)
    .action(async ({ json, ...options }: { json: boolean; org?: string; anchors?: string }) => {
      const { auditVerify, printAudit } = await import('./audit-verify.ts');
      const report = await withProduct((product) => auditVerify(product, options));
      show(report, json, printAudit);
      if (!report.ok) process.exitCode = FAILED;
    });
}

function addBackup(program: Command): void {
  program
    .command('backup')
    .description('Write the whole product, as of one moment, into a new folder while it runs.')
    .argument('<folder>', 'folder to write: a new or empty one')
    .option('--with-key', 'put the master key inside, too: then the folder alone opens every sealed secret', false)
    .option('--json', 'print the report as one JSON object', false)
    .action(async (folder: string, options: { withKey: boolean; json: boolean }) => {
      const { backup, printBackup } = await import('./backup.ts');
      const made = await withProduct((product) => backup(product, folder, options));
      show(made, options.json, (one) => printBackup(folder, one));
    });
  program
    .command('restore')
    .description(
      'Put a backup into an empty data folder (MILLWRIGHT_DATA) or an empty database (DATABASE_URL). Nothing is ever overwritten.',
    )
    .argument('<folder>', 'folder that mw backup wrote')
    .action(async (folder: string) => {
      const { restore } = await import('./restore.ts');
      const { backup, dataFolder } = await restore(folder);
      const rows = backup.tables.reduce((sum, table) => sum + table.rows, 0);
      console.log(
        `restored the product as of ${backup.at}: ${rows} rows, ${backup.files} files, into ${dataFolder}; start it with "npm start"`,
      );
    });
}
