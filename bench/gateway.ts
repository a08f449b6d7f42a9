/**
 * What the gateway costs: `npx pnpm@12 bench:gateway`, with `--quick` for a trial. It needs nginx and wrk. Throughput and
 * times are held against nginx before the same upstream, alone and with `auth_request` to a service that only says yes.
 */
import { connect, type Socket } from 'node:net'
import { heldBy, type Load, load, type Started, start, startNginx } from './gateway/processes.ts'
import { makeWorld, signedLines } from './gateway/world.ts'
import { circumstances, row, shown } from './report.ts'
import { median } from './statistics.ts'

const quick = process.argv.includes('--quick')
const plan = quick ? { rounds: 1, seconds: 1 } : { rounds: 5, seconds: 6 }
const tunnels = quick ? 500 : 9_000
const octets = quick ? 67_108_864 : 1_073_741_824
const megabytes = (count: number): string => (count / 1_048_576).toFixed(0)

const net = await makeWorld()
const agent = await net.agent()
const upstream = await start('upstream.ts')
const service = await start('upstream.ts')
const gateway = await start('server.ts', String(upstream.port))
const nginx = await startNginx(upstream.port, service.port)
try {
  console.log(circumstances())
  await throughput()
  await idleTunnels()
  await streams()
} finally {
  await nginx.stop()
  for (const { child } of [upstream, service, gateway]) child.disconnect()
}

async function throughput(): Promise<void> {
  const lines = await signedLines(net, agent, 'GET', '/notes')
  const ports = {
    'nginx alone': nginx.alone,
    'nginx with `auth_request`': nginx.asking,
    gateway: gateway.port,
  }
  for (const connections of [1, 32]) {
    const found = new Map<string, Load[]>()
    for (let round = 0; round < plan.rounds; round++)
      for (const [name, port] of Object.entries(ports)) {
        const one = await load(port, lines, { connections, seconds: plan.seconds })
        found.set(name, [...(found.get(name) ?? []), one])
      }
    const of = (name: string, what: keyof Load): number =>
      median((found.get(name) ?? []).map((one) => one[what]))
    console.log(row([`${connections} connections`, 'requests/s', 'p50 ms', 'p99 ms', 'ratio']))
    console.log('|---|---:|---:|---:|---:|')
    for (const name of found.keys()) {
      const ratio = of(name, 'rate') / of('nginx with `auth_request`', 'rate')
      console.log(
        row([
          name,
          shown(of(name, 'rate')),
          shown(of(name, 'p50')),
          shown(of(name, 'p99')),
          ratio.toFixed(2),
        ]),
      )
    }
    console.log()
  }
}

async function idleTunnels(): Promise<void> {
  const lines = [
    ...(await signedLines(net, agent, 'GET', '/notes')),
    ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  const head = `GET /notes HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  const before = await heldBy(gateway)
  const sockets: Socket[] = []
  while (sockets.length < tunnels)
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = await send(gateway, head)
        sockets.push(socket)
        const [answer] = await new Promise<[Buffer]>((resolve) =>
          socket.once('data', (chunk) => resolve([chunk])),
        )
        if (!answer.includes('101 ')) throw new Error(answer.toString())
      }),
    )
  const after = await heldBy(gateway)
  for (const socket of sockets) socket.destroy()
  const each = (what: 'rss' | 'used'): string => ((after[what] - before[what]) / tunnels / 1024).toFixed(1)
  console.log(row(['idle tunnels', 'KiB of resident memory each', 'KiB in use each', 'MiB resident in all']))
  console.log('|---|---:|---:|---:|')
  console.log(row([String(tunnels), each('rss'), each('used'), megabytes(after.rss)]))
  console.log()
}

async function streams(): Promise<void> {
  console.log(row([`${megabytes(octets)} MiB`, 'MiB/s', 'MiB resident before', 'at most, meanwhile']))
  console.log('|---|---:|---:|---:|')
  const piece = Buffer.alloc(65_536, 'x')
  const close = 'Connection: close'
  await stream('to the upstream', async () => {
    const lines = [...(await signedLines(net, agent, 'POST', '/notes')), close, `Content-Length: ${octets}`]
    const socket = await send(gateway, `POST /notes HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    const closed = new Promise((resolve) => socket.resume().once('close', resolve))
    for (let sent = 0; sent < octets; sent += piece.length)
      if (!socket.write(piece)) await new Promise((drained) => socket.once('drain', drained))
    await closed
  })
  await stream('to the agent', async () => {
    const target = `/send/${octets}`
    const lines = [...(await signedLines(net, agent, 'GET', target)), close]
    const socket = await send(gateway, `GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    await new Promise((resolve) => socket.resume().once('close', resolve))
  })
}

async function stream(name: string, run: () => Promise<void>): Promise<void> {
  const before = await heldBy(gateway)
  let most = 0
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, (await heldBy(gateway)).rss)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1000
  isOver = true
  await watching
  console.log(row([name, (octets / 1_048_576 / seconds).toFixed(0), megabytes(before.rss), megabytes(most)]))
}

function send({ port }: Started, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text, 'latin1')
      resolve(socket)
    })
    socket.on('error', reject)
  })
}
