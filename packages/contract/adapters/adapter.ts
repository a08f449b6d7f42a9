import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'

/** One way to serve the API of `api.ts`, for `node:http` and, where the framework can, `node:http2`. */
export interface Adapter {
  readonly name: AdapterName
  readonly build: (resource: Resource) => RequestListener
  /** Lines of every response, which the host writes whatever was answered. */
  readonly host?: {
    /** Removes what the host adds. */
    readonly strip: (lines: readonly string[]) => string[]
    /** Names of lines that it does not send. */
    readonly without: readonly string[]
  }
}

/** One way to serve it that is a server of its own. */
export interface ServerAdapter {
  readonly name: AdapterName
  readonly serve: (resource: Resource) => Promise<{ readonly url: string; close(): Promise<void> }>
}

export const adapterNames = [
  'Express 5',
  'Express 4',
  'Koa 3',
  'Koa 2',
  'Fastify',
  'NestJS on Express',
  'NestJS on Fastify',
  'Hono',
  'fetchGuard',
  'gateway',
  'Next.js',
] as const
export type AdapterName = (typeof adapterNames)[number]
