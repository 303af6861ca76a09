import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Asks a Redis or Valkey whether it is there: `PING` on a fresh connection. A server that wants a password first is there, too. */
export function pingQueue(address: string): Promise<void> {
  const url = new URL(address);
  const at = { host: url.hostname, port: Number(url.port || 6379) };
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'rediss:';
    const socket = secure ? connectTls({ ...at, servername: url.hostname }) : connectTcp(at);
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.once(secure ? 'secureConnect' : 'connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      const text = data.toString();
      if (/^(\+PONG|-NOAUTH)/.test(text)) resolve();
      else reject(new Error(`unexpected answer ${text.slice(0, 40).trim()}`));
      socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}
