import { can } from '#server/access.ts';
import { createContext } from '#server/context.ts';
import { withTenant } from '#server/db.ts';
import { asAppError, failed, invalidInput } from '#server/errors.ts';
import { exportCsv, exportInput } from '#server/history/export-csv.ts';

export const dynamic = 'force-dynamic';

/** A trend's samples as a file, sent while it is read. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { org } = await createContext(request.headers).active();
    if (!can(org.roles, 'history.export'))
      throw failed('access.forbidden', { roles: 'owner, admin, engineer, operator, viewer, auditor' });
    const query = new URL(request.url).searchParams;
    const input = exportInput.safeParse({
      ids: (query.get('ids') ?? '').split(',').filter(Boolean).map(Number),
      from: Number(query.get('from')),
      to: Number(query.get('to')),
    });
    if (!input.success) throw invalidInput(input.error.issues);
    const rows = exportCsv((fn) => withTenant(org.orgId, fn), org.orgId, input.data);
    // The head is made before the answer begins: what is refused is refused with a status.
    const first = await rows.next();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (!first.done) controller.enqueue(encoder.encode(first.value));
      },
      async pull(controller) {
        const next = await rows.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      async cancel() {
        await rows.return(undefined);
      },
    });
    const name = `history-${new Date(input.data.from).toISOString().slice(0, 16).replace(':', '')}.csv`;
    return new Response(body, {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    const { facts } = asAppError(error, 'export');
    return Response.json({ error: facts }, { status: facts.status });
  }
}
