import type { ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import type { Operation, RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'

/** How many used signatures are kept. */
export interface ReplayLimits {
  /** Of all unlisted issuers together, in each partition; default 100 000. One of them has at most half. */
  readonly max: number
  /** Of one issuer; default 1 000 000. */
  readonly maxPerIssuer: number
  /** Of one key; default 20 000. */
  readonly maxPerKey: number
}

/**
 * Marks expire by themselves, so they are counted by the time at which they do, in steps of an eighth of the longest
 * time that a mark can be kept. A step is subtracted once it is over: a count is never below the number of marks.
 */
const tallyLua = `
local function tally(key)
  local total, low = unpack(redis.call('HMGET', key, 'total', 'low'))
  if not total then return 0 end
  if tonumber(low) > now then return tonumber(total) end
  local steps = redis.call('HGETALL', key)
  local left, lowest = 0, nil
  for i = 1, #steps, 2 do
    local ending = tonumber(steps[i])
    if ending and ending <= now then
      redis.call('HDEL', key, steps[i])
    elseif ending then
      left = left + steps[i + 1]
      lowest = math.min(lowest or ending, ending)
    end
  end
  if left == 0 then redis.call('DEL', key) else redis.call('HSET', key, 'total', left, 'low', lowest) end
  return left
end
local function count(key, ending)
  redis.call('HINCRBY', key, 'total', 1)
  if redis.call('HINCRBY', key, ending, 1) > 1 then return end
  local low = tonumber(redis.call('HGET', key, 'low') or '')
  if not low or ending < low then redis.call('HSET', key, 'low', ending) end
  if low then redis.call('EXPIREAT', key, ending, 'GT') else redis.call('EXPIREAT', key, ending) end
end
`

const mark: Operation = {
  lua: `${tallyLua}
local until_, window = tonumber(args[1]), tonumber(args[2])
local max, maxPerIssuer, maxPerKey = tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
local longest = 2 * window + 60
if now >= until_ + 60 or until_ > now + longest then return 'unknown' end
if restoredAt and (now < restoredAt + longest or until_ <= restoredAt + longest) then return 'unknown' end
local print, owner, issuer, pool = unpack(keys)
if redis.call('EXISTS', print) == 1 then return 'repeated' end
local function hasPlace(taken, share, takenOfWhole, whole)
  return takenOfWhole < whole and taken < math.min(share, 2 * (whole - takenOfWhole) * share / whole)
end
local taken = tally(issuer)
if not hasPlace(tally(owner), maxPerKey, taken, maxPerIssuer) then return 'full' end
if pool and not hasPlace(taken, maxPerIssuer, tally(pool), max) then return 'full' end
redis.call('SET', print, 1, 'EXAT', math.ceil(until_ + 60))
local step = (longest + 60) / 8
local ending = math.ceil(math.ceil((until_ + 60) / step) * step)
for i = 2, #keys do count(keys[i], ending) end
return 'first'`,
}

/** Used signatures. */
export const replayKind: RedisKind<ReplayStore, ReplayLimits> = {
  limits: { max: 100_000, maxPerIssuer: 1_000_000, maxPerKey: 20_000 },
  reads: [],
  store: ({ limits: { max, maxPerIssuer, maxPerKey }, partition, write }) => ({
    async mark({ issuer, owner, fingerprint, until, window, listed }) {
      const part = partition(issuer)
      const role = listed ? 'listed' : 'unlisted'
      const whole = listed ? [] : [part.key('marks', 'pool')]
      const share = listed ? maxPerIssuer : Math.min(maxPerIssuer, Math.ceil(max / 2))
      return (await write(mark, {
        partition: part,
        keys: [
          part.key('mark', hashed(owner, fingerprint)),
          part.key('marks', role, hashed(issuer, owner)),
          part.key('marks', role, hashed(issuer)),
          ...whole,
        ],
        args: [until, window, max, share, maxPerKey],
      })) as ReplayVerdict
    },
  }),
}
