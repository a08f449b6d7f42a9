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

export const adapterNames = [
  'Express 5',
  'Express 4',
  'Koa 3',
  'Koa 2',
  'Fastify',
  'Hono',
  'fetchGuard',
  'Next.js',
] as const
export type AdapterName = (typeof adapterNames)[number]
