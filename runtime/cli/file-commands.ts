import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { TABLE_FORMATS } from '#runtime/files/write.ts';
import { chosen, collect, show } from './commands.ts';
import { FAILED } from './outcome.ts';
import type { RunOptions } from './run.ts';

/** Commands that need nothing but files. Each loads its own code: help is told at once. */
export function addFileCommands(program: Command): void {
  program
    .command('run')
    .description('Run a graph on files: the same step code as live, every effect captured, no server.')
    .argument('<graph>', 'graph document (JSON)')
    .option(
      '--in <role=file>',
      'input of a tag role or form: CSV, JSON, JSONL, Parquet, Arrow IPC, or a folder of .f32 waveforms; repeatable',
      collect,
      [],
    )
    .option(
      '--model <file>',
      'ONNX model that a block names by its hash, beside those that lie with the graph; repeatable',
      collect,
      [],
    )
    .option('--param <key=value>', 'value of an app parameter; repeatable', collect, [])
    .option('--until <time>', 'let the clock run on to this time, so that timers fire (ISO 8601 with a zone)')
    .option('--from <time>', 'where the clock begins when schedules alone drive the graph (ISO 8601 with a zone)')
    .option('--zone <zone>', 'IANA time zone of schedules', 'UTC')
    .option('--calendar <file>', 'shifts of schedules (JSON: shifts, exceptions)')
    .option('--out <folder>', 'write <output>.<format>, alarms.jsonl and effects.jsonl there')
    .option('--format <format>', 'of the outputs: csv, json, jsonl, parquet or arrow', 'csv')
    .option('--key <key>', 'key of rows that have none', 'demo')
    .option('--json', 'print the summary as one JSON object', false)
    .addHelpText(
      'after',
      `
Input files have a column "time" (ISO 8601 with a zone, or epoch milliseconds), optionally "key", and the role's columns, for
most roles "value". A unit stands in brackets, "value [psi]" (in Arrow and Parquet also as the field's metadata "unit"), and is converted to the graph's; "value.quality" holds good,
uncertain or bad with a sub-code, such as bad:stale. Rows are sorted by time. Several files are merged by time, then by role.`,
    )
    .action(async (graph: string, options: RunOptions & { readonly format: string }) => {
      const format = chosen('--format', options.format, TABLE_FORMATS);
      const { run } = await import('./run.ts');
      const summary = await run(graph, { ...options, format });
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
    .action(async (graph: string) => {
      const { plan } = await import('./plan.ts');
      console.log(await plan(graph));
    });

  program
    .command('verify')
    .description('Run the proof that an app carries: every figure, and every change that must turn one red.')
    .argument('<app>', 'folder of an app, or a package (.mwapp)')
    .option('--json', 'print the report as one JSON object', false)
    .action(async (place: string, options: { json: boolean }) => {
      const { verify } = await import('./verify.ts');
      const report = await verify(place);
      const { printProof } = await import('./print-proof.ts');
      show(report, options.json, printProof);
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
      const { pack } = await import('./pack.ts');
      const { bytes, hash, name } = await pack(folder, options.key);
      await writeFile(options.out, bytes);
      console.log(`${name}: ${bytes.length} bytes, SHA-256 ${hash}, written to ${options.out}`);
    });
}
