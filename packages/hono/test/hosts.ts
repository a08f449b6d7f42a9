import type { ResourceOptions } from '@aauth-guard/core'
import { type Sent, serve } from '@aauth-guard/fixtures/served'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** An app on some host, in a world with one agent. */
export interface Hosted extends World {
  /** Signs a request with the options in `sent` and sends it; default to `/notes`. */
  send(sent?: Sent): Promise<Response>
  /** Sends a request without any credential. */
  sendUnsigned(target?: string): Promise<Response>
}

/** An app with whatever types the guards gave it. */
type App = Pick<Hono, 'fetch'>

export type Host = (build: (world: World) => App, options?: Partial<ResourceOptions>) => Promise<Hosted>

/** `@hono/node-server` on a loopback socket, where the guard sees the message as it was sent. */
const onNode: Host = async (build, options) => {
  const { sendUnsigned, ...served } = await serve(
    (world) => getRequestListener(build(world).fetch) as never,
    options,
  )
  return { ...served, sendUnsigned: (target) => sendUnsigned('GET', target) }
}

/** A host that passes only a `Request`, like Bun, Deno and Workers. */
const onFetch: Host = async (build, options) => {
  const world = await makeWorld({ trust: listed, ...options })
  const app = build(world)
  return {
    ...world,
    async send({ target = '/notes', token, agent = world.agent, onTheWay, ...how } = {}) {
      const signed = token ?? (await agent.authToken())
      const message = await agent.sign(`${world.net.resource}${target}`, how, { ...how, token: signed })
      return app.fetch(toRequest(onTheWay ? onTheWay(message) : message))
    },
    sendUnsigned: async (target = '/notes') => app.fetch(new Request(`${world.net.resource}${target}`)),
  }
}

/** For `describe.each`. */
export const hosts: readonly (readonly [name: string, host: Host])[] = [
  ['Node', onNode],
  ['a fetch host', onFetch],
]
