import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { DONE, FAILED, outcomeOf, REFUSED } from './outcome.ts';
import { pack } from './pack.ts';
import { plan } from './plan.ts';
import { type RunOptions, run } from './run.ts';
import { verify } from './verify.ts';

/** `mw`: what can be done with apps and graphs without a server. Every command is one file beside this one. */
const program = new Command('mw')
  .description('Millwright (匠造): run, prove and pack industrial apps from the command line.')
  .showHelpAfterError('(mw --help shows all commands, mw help <command> one of them)')
  .addHelpText(
    'after',
    `
Exit codes:
  0  done
  1  the run failed, or a proof is red
  2  the input, the graph or the command was refused (reasons on stderr, with file, line and column)

Examples:
  mw run graph.json --in pressure=pressure.csv --in power=power.csv --out result
  mw run graph.json --in vib.de.h=waves/ --until 2026-01-05T12:00:00+08:00 --json
  mw plan graph.json
  mw verify marketplace/apps/compressor-guard
  mw app pack marketplace/apps/compressor-guard --key publisher.key --out compressor-guard.mwapp`,
  );

const collect = (value: string, before: string[]) => [...before, value];

program
  .command('run')
  .description('Run a graph on files: the same step code as live, every effect captured, no server.')
  .argument('<graph>', 'graph document (JSON)')
  .option(
    '--in <role=file>',
    'input of a tag role or form: CSV, JSONL, Parquet, or a folder of .f32 waveforms; repeatable',
    collect,
    [],
  )
  .option('--param <key=value>', 'value of an app parameter; repeatable', collect, [])
  .option('--until <time>', 'let the clock run on to this time, so that timers fire (ISO 8601 with a zone)')
  .option('--out <folder>', 'write <output>.csv, alarms.jsonl and effects.jsonl there')
  .option('--key <key>', 'key of rows that have none', 'demo')
  .option('--json', 'print the summary as one JSON object', false)
  .addHelpText(
    'after',
    `
Input files have a column "time" (ISO 8601 with a zone, or epoch milliseconds), optionally "key", and the role's columns, for
most roles "value". A unit stands in brackets, "value [psi]", and is converted to the graph's; "value.quality" holds good,
uncertain or bad with a sub-code, such as bad:stale. Rows are sorted by time. Several files are merged by time, then by role.`,
  )
  .action(async (graph: string, options: RunOptions) => {
    const summary = await run(graph, options);
    if (options.json) console.log(JSON.stringify(summary));
    else {
      console.log(`${summary.graph}: ${summary.records} records in ${summary.seconds.toFixed(2)} s`);
      for (const [name, output] of Object.entries(summary.outputs)) console.log(`  ${name}: ${output.rows} rows`);
      console.log(
        `  alarms ${summary.alarms}, effects captured ${JSON.stringify(summary.effects)}, set aside ${summary.deadLetters}`,
      );
      if (summary.firstDeadLetter)
        console.log(`  first set aside: ${summary.firstDeadLetter.node}: ${summary.firstDeadLetter.message}`);
      if (options.out) console.log(`  written to ${options.out}`);
    }
  });

program
  .command('plan')
  .description('Check a graph and print how it runs: order, schemas and units of every wire, loops, state.')
  .argument('<graph>', 'graph document (JSON)')
  .action(async (graph: string) => console.log(await plan(graph)));

program
  .command('verify')
  .description('Run the proof that an app carries: every figure, and every change that must turn one red.')
  .argument('<app>', 'folder of an app, or a package (.mwapp)')
  .option('--json', 'print the report as one JSON object', false)
  .action(async (place: string, options: { json: boolean }) => {
    const report = await verify(place);
    if (options.json) console.log(JSON.stringify(report));
    else {
      console.log(`${report.app} ${report.version}, graph ${report.graphHash.slice(0, 16)}…`);
      for (const run of report.runs) {
        console.log(`  ${run.title.en}: ${run.records} records in ${run.seconds.toFixed(2)} s`);
        for (const check of run.checks)
          console.log(
            `    ${check.pass ? 'pass' : 'FAIL'}  ${check.title.en}: ${check.actual ?? 'nothing'} (expected ${check.expected}; ${typeof check.source === 'string' ? check.source : check.source.en})`,
          );
        for (const change of run.falsifiers)
          console.log(
            `    ${change.red ? 'red ' : 'FAIL'}  must fail when ${change.title.en}${change.red ? '' : ', but every figure still fits'}`,
          );
      }
      console.log(report.pass ? 'proven' : 'not proven');
    }
    if (!report.pass) process.exitCode = FAILED;
  });

program
  .command('app')
  .description('Packages of apps.')
  .command('pack')
  .description('Pack and sign the folder of an app; the same folder and key give the same bytes.')
  .argument('<folder>', 'folder with app.json, graph.json, screens.json, READMEs and proof/')
  .requiredOption('--key <file>', 'Ed25519 private key (PKCS #8, base64); made when the file does not exist')
  .requiredOption('--out <file>', 'package to write, *.mwapp')
  .action(async (folder: string, options: { key: string; out: string }) => {
    const { bytes, hash, name } = await pack(folder, options.key);
    await writeFile(options.out, bytes);
    console.log(`${name}: ${bytes.length} bytes, SHA-256 ${hash}, written to ${options.out}`);
  });

program.exitOverride((error) => {
  // --help and --version end well; what commander refuses is a refused command
  process.exit(error.exitCode === 0 ? DONE : REFUSED);
});

try {
  await program.parseAsync();
} catch (error) {
  const { code, text } = outcomeOf(error);
  console.error(text);
  process.exitCode = code;
}
