import type {
  LinkStore,
  RecordStore,
  ReplayStore,
  RevocationStore,
  StatusStore,
  TombstoneStore,
} from '@aauth-guard/core'
import { linkKind } from './kinds/links.ts'
import { recordKind } from './kinds/records.ts'
import { replayKind } from './kinds/replays.ts'
import { revocationKind } from './kinds/revocations.ts'
import { statusKind } from './kinds/statuses.ts'
import { tombstoneKind } from './kinds/tombstones.ts'
import { type InRedis, makeStores, type RedisControls } from './make-stores.ts'
import type { RedisStoresOptions } from './options.ts'

const kinds = {
  revocations: revocationKind,
  tombstones: tombstoneKind,
  replays: replayKind,
  links: linkKind,
  statuses: statusKind,
  records: recordKind,
}

/** What {@link redisStores} returns. */
export interface RedisStores extends RedisControls {
  /** For the option `stores` of `createResource`: all of them, or those that you choose. */
  readonly stores: {
    readonly revocations: InRedis<RevocationStore>
    readonly tombstones: InRedis<TombstoneStore>
    readonly replays: InRedis<ReplayStore>
    readonly links: InRedis<LinkStore>
    readonly statuses: InRedis<StatusStore>
    readonly records: InRedis<RecordStore>
  }
}

/**
 * Stores in Redis or Valkey, shared by all processes of a resource.
 *
 * @throws {TypeError} naming an option that is wrong, and the remedy
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { redisStores } from '@aauth-guard/redis'
 * import { createClient } from 'redis'
 *
 * const issuer = 'https://notes.example'
 * const client = await createClient({ disableOfflineQueue: true }).connect()
 * const { stores } = redisStores({ issuer, send: (args) => client.sendCommand(args) })
 *
 * export const resource = createResource({ issuer, trust: 'any', stores })
 * ```
 */
export function redisStores({ limits, ...connection }: RedisStoresOptions): RedisStores {
  return makeStores(kinds, connection, limits)
}
