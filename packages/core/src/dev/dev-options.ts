import type { ResourceOptions } from '../resource/options.ts'
import { quoted } from '../wire/quoted.ts'
import { allowDevServers, type DevWorld, devWorldAt, isLoopback } from './dev-world.ts'

/** How {@link devOptions} finds the world, and what of it is used. */
export interface DevOptions {
  /** Where `AAUTH_DEV` and `NODE_ENV` are read; default `process.env` where the runtime has it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Lets the access server of the world decide for the resource. Default `false`: the person server does. */
  readonly accessServer?: boolean
}

/** Options of `createResource` for a development world. */
export type DevResourceOptions = Pick<ResourceOptions, 'trust' | 'accessServer' | 'fetch' | 'development'>

/**
 * Options of `createResource` that connect a resource to the world of `npx @aauth-guard/cli dev`. Without `AAUTH_DEV` in
 * the environment they are empty, so the same code runs in production.
 *
 * With it, they trust the servers of that world alone, and fetch from nobody else. Spread them last, so that they replace
 * the `trust` of production. `createResource` then refuses an `issuer` that is not on this machine.
 *
 * @throws {TypeError} where `AAUTH_DEV` is not `http://localhost:PORT` or `http://127.0.0.1:PORT`, or `NODE_ENV` is
 * `production`
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { devOptions } from '@aauth-guard/core/dev'
 *
 * export const resource = createResource({
 *   issuer: process.env.AAUTH_ISSUER ?? 'http://localhost:3000',
 *   trust: { personServers: ['https://ps.example'] },
 *   scopes: { 'notes.read': 'Read your notes' },
 *   ...devOptions(),
 * })
 * ```
 */
export function devOptions({
  env = environment(),
  accessServer = false,
}: DevOptions = {}): DevResourceOptions | Record<string, never> {
  const { url, mode } = read(env)
  if (url === undefined || url === '') return {}
  const world = devWorldAt(url)
  if (mode === 'production')
    throw new TypeError('"AAUTH_DEV" is set and "NODE_ENV" is "production": unset AAUTH_DEV in production')
  const servers = [world.agentProvider, world.personServer, world.accessServer]
  return {
    trust: { agentProviders: [world.agentProvider], personServers: [world.personServer], accessServers: [] },
    ...(accessServer && { accessServer: world.accessServer }),
    fetch: fetchFrom(servers),
    development: { allow: (issuer) => allow(issuer, world, servers) },
  }
}

function allow(issuer: unknown, { url }: DevWorld, servers: readonly string[]): void {
  if (!isLoopback(issuer))
    throw new TypeError(
      `"AAUTH_DEV" is set, and "issuer" is ${quoted(String(issuer))}, which is not on this machine: write http://localhost:PORT, or unset AAUTH_DEV`,
    )
  allowDevServers([issuer, ...servers])
  console.warn(`aauth-guard: ${issuer} runs in development mode with ${url}: do not expose it to others`)
}

/** Dials the servers of the world and nobody else. */
function fetchFrom(origins: readonly string[]): typeof fetch {
  return async (input, init) => {
    const url = String(input instanceof Request ? input.url : input)
    if (!URL.canParse(url) || !origins.includes(new URL(url).origin))
      throw new TypeError(`${quoted(url)} is not a server of the development world`)
    return globalThis.fetch(input, { ...init, redirect: 'manual' })
  }
}

/** Deno lets no program read the environment that was not allowed to: then it is not in development. */
function read(env: NonNullable<DevOptions['env']>): { readonly url?: string; readonly mode?: string } {
  try {
    const { AAUTH_DEV: url, NODE_ENV: mode } = env
    return { ...(url !== undefined && { url }), ...(mode !== undefined && { mode }) }
  } catch {
    return {}
  }
}

/** Not every runtime has `process`, and those with `nodejs_compat` have it without `env`. */
function environment(): Readonly<Record<string, string | undefined>> {
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }
  return process?.env ?? {}
}
