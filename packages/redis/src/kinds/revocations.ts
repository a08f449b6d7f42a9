import type { FoundRevocation, RevocationStore, RevocationVerdict } from '@aauth-guard/core'
import { flag, type KindData, type Operation, type RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'
import { placeLua, shareKeys } from './expiring-shares.ts'

/** How many revocations are kept. */
export interface RevocationLimits {
  /** Of all unlisted issuers together, in each partition; default 100 000. One of them has at most a tenth. */
  readonly max: number
  /** Of one issuer; default 100 000. */
  readonly maxPerIssuer: number
}

/** Seconds that an entry is kept after `exp`, since clocks differ. */
const tolerance = 60
/** Maximum number of purged issuers in a partition. Only the operator purges, so this limits mistakes and not attacks. */
const maxPurged = 10_000

const add: Operation = {
  lua: `${placeLua}
local issuer, token, over, listed, max, maxPerIssuer, message = unpack(args)
local set, member = place(keys[1], keys[2], keys[3], issuer, token, now, listed, max, maxPerIssuer)
if not set then return 'full' end
redis.call('ZADD', set, 'GT', over, member)
publish(message)
return 'recorded'`,
}

const find: Operation = {
  lua: `
local issuer, token = unpack(args)
local revoked = redis.call('ZSCORE', keys[1], token) or redis.call('ZSCORE', keys[2], issuer .. token)
return {revoked and 1 or 0, redis.call('HGET', keys[3], issuer)}`,
}

/** If the clock was set back, an earlier time must not replace that of a later purge. */
const purge: Operation = {
  lua: `
local issuer, maxPurged, message = unpack(args)
local known = redis.call('HGET', keys[1], issuer)
if not known and redis.call('HLEN', keys[1]) >= tonumber(maxPurged) then return 'full' end
local second = string.format('%d', math.max(known or 0, math.floor(now)))
redis.call('HSET', keys[1], issuer, second)
publish(message .. second .. '}]')
return second`,
}

/** Revoked tokens and purged issuers. */
export const revocationKind: RedisKind<RevocationStore, RevocationLimits> = {
  limits: { max: 100_000, maxPerIssuer: 100_000 },
  reads: [find],
  store: ({ limits: { max, maxPerIssuer }, partition, read, writeDurably, subscribe }) => ({
    async add({ iss, jti, exp, mission, listed }) {
      const part = partition(iss)
      const message = JSON.stringify(['revoked', { iss, jti, mission }])
      return (await writeDurably(add, {
        partition: part,
        keys: shareKeys(part, 'revocations', iss),
        args: [hashed(iss), hashed(jti), exp + tolerance, flag(listed), max, maxPerIssuer, message],
      })) as RevocationVerdict
    },
    async find({ iss, jti }) {
      const part = partition(iss)
      const [own = '', pool = ''] = shareKeys(part, 'revocations', iss)
      const keys = [own, pool, part.key('purges')]
      const found = await read(find, { partition: part, keys, args: [hashed(iss), hashed(jti)] })
      return foundIn(found)
    },
    async purge({ iss }) {
      const part = partition(iss)
      // The script ends it with the second.
      const message = `["purged",{"iss":${JSON.stringify(iss)},"purgedAt":`
      const keys = [part.key('purges')]
      const second = await writeDurably(purge, {
        partition: part,
        keys,
        args: [hashed(iss), maxPurged, message],
      })
      if (second === 'full')
        throw new RangeError(`${maxPurged} purged issuers are recorded, which is the limit`)
      return Number(second)
    },
    ...(subscribe && { subscribe: listening(subscribe) }),
  }),
}

type Listen = NonNullable<RevocationStore['subscribe']>

function listening(subscribe: NonNullable<KindData<RevocationLimits>['subscribe']>): Listen {
  return (listener) =>
    subscribe({
      onChange(name, change) {
        if (name === 'revoked') listener.onRevoked(change as Parameters<typeof listener.onRevoked>[0])
        if (name === 'purged') listener.onPurged(change as Parameters<typeof listener.onPurged>[0])
      },
      onLost: (hint) => listener.onLost(hint),
      onSubscribed: () => listener.onSubscribed(),
    })
}

/** @throws {TypeError} for what the script does not return */
function foundIn(reply: unknown): FoundRevocation {
  const [revoked, purgedAt] = reply as [unknown, unknown]
  if (revoked !== 0 && revoked !== 1) throw new TypeError('the server returned an invalid revocation')
  return purgedAt === null
    ? { revoked: revoked === 1 }
    : { revoked: revoked === 1, purgedAt: Number(purgedAt) }
}
