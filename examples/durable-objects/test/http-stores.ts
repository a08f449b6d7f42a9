import type { Stores } from '@aauth-guard/core'
import type { StoreOptions } from '../stores.ts'

const methods = ['find', 'add', 'purge', 'clearFull', 'mark', 'get', 'claim', 'put', 'forget', 'now', 'ready']
/** A store must not have these if its kind does not. */
const withClearFull: readonly string[] = ['tombstones']

/** A store whose methods a worker calls. */
export function httpStore<Kind extends keyof Stores>(
  kind: Kind,
  options: StoreOptions,
  origin: () => string,
): NonNullable<Stores[Kind]> {
  const call = async (method: string, parameters: readonly unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ options, kind, method, parameters })
    // workerd ends connections that are idle, which can cross with the next request.
    const headers = { connection: 'close' }
    const response = await fetch(origin(), { method: 'POST', headers, body })
    const { value, error } = (await response.json()) as { value?: unknown; error?: string }
    if (error !== undefined) throw new Error(error)
    return value
  }
  const named = methods.filter((method) => method !== 'clearFull' || withClearFull.includes(kind))
  return Object.fromEntries(
    named.map((method) => [method, (...parameters: unknown[]) => call(method, parameters)]),
  ) as unknown as NonNullable<Stores[Kind]>
}
