import { connect, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { parseJson, decodeText } from '../json.ts';
import { toIncoming } from '../incoming.ts';
import type { Outlet, OutletConfig } from '../outlet.ts';
import type { Incoming, ReceiptDesk } from '../receipts.ts';

const RECONNECT_MS = 1000;
/** Messages that are being stored at once; beyond, the broker waits. It sends no more of QoS 1 than its own window has (Mosquitto: 20). */
const MAX_PENDING = 1000;
/** What is kept of a message that is no signal. */
const SHOWN = 2000;

export type MqttOutlet = Outlet & { config: OutletConfig & { mqtt: NonNullable<OutletConfig['mqtt']> } };
export const isMqtt = (outlet: Outlet): outlet is MqttOutlet => outlet.config.mqtt !== undefined;

/** How a subscription stands with its broker. */
export interface Link {
  connected: boolean;
  error: string | null;
}
export interface Subscription {
  readonly link: Link;
  stop(): Promise<void>;
}

/** A message as a signal, {topic, data}; one that is none is kept as text, and waits with the reason. */
export async function readMessage(
  outlet: MqttOutlet,
  topic: string,
  payload: Uint8Array,
  receivedAt: Date,
): Promise<Incoming> {
  try {
    if (payload.length > outlet.config.maxBytes)
      throw new Error(`payload: ${payload.length} bytes, at most ${outlet.config.maxBytes}`);
    const data = parseJson(decodeText(payload, ''));
    return await toIncoming(outlet, { signal: { topic, data }, externalId: null }, receivedAt);
  } catch (error) {
    const reason = `bad_payload: ${(error as Error).message.replace(/^body/, 'payload').slice(0, 300)}`;
    const text = new TextDecoder().decode(payload.subarray(0, SHOWN)).replaceAll('\0', '\uFFFD');
    const kept = {
      ...outlet,
      config: { ...outlet.config, mapping: { ...outlet.config.mapping, externalId: undefined } },
    };
    delete kept.config.platform;
    return { ...(await toIncoming(kept, { signal: { topic, text }, externalId: null }, receivedAt)), reason };
  }
}

/**
 * Stores messages as they come, without waiting for one before the next, so that they share a commit; each is acknowledged when it is
 * stored, on the line that brought it. The library acknowledges what it is told is handled: it is told of an error, which only makes it
 * go on. Where one cannot be stored the line is cut.
 */
function keepMessages(
  client: MqttClient,
  keep: (topic: string, payload: Uint8Array) => Promise<unknown>,
  fail: (error: Error) => void,
): void {
  const notYet = new Error('acknowledged when it is stored');
  let pending = 0;
  let goOn: (() => void) | null = null;
  client.handleMessage = ({ topic, payload, messageId }, next) => {
    const { stream } = client;
    pending++;
    keep(topic, Buffer.from(payload))
      .then(() => {
        if (messageId !== undefined && !stream.destroyed) stream.write(generate({ cmd: 'puback', messageId }));
      })
      .catch((error: unknown) => {
        fail(error as Error);
        stream.destroy();
      })
      .finally(() => {
        pending--;
        goOn?.();
        goOn = null;
      });
    if (pending < MAX_PENDING) next(notYet);
    else goOn = () => next(notYet);
  };
}

/**
 * Listens to an outlet's topics at QoS 1, in a session that the broker keeps while nobody is there. A message is acknowledged when its
 * receipt is durable; where it cannot be stored the line is cut, and the broker sends it again.
 */
export function subscribe(outlet: MqttOutlet, desk: Pick<ReceiptDesk, 'store'>): Subscription {
  const { url, topics, username, password, clientId } = outlet.config.mqtt;
  const store = (incoming: Incoming) => desk.store([incoming]);
  const link: Link = { connected: false, error: null };
  const client: MqttClient = connect(url, {
    clientId: clientId ?? `hekan-${outlet.key}`,
    clean: false,
    reconnectPeriod: RECONNECT_MS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
  const fail = (error: Error) => {
    link.error = error.message || (error as NodeJS.ErrnoException).code || 'no connection';
  };
  client.on('error', fail);
  client.on('close', () => {
    link.connected = false;
  });
  client.on('connect', () => {
    link.connected = true;
    link.error = null;
    client.subscribe(topics, { qos: 1 }, (error, granted = []) => {
      const refused = granted.find(({ qos }) => (qos as number) > 2);
      if (error) fail(error);
      else if (refused) link.error = `topic ${refused.topic}: the broker does not allow it`;
    });
  });
  keepMessages(client, (topic, payload) => readMessage(outlet, topic, payload, new Date()).then(store), fail);
  return {
    link,
    stop: () => client.endAsync(true),
  };
}
