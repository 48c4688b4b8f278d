import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Answers questions for TXT records over UDP; what it was asked, it keeps. */
export interface TestDns {
  readonly address: string;
  readonly asked: string[];
  set(name: string, ...records: string[]): void;
  stop(): Promise<void>;
}

const headerBytes = 12;
const noSuchName = 3;
const ttlSeconds = 1;
const chunkBytes = 255;

/** After its labels there are four bytes of type and class. */
const questionIn = (packet: Buffer): { name: string; bytes: Buffer } => {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.subarray(at + 1, at + 1 + length).toString());
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), bytes: packet.subarray(headerBytes, at + 5) };
};

const recordOf = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    chunks.push(Buffer.from([chunk.length]), chunk);
  }
  const data = Buffer.concat(chunks);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 + headerBytes, 0);
  head.writeUInt16BE(16, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttlSeconds, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

export const startDnsServer = async (): Promise<TestDns> => {
  const records = new Map<string, readonly string[]>();
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, { port, address }) => {
    const { name, bytes } = questionIn(packet);
    asked.push(name);
    const found = records.get(name);
    const head = Buffer.alloc(headerBytes);
    packet.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 + (found ? 0 : noSuchName), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found?.length ?? 0, 6);
    socket.send(Buffer.concat([head, bytes, ...(found ?? []).map(recordOf)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    set: (name, ...texts) => {
      records.set(name, texts);
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};
