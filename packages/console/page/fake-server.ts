/**
 * A server of the console without a resource behind it, for work on the page and its tests:
 *
 * node packages/console/page/fake-server.ts [--rate 0|10|10000] [--hostile] [--empty] [--port 4700]
 *
 * Its policy and its protocol are those of the real server.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.ts'
import { lastPoint, seriesOf } from './fake/fake-series.ts'
import { FakeWorld } from './fake/fake-world.ts'
import type { ConsoleDecision, Goodbye } from './model/protocol.ts'

type Assets = Readonly<Record<string, { readonly type: string; readonly body: string }>>

export interface FakeOptions {
  /** Decisions a minute. */
  readonly rate?: number
  readonly hostile?: boolean
  /** Without decisions and missions. */
  readonly isEmpty?: boolean
  readonly port?: number
  readonly seed?: number
  /** Decisions of the last ten minutes that are there at the start. */
  readonly past?: number
  /** Where it is mounted. */
  readonly path?: string
  readonly assets?: Assets
}

export interface FakeConsole {
  readonly url: string
  readonly port: number
  readonly world: FakeWorld
  /** Decides one request and sends the decision. */
  decide(change?: Partial<ConsoleDecision>): ConsoleDecision
  happen(): void
  /** Sends a snapshot. */
  look(): void
  sampled(shown: number, of: number): void
  goodbye(reason: Goodbye['reason']): void
  close(): Promise<void>
}

export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html"

export async function serveFakeConsole(options: FakeOptions = {}): Promise<FakeConsole> {
  const { rate = 0, port = 0, seed = 7, path = '/' } = options
  const isEmpty = options.isEmpty === true
  const assets = options.assets ?? (await bundle())
  const world = new FakeWorld({ seed, hostile: options.hostile === true, isEmpty })
  const startedAt = Date.now() - (isEmpty ? 5000 : 4_980_000)
  const past = options.past ?? (isEmpty ? 0 : Math.max(120, Math.min(20_000, rate * 10)))
  let decisions = world.past(past, Date.now(), 595_000)
  const happenings = isEmpty
    ? []
    : Array.from({ length: 24 }, (_, at) => world.happen(Date.now() - (24 - at) * 41_000))
  const streams = new Set<ServerResponse>()
  let eventId = 0

  const send = (event: string, data: unknown): void => {
    const text = `id: ${world.process}-${++eventId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const stream of streams) stream.write(text)
  }
  const decide = (change: Partial<ConsoleDecision> = {}): ConsoleDecision => {
    const decision = { ...world.decide(Date.now()), ...change }
    decisions.push(decision)
    if (decisions.length > 120_000) decisions = decisions.slice(-100_000)
    send('decision', decision)
    return decision
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    response.setHeader('content-security-policy', policy)
    response.setHeader('cache-control', 'no-store')
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('x-content-type-options', 'nosniff')
    if (!url.pathname.startsWith(path)) return end(response, 404, 'text/plain', 'not here')
    const place = url.pathname.slice(path.length)
    if (place === 'events') return open(request, response)
    if (place === 'state') return json(response, state())
    if (place === 'mission') {
      const { approver = '', s256 = '' } = Object.fromEntries(url.searchParams)
      const found = world.missionState(approver, s256, decisions.slice(-2000))
      return found === undefined ? end(response, 404, 'text/plain', 'not known') : json(response, found)
    }
    const name = place === '' ? 'index.html' : place.replace('assets/', '')
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined
    return asset === undefined
      ? end(response, 404, 'text/plain', 'not here')
      : end(response, 200, asset.type, asset.body)
  })

  function state() {
    const now = Date.now()
    return {
      type: 'aauth.console.v1',
      snapshot: world.snapshot(now),
      startedAt,
      now,
      decisions: decisions.slice(-500),
      happenings: happenings.slice(-200),
      series: seriesOf(decisions, now),
    }
  }

  function open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // Ids of snapshots and seconds are not those of the real server, which gives them to decisions and happenings only.
    const last = request.headers['last-event-id']
    response.write('retry: 500\n\n')
    if (typeof last === 'string' && !last.startsWith(world.process))
      response.write('event: reset\ndata: {}\n\n')
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }

  const happen = (): void => {
    const event = world.happen(Date.now())
    happenings.push(event)
    send('happening', event)
  }
  const look = (): void => send('snapshot', world.snapshot(Date.now()))
  const point = (): void => send('point', lastPoint(decisions.slice(-2000), Date.now()))
  const timers = [setInterval(look, 2000), setInterval(point, 1000)]
  if (rate > 0) {
    let owed = 0
    timers.push(
      setInterval(() => {
        owed += rate / 60 / 20
        for (; owed >= 1; owed--) decide()
      }, 50),
      setInterval(happen, 15_000),
    )
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}${path}`,
    port: bound,
    world,
    decide,
    happen,
    look,
    sampled: (shown, of) => send('sampled', { shown, of }),
    goodbye(reason) {
      send('goodbye', { reason })
      for (const stream of streams) stream.end()
    },
    async close() {
      for (const timer of timers) clearInterval(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function json(response: ServerResponse, value: unknown): void {
  end(response, 200, 'application/json', JSON.stringify(value))
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '10' },
      port: { type: 'string', default: '4700' },
      hostile: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
    },
  })
  const { url } = await serveFakeConsole({
    rate: Number(values.rate),
    port: Number(values.port),
    hostile: values.hostile,
    isEmpty: values.empty,
  })
  console.log(`fake console: ${url}`)
}
