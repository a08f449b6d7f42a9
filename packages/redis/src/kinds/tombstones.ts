import type { Tombstone, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'
import { flag, type Operation, type RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'

/** How many terminations of missions are kept. They are kept permanently. */
export interface TombstoneLimits {
  /** Of all unlisted person servers together, in each partition; default 100 000. One of them has at most a tenth. */
  readonly max: number
  /** Of one person server; default 1 000 000. */
  readonly maxPerServer: number
}

/** Maximum number of unlisted person servers recorded as full. Beyond it, all unlisted ones count as full. */
const maxFull = 10_000

const add: Operation = {
  lua: `
local server, pool = unpack(keys)
local mission, tombstone, listed, max, maxPerServer, maxFull, message = unpack(args)
if redis.call('HEXISTS', server, mission) == 1 then return 'recorded' end
local isFull = redis.call('HEXISTS', server, 'full')
local held = redis.call('HLEN', server) - isFull
local share = tonumber(maxPerServer)
if listed == '0' then
  local cap = math.min(maxPerServer, math.ceil(max / 10))
  share = math.min(cap, 2 * (max - (redis.call('HGET', pool, 'taken') or 0)) * cap / max)
end
if held < share then
  redis.call('HSET', server, mission, tombstone)
  if listed == '0' then redis.call('HINCRBY', pool, 'taken', 1) end
  publish(message)
  return 'recorded'
end
if isFull == 1 then return 'full' end
if listed == '1' then
  redis.call('HSET', server, 'full', 'listed')
elseif tonumber(redis.call('HGET', pool, 'full') or 0) < tonumber(maxFull) then
  redis.call('HSET', server, 'full', 'unlisted')
  redis.call('HINCRBY', pool, 'full', 1)
else
  redis.call('HSET', pool, 'overflow', 1)
end
return 'full'`,
}

const find: Operation = {
  lua: `
local found = redis.call('HMGET', keys[1], args[1], 'full')
if found[1] then return found[1] end
if found[2] then return 'full' end
if args[2] == '0' and redis.call('HEXISTS', keys[2], 'overflow') == 1 then return 'full' end
return false`,
}

/** The overflow concerns servers that nobody recorded, so it ends with the last that was recorded. */
const clearFull: Operation = {
  allowOom: true,
  lua: `
local server, pool = unpack(keys)
local full = redis.call('HGET', server, 'full')
redis.call('HDEL', server, 'full')
if full == 'unlisted' and redis.call('HINCRBY', pool, 'full', -1) <= 0 then
  redis.call('HDEL', pool, 'overflow')
end
return 'done'`,
}

/** Terminated missions. */
export const tombstoneKind: RedisKind<TombstoneStore, TombstoneLimits> = {
  limits: { max: 100_000, maxPerServer: 1_000_000 },
  reads: [find],
  store({ limits: { max, maxPerServer }, partition, read, writeDurably, subscribe }) {
    const partOf = (approver: string) => {
      const part = partition(approver)
      return { partition: part, keys: [part.key('tombstones', hashed(approver)), part.key('tombstones')] }
    }
    return {
      async add({ approver, s256, reason, listed }) {
        // The digest is stored as well, so that an operator can read what was terminated.
        const tombstone = JSON.stringify({ s256, reason })
        const message = JSON.stringify(['terminated', { approver, s256, reason }])
        return (await writeDurably(add, {
          ...partOf(approver),
          args: [hashed(s256), tombstone, flag(listed), max, maxPerServer, maxFull, message],
        })) as TombstoneVerdict
      },
      async find({ approver, s256, listed }) {
        const found = await read(find, { ...partOf(approver), args: [hashed(s256), flag(listed)] })
        if (found === null) return undefined
        if (found === 'full') return 'full'
        const { reason } = JSON.parse(found as string) as Pick<Tombstone, 'reason'>
        return reason === undefined ? { approver, s256 } : { approver, s256, reason }
      },
      async clearFull({ approver }) {
        await writeDurably(clearFull, { ...partOf(approver), args: [] })
      },
      ...(subscribe && {
        subscribe: (listener) =>
          subscribe({
            onChange(name, change) {
              if (name === 'terminated') listener.onTerminated(change as Tombstone)
            },
            onLost: (hint) => listener.onLost(hint),
            onSubscribed: () => listener.onSubscribed(),
          }),
      }),
    }
  },
}
