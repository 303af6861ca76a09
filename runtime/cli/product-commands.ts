import type { Command } from 'commander';
import { show, withProduct } from './commands.ts';
import { FAILED } from './outcome.ts';

/** Commands that work on the data of a running product. */
export function addProductCommands(program: Command): void {
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
