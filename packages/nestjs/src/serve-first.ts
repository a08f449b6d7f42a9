import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import type { HttpServer } from '@nestjs/common'
import type { FastifyReply } from './http-context.ts'
import { keepContent } from './kept-content.ts'
import type { Protection } from './protection.ts'
import { send } from './send.ts'

interface ExpressApp {
  use(handle: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void): void
}

interface FastifyApp {
  addHook(
    name: 'onRequest',
    hook: (
      request: { readonly raw: IncomingMessage },
      reply: FastifyReply,
      done: (error?: Error) => void,
    ) => void,
  ): void
}

const served = new WeakMap<object, Resource>()

/**
 * Puts in front of an application what must run before its body parsers: the routes of the resource itself, and what keeps
 * content for the guard.
 *
 * @throws {TypeError} on other platforms than Express and Fastify, and for a second resource
 */
export function serveFirst(adapter: HttpServer, protection: Protection): void {
  const { resource } = protection
  const known = served.get(adapter)
  if (known === resource) return
  if (known !== undefined)
    throw new TypeError(
      'AAuthModule.forRoot was called with two resources: import it once, in the root module',
    )
  served.set(adapter, resource)
  const decide = (message: IncomingMessage): Promise<Answer | undefined> => {
    keepContent(message, protection.maxContent)
    return answerRoutes(resource, signedRequest(message), (limit) => readContent(message, limit))
  }
  const type = adapter.getType()
  if (type === 'express') {
    const app: ExpressApp = adapter.getInstance()
    app.use((req, res, next) => {
      decide(req).then((answer) => (answer === undefined ? next() : send(res, answer)), next)
    })
  } else if (type === 'fastify') {
    const app: FastifyApp = adapter.getInstance()
    // Not an async hook: Fastify would take the end of the connection for the end of such a hook.
    app.addHook('onRequest', ({ raw }, reply, done) => {
      decide(raw)
        .then((answer) => (answer === undefined ? done() : send(reply, answer)))
        .catch((fault: unknown) => done(fault instanceof Error ? fault : new Error(String(fault))))
    })
  } else
    throw new TypeError(
      `AAuthModule does not know the platform "${type}": use @nestjs/platform-express or @nestjs/platform-fastify`,
    )
}
