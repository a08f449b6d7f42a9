/**
 * What an adapter costs beyond `authorize`: `adapter-cost.ts FRAMEWORK`. Its middleware is handed request objects of its
 * framework in this process, one at a time. From its processor time that of making such a request and that of a bare
 * `authorize` of the same message are taken. Prints microseconds for one request, one number for each round, as JSON.
 */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { authorize, type SignedRequest } from '@aauth-guard/core'
import * as onExpress from '@aauth-guard/express'
import * as onKoa from '@aauth-guard/koa'
import type { SignedMessage } from '@aauth-guard/testing'
import Koa, { type Middleware } from 'koa'
import { median } from '../statistics.ts'
import { honoApp } from './apps.ts'
import type { Framework } from './frameworks.ts'
import { makePeer, rawMessage } from './verifiers.ts'
import { makeResource, makeWorld, signRequests } from './world.ts'

type Run = (message: SignedMessage) => unknown

/** Of one round. */
const batches = 40
const perBatch = 32
const net = await makeWorld()
const resource = makeResource(net)
const requirement = { scope: 'access' }
const parts = { resource, raw: rawMessage(), peer: await makePeer(net) }
const messages = await signRequests(net, { agents: 4, count: 64 })
/** Message → its header lines, as a server has them. */
const linesOf = new Map<SignedMessage, ReadonlyMap<string, readonly string[]>>()
for (const message of messages) {
  const lines = new Map(message.headers.map(([name, value]) => [name, [value]]))
  linesOf.set(message, lines.set('host', [new URL(message.url).host]))
}
const socket = new Socket()
const nothing: readonly string[] = []
const empty = new Uint8Array()
const framework = process.argv[2] as Framework
const rounds = Number(process.argv[3])

const { without, guarded } = cases()[framework]()
const costs: number[] = []
// What the first rounds compile is not measured.
for (let round = -3; round < rounds; round++) {
  const [all, request, bare] = await mediansOf([guarded, without, authorizeBare])
  if (round >= 0) costs.push((all as number) - (request as number) - (bare as number))
}
console.log(JSON.stringify(costs))

/** The middleware with a request, and the same request without the middleware. */
function cases(): Readonly<Record<Framework, () => { readonly without: Run; readonly guarded: Run }>> {
  return {
    express() {
      const middleware = onExpress.protect(resource, requirement)
      return {
        without: (message) => exchange(message),
        guarded: (message) =>
          new Promise<void>((resolve, reject) => {
            const { req, res } = exchange(message)
            middleware(req as never, res as never, (error?: unknown) => (error ? reject(error) : resolve()))
          }),
      }
    },
    koa() {
      const app = new Koa()
      const middleware = onKoa.protect(resource, requirement) as Middleware
      const contextOf = (message: SignedMessage): Parameters<Middleware>[0] => {
        const { req, res } = exchange(message)
        return app.createContext(req, res) as never
      }
      const next = async (): Promise<void> => undefined
      return { without: contextOf, guarded: (message) => middleware(contextOf(message), next) }
    },
    hono: () => onHono((message) => [requestOf(message), { incoming: exchange(message).req }]),
    'hono-bun': () => onHono((message) => [requestOf(message), undefined]),
  }
}

/** The whole app without middleware, and with it: Hono makes no context for anybody else. */
function onHono(make: (message: SignedMessage) => readonly [Request, object | undefined]) {
  const [bare, guard] = [honoApp('bare', parts), honoApp('guard', parts)]
  const run =
    (app: typeof bare): Run =>
    async (message) => {
      const { status } = await app.fetch(...(make(message) as [Request, object]))
      if (status !== 200) throw new Error(`the guard answered ${status}`)
    }
  return { without: run(bare), guarded: run(guard) }
}

function requestOf({ url, headers }: SignedMessage): Request {
  return new Request(url, { headers: [['host', new URL(url).host], ...(headers as [string, string][])] })
}

/** As Node hands them to a listener. */
function exchange({ method, url, target, headers }: SignedMessage): {
  readonly req: IncomingMessage
  readonly res: ServerResponse
} {
  const req = new IncomingMessage(socket)
  req.httpVersionMajor = 1
  req.httpVersionMinor = 1
  req.method = method
  req.url = target
  req.rawHeaders = ['host', url.slice(8, url.indexOf('/', 8)), ...headers.flat()]
  return { req, res: new ServerResponse(req) }
}

function authorizeBare(message: SignedMessage): Promise<unknown> {
  const { method, target } = message
  const lines = linesOf.get(message) as ReadonlyMap<string, readonly string[]>
  const request: SignedRequest = { method, target, header: (name) => lines.get(name) ?? nothing, body: empty }
  return authorize(resource, request, requirement)
}

/** Of each, microseconds of processor time for one run, all threads together. They take turns in short batches. */
async function mediansOf(runs: readonly Run[]): Promise<readonly number[]> {
  const times: number[][] = runs.map(() => [])
  for (let batch = 0; batch < batches; batch++)
    for (const [at, run] of runs.entries()) times[at]?.push(await cpuOf(run))
  return times.map(median)
}

async function cpuOf(run: Run): Promise<number> {
  const start = process.cpuUsage()
  for (let at = 0; at < perBatch; at++) await run(messages[at % messages.length] as SignedMessage)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / perBatch
}
