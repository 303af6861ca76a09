import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { redisOptions } from '#runtime/queue/address.ts';

/** Asks a Redis or Valkey whether it is there and lets us in: `PING` on a fresh connection, after `AUTH` where the address has a password. */
export function pingQueue(address: string): Promise<void> {
  const { host, port, username, password, tls } = redisOptions(address);
  const asked = [
    ...(password === undefined ? [] : [command('AUTH', ...(username === undefined ? [] : [username]), password)]),
    command('PING'),
  ];
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, ...tls }) : connectTcp({ host, port });
    let heard = '';
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(asked.join('')));
    socket.on('data', (data) => {
      heard += data.toString();
      const lines = heard.split('\r\n').slice(0, -1);
      const refused = lines.find((line) => !/^\+(OK|PONG)$/.test(line));
      if (refused !== undefined) reject(new Error(meaning(refused)));
      else if (lines.length < asked.length) return;
      resolve();
      socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

/** As the protocol writes a command: the number of its words, then each with its length. */
const command = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

function meaning(line: string): string {
  if (line.startsWith('-NOAUTH')) return 'it wants a password; write it into QUEUE_URL as redis://:password@host';
  if (line.startsWith('-WRONGPASS')) return 'it refuses the user or password of QUEUE_URL';
  if (line.startsWith('-LOADING')) return 'it is still loading its data';
  return `unexpected answer ${line.slice(0, 40)}`;
}
