import type { CheckResult, ProofReport } from '#runtime/replay/proof.ts';

/** A proof for a person: every figure with what was expected and how far it may be off; what is red is said once more at the end. */
export function printProof(report: ProofReport & { readonly app: string; readonly version: string }): string {
  const lines = [`${report.app} ${report.version}, graph ${report.graphHash.slice(0, 16)}…`];
  const red: string[] = [];
  for (const run of report.runs) {
    lines.push(`  ${run.title.en}: ${run.records} records in ${run.seconds.toFixed(2)} s`);
    for (const check of run.checks) {
      lines.push(`    ${check.pass ? 'pass' : 'FAIL'}  ${check.title.en}: ${said(check)}`);
      if (!check.pass) red.push(`  ${run.id}/${check.id} (${check.title.en}): ${said(check)}`);
    }
    for (const change of run.falsifiers) {
      const note = change.red ? '' : ', but every figure still fits';
      lines.push(`    ${change.red ? 'red ' : 'FAIL'}  must fail when ${change.title.en}${note}`);
      if (!change.red) red.push(`  ${run.id}: no figure notices when ${change.title.en}`);
    }
  }
  return [...lines, ...(report.pass ? ['proven'] : ['not proven:', ...red])].join('\n');
}

function said(check: CheckResult): string {
  const show = (value: number) => (check.time ? new Date(value * 1000).toISOString() : String(value));
  const got = check.actual === null ? 'nothing' : show(check.actual);
  const source = typeof check.source === 'string' ? check.source : check.source.en;
  return `got ${got}, expected ${show(check.expected)} ${toleranceOf(check)} (${source})`;
}

function toleranceOf({ tolerance, time }: CheckResult): string {
  if (!tolerance) return 'exactly';
  if ('absolute' in tolerance) return `± ${tolerance.absolute}${time ? ' s' : ''}`;
  return `± ${Number((tolerance.relative * 100).toPrecision(6))} %`;
}
