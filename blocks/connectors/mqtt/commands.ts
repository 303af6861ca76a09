/** Publishing a command and waiting for what the device says to it. */
import { messageOf, type SourceValue, type TagValueType, type WriteResult } from '#blocks/sdk/connector.ts';
import { pathText, valueAt } from '../payload/path.ts';
import { PayloadError, typed } from '../payload/payload.ts';
import type { BrokerClient, Message } from './client.ts';
import type { Listening } from './listening.ts';
import type { Received } from './received.ts';
import type { Resolved } from './resolve.ts';
import type { Template } from './template.ts';

export interface Command {
  readonly topic: string;
  readonly body: string;
  /** Told in the payload where the template says so; '' when nothing asks for one. */
  readonly id: string;
  readonly ack?: Omit<NonNullable<Template['ack']>, 'topic'> & { readonly topic: string };
}
const ANSWER_LIMIT_MS = 3000;
/** A broker keeps a command for a device that is away no longer than this (MQTT 5): later it would surprise whoever stands there. */
const EXPIRES_S = 10;

export interface CommandRules {
  readonly qos: 0 | 1 | 2;
  readonly connectionId: string;
  /** Where devices answer to this client (MQTT 5). */
  readonly responseTopic: string;
}

export async function sendCommand(
  {
    client,
    listening,
    rules,
    received,
  }: {
    readonly client: BrokerClient;
    readonly listening: Listening;
    readonly rules: CommandRules;
    readonly received: (message: Message) => Received;
  },
  resolved: Resolved,
  value: number | boolean | string,
  type: TagValueType,
): Promise<WriteResult> {
  const command = resolved.command?.(value);
  if (!command) throw new Error('an address without a command is refused before');
  const { ack } = command;
  const newest = (message: Message): SourceValue | undefined => {
    try {
      return resolved.take(received(message), type).at(-1)?.value;
    } catch (error) {
      if (error instanceof PayloadError) return undefined; // not the echo that is waited for
      throw error;
    }
  };
  const answerTopic = ack ? (ack.topic === 'response' ? rules.responseTopic : ack.topic) : resolved.topic;
  if (ack?.topic === 'response' && !client.version5)
    return {
      ok: false,
      code: 'mqtt.version',
      reason: 'A response topic needs MQTT 5. Choose it in the connection, or name a topic.',
    };
  const correlation = Buffer.from(command.id);
  let last: SourceValue | undefined;
  const isAnswer = (message: Message): boolean => {
    if (!ack) {
      if (message.retain) return false; // from before the command
      last = newest(message) ?? last;
      return last === value;
    }
    if (ack.topic === 'response') return message.correlation?.equals(correlation) ?? false;
    return !ack.id || String(valueAt(jsonOf(received(message)), ack.id)) === command.id;
  };
  const answer = await listening.next(answerTopic, ANSWER_LIMIT_MS, isAnswer);
  try {
    await client.publish(command.topic, command.body, {
      qos: rules.qos,
      properties: {
        contentType: 'application/json',
        messageExpiryInterval: EXPIRES_S,
        userProperties: { 'millwright-connection': rules.connectionId },
        ...(ack?.topic === 'response' ? { responseTopic: rules.responseTopic, correlationData: correlation } : {}),
      },
    });
  } catch (error) {
    await answer.stop();
    return { ok: false, code: 'mqtt.publish', reason: `The broker did not take the command: ${messageOf(error)}` };
  }
  const got = await answer.got;
  const silent = {
    ok: true,
    code: 'mqtt.silent',
    reason: `Sent, but “${answerTopic}” did not ${ack ? 'answer' : 'report the value'} within ${ANSWER_LIMIT_MS / 1000} s.`,
  };
  // the device reports: what it says now is what it holds
  if (!ack) return got ? { ok: true, readBack: value } : { ...silent, ...(last === undefined ? {} : { readBack: last }) };
  if (!got) return silent;
  const said = jsonOf(received(got));
  if (ack.ok && String(valueAt(said, ack.ok.path)) !== ack.ok.is) {
    const body = got.payload.toString('utf8').slice(0, 200);
    return {
      ok: false,
      code: 'mqtt.refused',
      reason: `The device answers ${pathText(ack.ok.path)} other than ${ack.ok.is}: ${body}`,
    };
  }
  return { ok: true, readBack: ack.value ? typed(valueAt(said, ack.value), type, { value: ack.value }) : value };
}

function jsonOf(received: Received): unknown {
  try {
    return received.payload.data();
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}
