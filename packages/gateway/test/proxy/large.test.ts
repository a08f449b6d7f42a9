import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { memoryInUse } from '@aauth-guard/fixtures/heap-size'
import { expect, it, onTestFinished } from 'vitest'
import { countOfRuns } from '../../../../scripts/property-runs.ts'
import { RawClient, statusesOf } from '../raw-client.ts'
import { ok } from '../raw-upstream.ts'
import { makeScene } from '../scene.ts'

/** 64 MiB; 1 GiB in `npx pnpm@12 test:deep`. */
const octets = countOfRuns(640) >= 10_000 ? 1_073_741_824 : 67_108_864
/** 200; 10 000 in `npx pnpm@12 test:deep`, or as many as the process may open: a tunnel has four ends here. */
const tunnels = countOfRuns(200)
const piece = Buffer.alloc(65_536, 'x')
/** What all that is held at once may take, with what the collector has not given back yet: far less than what is sent. */
const held = Math.max(48 * 1_048_576, octets / 8)

/** How many octets more are in use than at the beginning: looked at eight times while content passes. */
class MemoryWatch {
  readonly #start = memoryInUse()
  #passed = 0
  most = 0

  pass(count: number): void {
    const before = Math.floor((8 * this.#passed) / octets)
    this.#passed += count
    if (Math.floor((8 * this.#passed) / octets) > before) this.look()
  }

  look(): number {
    this.most = Math.max(this.most, memoryInUse() - this.#start)
    return this.most
  }
}

async function writeAll(socket: Socket, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += piece.length)
    if (!socket.write(piece)) await new Promise((drained) => socket.once('drain', drained))
}

it.each(['unsigned', 'compared while it streams'])(
  'content of any length that is %s reaches the upstream in constant memory',
  async (kind) => {
    const isSigned = kind !== 'unsigned'
    const scene = await makeScene([{ digest: 'stream' }])
    const hash = createHash('sha256')
    for (let count = 0; count < octets; count += piece.length) hash.update(piece)
    const digest = `sha-256=:${hash.digest('base64')}:`
    let received = 0
    const memory = new MemoryWatch()
    scene.upstream.respond = (connection) => {
      received += connection.received.length
      memory.pass(connection.received.length)
      connection.received = ''
      if (received >= octets) connection.socket.write(ok('all of it'))
    }
    const head = await scene.sign({
      method: 'POST',
      framing: [`Content-Length: ${octets}`],
      ...(isSigned && { headers: { 'content-digest': digest }, cover: ['content-digest'] }),
      lines: ['Connection: close'],
    })
    const client = new RawClient(scene.port).write(head)
    await writeAll(client.socket, octets)
    expect(await client.closed()).toMatch(/all of it$/)
    expect(memory.most).toBeLessThan(held)
  },
)

it('an answer of any length reaches the agent in constant memory', async () => {
  const scene = await makeScene()
  scene.upstream.respond = ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${octets}\r\n\r\n`)
    void writeAll(socket, octets)
  }
  const text = await scene.sign({ lines: ['Connection: close'] })
  const memory = new MemoryWatch()
  const received = await new Promise<number>((resolve) => {
    let count = 0
    const socket = connect(scene.port, '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.on('data', (chunk) => {
      count += chunk.length
      memory.pass(chunk.length)
    })
    socket.on('close', () => resolve(count))
  })
  expect(received).toBeGreaterThan(octets)
  expect(memory.most).toBeLessThan(held)
})

it('many idle tunnels cost little memory each, and end together when their mission does', async () => {
  const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const scene = await makeScene([{ upgrade: true }], { tunnelsPerCaller: 20_000 })
  scene.upstream.respond = ({ socket }) => {
    const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
  }
  const token = await scene.agent.authToken({ mission: s256 })
  const text = await scene.sign({
    token,
    lines: [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ],
  })
  const memory = new MemoryWatch()
  const clients: Socket[] = []
  onTestFinished(() => {
    for (const socket of clients) socket.destroy()
  })
  let closed = 0
  const open = (): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(scene.port, '127.0.0.1', () => socket.write(text, 'latin1'))
      clients.push(socket)
      socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        closed++
        resolve('')
      })
    })
  while (clients.length < tunnels) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, tunnels - clients.length) }, open))
    // Whoever may open no more files has seen enough.
    if (!answers.every((answer) => statusesOf(answer)[0] === 101)) break
  }
  const opened = scene.proxy.connections().tunnels
  expect(opened).toBeGreaterThanOrEqual(Math.min(tunnels, 2_000))
  // Both ends of both connections are in this process.
  expect(memory.look() / opened).toBeLessThan(100_000)
  await scene.resource.missions.terminate({ approver: 'https://ps.example', s256 })
  while (closed < clients.length) await new Promise(setImmediate)
  expect(scene.proxy.connections()).toMatchObject({ tunnels: 0, watched: 0 })
})
