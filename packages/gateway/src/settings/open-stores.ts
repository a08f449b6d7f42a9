import type { Limits, Stores } from '@aauth-guard/core'
import { memoryStores } from '@aauth-guard/core/adapter'
import type { StoresSetting } from './configuration.ts'
import { ConfigurationError } from './configuration-error.ts'
import { importFrom } from './import-from.ts'
import { connectPostgres } from './postgres-client.ts'
import { connectRedis } from './redis-client.ts'

/** Stores, as long as the process needs them. */
export interface OpenStores {
  readonly stores: Stores
  /** For an operator, before the first gateway starts; `undefined` for the memory of the process. */
  readonly prepare: ((options: { readonly afterLoss: boolean }) => Promise<void>) | undefined
  close(): Promise<void>
}

/**
 * @param configurationPath packages are looked for where the gateway is, and then beside the configuration
 * @throws {ConfigurationError} for a package that is not installed (the promise rejects)
 */
export async function openStores(
  setting: StoresSetting,
  issuer: string,
  limits: Partial<Limits>,
  configurationPath: string,
): Promise<OpenStores> {
  if (setting.kind === 'memory')
    return { stores: memoryStores({ limits }), prepare: undefined, close: async () => undefined }
  const load = <T>(name: string): Promise<T> => {
    const packages = setting.kind === 'redis' ? '@aauth-guard/redis ioredis' : '@aauth-guard/postgres pg'
    return importFrom<T>(name, configurationPath).catch(() => {
      throw new ConfigurationError(
        `"stores.${setting.kind}" needs the package "${name}", which is not installed: npm i ${packages}`,
      )
    })
  }
  return setting.kind === 'redis' ? openRedis(setting.url, issuer, load) : openPostgres(setting.url, load)
}

type Load = <T>(name: string) => Promise<T>

async function openRedis(url: string, issuer: string, load: Load): Promise<OpenStores> {
  const { redisStores } = await load<typeof import('@aauth-guard/redis')>('@aauth-guard/redis')
  const { send, subscribe, connected, close } = connectRedis(await load('ioredis'), url)
  const opened = redisStores({ issuer, send, subscribe })
  return {
    stores: opened.stores,
    async prepare(options) {
      await connected()
      await opened.prepare(options)
    },
    async close() {
      opened.close()
      close()
    },
  }
}

async function openPostgres(url: string, load: Load): Promise<OpenStores> {
  const { postgresStores } = await load<typeof import('@aauth-guard/postgres')>('@aauth-guard/postgres')
  const { query, listen, close } = connectPostgres(await load('pg'), url)
  const opened = postgresStores({ query, listen })
  return {
    stores: opened.stores,
    prepare: (options) => opened.prepare(options),
    async close() {
      opened.close()
      await close()
    },
  }
}
