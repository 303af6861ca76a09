import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../suite.ts';
import type { Issued } from './authority.testing.ts';

/** Eclipse Mosquitto (`MILLWRIGHT_MOSQUITTO` is its program) with the user `plant`, keeping its sessions over a kill as a broker on a site does. */
export class Mosquitto {
  readonly port: number;
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'mw-mosquitto-'));
  #child: ChildProcess | undefined;

  readonly #tls: { readonly ca: string; readonly server: Issued; readonly clients: boolean } | undefined;

  /** `tls`: it shows `server`, and with `clients` asks for a certificate of the same authority. */
  constructor(program: string, port: number, tls?: { readonly ca: string; readonly server: Issued; readonly clients: boolean }) {
    this.#program = program;
    this.port = port;
    this.#tls = tls;
  }

  async start(): Promise<void> {
    const passwords = join(this.#folder, 'passwords');
    await promisify(execFile)('mosquitto_passwd', ['-b', '-c', passwords, 'plant', 'right']);
    const file = (name: string, text: string) => {
      writeFileSync(join(this.#folder, name), text);
      return join(this.#folder, name);
    };
    const secure = this.#tls
      ? [
          `cafile ${file('ca.pem', this.#tls.ca)}`,
          `certfile ${file('server.pem', this.#tls.server.certificate)}`,
          `keyfile ${file('server.key', this.#tls.server.key)}`,
          `require_certificate ${this.#tls.clients}`,
        ]
      : [];
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      ...secure,
      'allow_anonymous false',
      `password_file ${passwords}`,
      'persistence true',
      `persistence_location ${this.#folder}/`,
      'autosave_interval 1',
      'max_inflight_messages 0',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ];
    const config = join(this.#folder, 'mosquitto.conf');
    writeFileSync(config, lines.join('\n'));
    this.#child = spawn(this.#program, ['-c', config], { stdio: 'ignore' });
    await until(
      'Mosquitto listens',
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect(this.port, '127.0.0.1', () => {
            socket.destroy();
            resolve(true);
          });
          socket.once('error', () => resolve(false));
        }),
    );
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
