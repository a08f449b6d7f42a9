import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'

/** What a name server says of a name: addresses, a fault, or nothing at all. */
export type NameAnswer = readonly string[] | 'unknown' | 'broken' | 'silent'

export interface NameServer {
  /** `address:port`, as the egress takes it. */
  readonly address: string
  /** Every question: the name and the type that was asked for. */
  readonly asked: readonly { readonly name: string; readonly type: 'A' | 'AAAA' }[]
  close(): Promise<void>
}

const codes = { unknown: 3, broken: 2 } as const

/** Starts a name server on loopback. */
export async function startNameServer(answer: (name: string) => NameAnswer): Promise<NameServer> {
  const asked: { name: string; type: 'A' | 'AAAA' }[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, end } = readName(query)
    const type = query.readUInt16BE(end) === 1 ? 'A' : 'AAAA'
    asked.push({ name, type })
    const said = answer(name)
    if (said === 'silent') return
    const found = typeof said === 'string' ? [] : said
    const records = found
      .filter((address) => address.includes(':') === (type === 'AAAA'))
      .map((address) => record(type, address))
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | (typeof said === 'string' ? codes[said] : 0), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...records]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** The name that is asked for, and where its type stands. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

/** A record for the name that was asked for. */
function record(type: 'A' | 'AAAA', address: string): Buffer {
  const octets =
    type === 'A'
      ? address.split('.').map(Number)
      : expand(address).flatMap((group) => [group >> 8, group & 0xff])
  const head = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, octets.length])
  return Buffer.concat([head, Buffer.from(octets)])
}

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] {
  const [before = '', after] = address.split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  if (after === undefined) return groups(before)
  const [head, tail] = [groups(before), groups(after)]
  return [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail]
}
