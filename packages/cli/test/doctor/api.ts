import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createResource,
  type Requirement,
  type Resource,
  type ResourceOptions,
  type TokenKind,
} from '@aauth-guard/core'
import { devOptions } from '@aauth-guard/core/dev'
import { protect, wellKnown } from '@aauth-guard/express'
import { notes } from '@aauth-guard/fixtures/issued'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { onTestFinished, vi } from 'vitest'
import { type Changes, proxyTo } from './proxy.ts'

/** An API on loopback, and the requests to its address. */
export interface Api {
  /** `http://localhost:PORT`, its issuer. */
  readonly origin: string
  /** Of its guarded route. */
  readonly url: string
  readonly net: TestNetwork
  /** Method and target of each request at the address, in order. */
  readonly requests: readonly string[]
  /** The largest number of concurrent requests. */
  readonly mostAtOnce: number
}

/** How an API differs from a healthy one. */
export interface ApiOptions {
  readonly resource?: Partial<ResourceOptions>
  readonly requirement?: Requirement<TokenKind>
  /** Builds the app; default {@link healthyApp}. */
  readonly app?: (resource: Resource, requirement: Requirement<TokenKind>) => RequestListener
  /** What a proxy in front of it changes; without it there is no proxy. */
  readonly proxy?: Changes
  /** Answers at the address in place of everything else. */
  readonly front?: (app: RequestListener) => RequestListener
  /** Path of the URL; default `/notes`. */
  readonly path?: string
}

/** The app of these tests without any fault. */
export function healthyApp(resource: Resource, requirement: Requirement<TokenKind>): RequestListener {
  const app = express()
  app.use(wellKnown(resource))
  app.use('/notes', protect(resource, requirement), (_req, res) => {
    res.json({ notes: [] })
  })
  return app
}

/** Serves an API until the test is over. */
export async function serveApi(options: ApiOptions = {}): Promise<Api> {
  const { requirement = anyKind, app: build = healthyApp, path = '/notes' } = options
  let answer: RequestListener = (_req, res) => res.end()
  const requests: string[] = []
  let [running, mostAtOnce] = [0, 0]
  const origin = await listen((req, res) => {
    requests.push(`${req.method} ${req.url}`)
    running += 1
    mostAtOnce = Math.max(mostAtOnce, running)
    res.on('close', () => {
      running -= 1
    })
    answer(req, res)
  })
  const net = await createTestNetwork({ resource: origin })
  const app = build(makeResource(net, options.resource), requirement)
  answer = options.front?.(app) ?? (options.proxy ? proxyTo(await listen(app), options.proxy) : app)
  return {
    origin,
    url: `${origin}${path}`,
    net,
    requests,
    get mostAtOnce() {
      return mostAtOnce
    },
  }
}

/** A resource under an address of this machine, which trusts the issuers of a network. */
export function makeResource(net: TestNetwork, options: Partial<ResourceOptions> = {}): Resource {
  // Its start prints that it is in development mode.
  vi.spyOn(console, 'warn').mockReturnValue()
  return createResource({
    issuer: net.resource,
    ...notes,
    ...devOptions({ env: { AAUTH_DEV: 'http://localhost:4740' } }),
    trust: 'any',
    fetch: net.fetch,
    ...options,
  })
}

/** Serves until the test is over. @returns `http://localhost:PORT` */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return `http://localhost:${(server.address() as AddressInfo).port}`
}
