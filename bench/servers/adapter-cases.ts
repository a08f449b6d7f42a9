import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { authorize, type SignedRequest } from '@aauth-guard/core'
import * as onExpress from '@aauth-guard/express'
import * as onKoa from '@aauth-guard/koa'
import type { SignedMessage } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import Koa, { type Middleware } from 'koa'
import { honoApp } from './apps.ts'
import type { Framework } from './frameworks.ts'
import { makePeer, rawMessage } from './verifiers.ts'
import { makeResource, makeWorld, signRequests } from './world.ts'

export type Run = (message: SignedMessage) => unknown

export interface AdapterCase {
  readonly without: Run
  readonly guarded: Run
}

const net = await makeWorld()
const resource = makeResource(net)
const requirement = { scope: 'access' }
const parts = { resource, raw: rawMessage(), peer: await makePeer(net) }
export const messages = await signRequests(net, { agents: 4, count: 64 })
/** Message → its header lines, as a server has them. */
const linesOf = new Map<SignedMessage, ReadonlyMap<string, readonly string[]>>()
for (const message of messages) {
  const lines = new Map(message.headers.map(([name, value]) => [name, [value]]))
  linesOf.set(message, lines.set('host', [new URL(message.url).host]))
}
const socket = new Socket()
const nothing: readonly string[] = []
const empty = new Uint8Array()

/** The middleware of a framework with a request, and the same request without the middleware. */
export function adapterCases(): Readonly<Record<Framework, () => AdapterCase>> {
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
    hono() {
      // It replaces the global Response by one that is cheaper to send.
      getRequestListener(() => Response.json({}))
      return onHono((message) => [requestOf(message), { incoming: exchange(message).req }])
    },
    'hono-bun': () => onHono((message) => [requestOf(message), undefined]),
  }
}

/** The whole app without middleware, and with it: Hono makes no context for anybody else. */
function onHono(make: (message: SignedMessage) => readonly [Request, object | undefined]): AdapterCase {
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

/** What every adapter calls, with a message whose lines are at hand. */
export function authorizeBare(message: SignedMessage): Promise<unknown> {
  const { method, target } = message
  const lines = linesOf.get(message) as ReadonlyMap<string, readonly string[]>
  const request: SignedRequest = { method, target, header: (name) => lines.get(name) ?? nothing, body: empty }
  return authorize(resource, request, requirement)
}
