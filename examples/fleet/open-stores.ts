import type { Stores } from '@aauth-guard/core'
import { postgresStores } from '@aauth-guard/postgres'
import { redisStores } from '@aauth-guard/redis'
import { connectPostgres, connectRedis } from './clients.ts'

/** Where the state of a fleet is kept. */
export type Place =
  | { readonly redis: string; readonly prefix?: string | undefined }
  | { readonly postgres: string; readonly schema?: string | undefined }

/** Stores, and what makes and ends them. */
export interface OpenedStores {
  readonly stores: Stores
  prepare(): Promise<void>
  close(): Promise<void>
}

/** Connects to the servers, which need not answer yet. */
export function openStores(place: Place, issuer: string): OpenedStores {
  if ('redis' in place) {
    const clients = connectRedis(place.redis)
    const { send, subscribe } = clients
    const made = redisStores({ issuer, send, subscribe, prefix: place.prefix })
    return {
      stores: made.stores,
      prepare: () => made.prepare(),
      async close() {
        made.close()
        clients.close()
      },
    }
  }
  const clients = connectPostgres(place.postgres)
  const { query, listen } = clients
  const made = postgresStores({ query, listen, schema: place.schema })
  return {
    stores: made.stores,
    prepare: () => made.prepare(),
    async close() {
      made.close()
      await clients.close()
    },
  }
}
