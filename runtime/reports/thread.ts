/** The thread in which a report is made. */
import { parentPort, workerData } from 'node:worker_threads';
import { makeReport } from './make.ts';
import type { ReportFacts, ReportRequest } from './request.ts';

const { report, facts } = workerData as { report: ReportRequest; facts: ReportFacts };
parentPort?.postMessage(await makeReport(report, facts));
