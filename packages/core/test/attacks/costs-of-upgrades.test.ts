import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { refuseUpgrade, verifyUpgrade } from '@aauth-guard/core/node'
import { expect, it, onTestFinished } from 'vitest'
import { printFigures } from './beside.ts'
import { honestProvider, makeScene } from './scene.ts'
import { stopDeadlines } from './stopped-deadlines.ts'

const attackers = 200

/** Sends the head of an upgrade and keeps its side of the connection open; resolves once the server has answered. */
async function upgrade(
  server: Server,
  lines: readonly (readonly [string, string])[],
): Promise<[Socket, string]> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  const all = [['Host', 'notes.example'], ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ...lines]
  socket.write(`GET /notes HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.resume()
  return [socket, first.toString().slice(9, 12)]
}

const held = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

it(`the server drops ${attackers} refused upgrades after a second even if their clients never close, and keeps an accepted one [Q10]`, async () => {
  const deadlines = stopDeadlines()
  const scene = await makeScene()
  const closed: Promise<unknown>[] = []
  const server = createServer().on('upgrade', (req, socket) => {
    verifyUpgrade(scene.resource, req, { accept: 'agent-token' }).then(
      () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      (error: unknown) => {
        closed.push(once(socket, 'close'))
        return refuseUpgrade(socket, error)
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const honest = await scene.caller(honestProvider)
  const { headers } = await honest.agent.sign(
    'https://notes.example/notes',
    {},
    { token: await honest.token() },
  )
  const first = upgrade(server, headers)
  const refused = await Promise.all(Array.from({ length: attackers }, () => upgrade(server, [])))
  const [socket, answer] = await first
  onTestFinished(() => void server.close())
  expect([answer, new Set(refused.map(([, status]) => status))]).toEqual(['101', new Set(['401'])])
  expect(await held(server)).toBe(attackers + 1)
  deadlines.pass(1000)
  await Promise.all(closed)
  const left = await held(server)
  printFigures({ 'connections after a second': left })
  expect([left, socket.readyState]).toEqual([1, 'open'])
})
