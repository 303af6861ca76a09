import { and, eq, inArray } from 'drizzle-orm';
import { boundTags } from '#drizzle/bindings.ts';
import type { Db } from '#drizzle/client.ts';
import { asset, channel, connection, installation, instance, tag } from '#drizzle/schema/index.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { makeReportAside } from '#runtime/reports/aside.ts';
import type { ReportFile } from '#runtime/reports/make.ts';
import { type ReportFacts, type ReportRequest, reportRequest } from '#runtime/reports/request.ts';
import { CHANNELS } from './channels.ts';
import { sendMail } from './mail.ts';
import { passwordOf } from './notify.ts';
import { type Effect, effectKey, finishEffect, retryEffect } from './outbox.ts';
import { type Reason, reason, reasonWith } from './reasons.ts';
import type { Performers } from './runner.ts';

/**
 * `report.make`: the files are made aside, stored by their content, and named by business records of the kind document, one a file, whose numbers are the report's
 * with the format behind it. Then they go out over the e-mail channel, where one is named. A second time (the process died in between) the records stand already,
 * and only the mail is sent again.
 */
export const performReport =
  (blobs: BlobStore): Performers[string] =>
  async (db, e, masterKey) => {
    const report = reportRequest.parse(e.request);
    const facts = await factsOf(db, e);
    if (!facts) {
      await finishEffect(db, e, 'refused', { ok: false, ...reason('app-gone') });
      return;
    }
    const files = await makeReportAside(report, facts);
    const stored = await storeFiles(db, e, report, files, blobs);
    if (!stored.ok) {
      await finishEffect(db, e, 'refused', { ok: false, ...stored.why });
      return;
    }
    const mail = await mailFiles(db, e, report, files, masterKey);
    if (mail?.again) return retryEffect(db, e, mail.why);
    const value = { documents: stored.documents };
    if (mail) await finishEffect(db, e, 'failed', { ok: false, value, ...mail.why });
    else await finishEffect(db, e, 'done', { ok: true, value });
  };

async function factsOf(db: Db, e: Effect): Promise<ReportFacts | undefined> {
  const [row] = await db
    .select({ app: installation.name, asset: asset.code, key: instance.key, bindings: instance.bindings })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .leftJoin(asset, eq(asset.id, instance.assetId))
    .where(and(eq(instance.id, e.instanceId), eq(instance.orgId, e.orgId)));
  if (!row) return undefined;
  const ids = boundTags(row.bindings);
  const simulated = ids.length
    ? await db
        .select({ id: tag.id })
        .from(tag)
        .innerJoin(connection, eq(connection.id, tag.connectionId))
        .where(and(inArray(tag.id, ids), eq(tag.orgId, e.orgId), eq(connection.simulated, true)))
        .limit(1)
    : [];
  const { en, zh } = row.app;
  return {
    by: `${en === zh ? en : `${zh} / ${en}`} · ${row.asset ?? row.key}`,
    simulated: simulated.length > 0,
    // of its request: a repetition gives the same bytes
    made: e.createdAt.getTime(),
  };
}

interface Document {
  readonly code: string;
  readonly hash: string;
  readonly format: string;
  readonly size: number;
}
type Stored = { readonly ok: true; readonly documents: readonly Document[] } | { readonly ok: false; readonly why: Reason };

async function storeFiles(
  db: Db,
  e: Effect,
  report: ReportRequest,
  files: readonly ReportFile[],
  blobs: BlobStore,
): Promise<Stored> {
  const documents: Document[] = [];
  for (const { format, media, bytes } of files) {
    const code = `${report.code}.${format}`;
    const hash = await blobs.put(db, e.orgId, bytes, media);
    const data = {
      name: `${report.language === 'en' ? report.title.en : report.title.zh}.${format}`,
      media,
      hash,
      size: bytes.length,
      ...(report.language === 'both' ? {} : { language: report.language }),
    };
    const who = { by: `app:${e.instanceId}`, request: `effect:${effectKey(e)}:${format}` };
    const result = await db.transaction((tx) =>
      writeRecord(tx, e.orgId, { kind: 'document', code, transition: 'create', data }, who),
    );
    if (!result.ok) return { ok: false, why: reasonWith(result.code, result.params) };
    documents.push({ code, hash, format, size: bytes.length });
  }
  return { ok: true, documents };
}

/** Why it could not be mailed; undefined when it was, or when nobody asked for it. */
async function mailFiles(
  db: Db,
  e: Effect,
  report: ReportRequest,
  files: readonly ReportFile[],
  masterKey: string | undefined,
): Promise<{ again: boolean; why: Reason } | undefined> {
  if (report.channel === '') return undefined;
  const never = (why: Reason) => ({ again: false, why });
  const [target] = await db
    .select()
    .from(channel)
    .where(and(eq(channel.orgId, e.orgId), eq(channel.name, report.channel)));
  if (!target) return never(reason('channel-missing', { channel: report.channel }));
  if (target.kind !== 'email') return never(reason('channel-no-files', { channel: report.channel }));
  const settings = CHANNELS.email.safeParse(target.settings);
  if (!settings.success) return never(reason('channel-settings'));
  const password = await passwordOf(db, target, masterKey);
  if (password === 'closed') return never(reason('secret-closed'));
  const message = { key: effectKey(e), instance: e.instanceId, node: e.node, subject: e.key, text: report.title, value: null };
  const attachments = files.map(({ format, media, bytes }) => ({
    filename: `${report.code}.${format}`,
    content: bytes,
    contentType: media,
  }));
  const delivery = await sendMail(settings.data, password, message, attachments);
  return delivery.ok ? undefined : { again: delivery.again, why: delivery.why };
}
