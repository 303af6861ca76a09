import { readHealth } from '#server/health/read-health.ts';

export const dynamic = 'force-dynamic';

/** 200 while this process can serve, also with something behind it degraded; 503 when it cannot. */
export async function GET(): Promise<Response> {
  const health = await readHealth();
  return Response.json(health, { status: health.status === 'down' ? 503 : 200, headers: { 'cache-control': 'no-store' } });
}
