/**
 * A stream of server-sent events that ends when its token does. `node examples/streams/app.ts` serves it;
 * `curl -iN http://127.0.0.1:3000/changes` shows what an agent without a credential is told.
 */
import { EventEmitter } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AAuthError,
  createResource,
  lifetimeOf,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express, { type Express } from 'express'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes' },
}

/** @param changes emits `change` with a text */
export function changesApi(resource: Resource, changes: EventEmitter): Express {
  const app = express()
  app.use(wellKnown(resource))
  app.get('/changes', protect(resource, { scope: 'notes.read' }), (req, res) => {
    const send = (event: string, data: unknown): boolean =>
      res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const onChange = (text: string): unknown => send('change', text)
    const lifetime = lifetimeOf(getAuth(req, 'auth-token'))
    const { signal } = lifetime
    const refuse = (): void => {
      // The last event is the problem document that a new request would be answered with.
      send('closed', (signal.reason as AAuthError).problem)
      res.end()
    }
    res.on('close', () => {
      changes.off('change', onChange)
      lifetime[Symbol.dispose]()
    })
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    if (signal.aborted) return refuse()
    signal.addEventListener('abort', refuse, { once: true })
    changes.on('change', onChange)
    send('open', null)
  })
  return app
}

if (process.argv[1] === import.meta.filename) {
  const changes = new EventEmitter()
  const server = createServer(changesApi(createResource(options), changes))
  setInterval(() => changes.emit('change', new Date().toISOString()), 1000)
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`),
  )
}
