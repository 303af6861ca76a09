import type { Command } from 'commander';
import { SINK_FORMATS } from '#runtime/files/sink-formats.ts';
import { chosen, progressBar, show, withProduct } from './commands.ts';
import { FAILED } from './outcome.ts';
import type { RetentionOptions } from './retention.ts';

/** Commands that work on the data of a running product. Each loads its own code. */
export function addProductCommands(program: Command): void {
  addExport(program);
  addRetention(program);
  addAudit(program);
  addBackup(program);
}

function addExport(program: Command): void {
  program
    .command('export')
    .description('Write every sample of tags and outputs over a window into one file.')
    .argument('<signal...>', 'names of tags; outputs of apps as <asset>/<output>.<column>')
    .requiredOption('--from <time>', 'begin: ISO 8601 with a zone, or how long ago (24h)')
    .option('--to <time>', 'end, not included', 'now')
    .requiredOption('--out <file>', 'file to write: *.csv, *.jsonl, *.parquet or *.arrow')
    .option('--format <format>', `instead of what the file's name says: ${SINK_FORMATS.join(', ')}`)
    .option('--org <name>', 'organization (id, slug or name), where there are several')
    .option('--json', 'print the report as one JSON object', false)
    .addHelpText(
      'after',
      `
The table has time, key (the signal), value with its unit, quality and origin, of each time the newest version. pandas, DuckDB and mw run --in read it.`,
    )
    .action(async (signals: string[], { json, format, ...options }: ExportFlags) => {
      const { exportRun, printExport } = await import('./export.ts');
      const chosenFormat = format === undefined ? {} : { format: chosen('--format', format, SINK_FORMATS) };
      const report = await withProduct((product) =>
        exportRun(product, signals, { ...options, ...chosenFormat }, progressBar(json)),
      );
      show(report, json, printExport);
    });
}
interface ExportFlags {
  readonly from: string;
  readonly to: string;
  readonly out: string;
  readonly format?: string;
  readonly org?: string;
  readonly json: boolean;
}

function addRetention(program: Command): void {
  program
    .command('retention')
    .description('What the past takes on disk and how long it is kept; with --samples or --large that is changed.')
    .option('--org <name>', 'organization (id, slug or name), where there are several')
    .option('--tag <name>', 'rule of this tag alone')
    .option('--samples <time>', 'how long every sample is kept: 90d, forever, or default (hourly values outlive them)')
    .option('--large <time>', 'how long raw waves and every frame are kept: 24h, or default')
    .option('--json', 'print the report as one JSON object', false)
    .addHelpText(
      'after',
      `
A rule of a tag goes before the organization's, that before the platform's (MILLWRIGHT_HISTORY_DAYS, MILLWRIGHT_RAW_HOURS). A shorter rule takes hold when
housekeeping comes next, within the hour; what is gone stays gone.`,
    )
    .action(async ({ json, ...options }: RetentionOptions & { json: boolean }) => {
      const { printRetention, retentionRun } = await import('./retention.ts');
      show(await withProduct((product) => retentionRun(product, options)), json, printRetention);
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
