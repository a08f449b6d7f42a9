import type { Operation } from '../kind.ts'
import { placeLua } from './expiring-shares.ts'

/**
 * A status is a hash: the ends of its durations, in milliseconds of the server's clock, and the claim that stands. A
 * failure is kept for a minute longer, so that consecutive failures are counted.
 */
const keepLua = `
local at = now * 1000
local status = keys[1]
local function keep(set, member)
  local fresh, stale, failed, claim = unpack(redis.call('HMGET', status, 'freshUntil', 'staleUntil', 'failedUntil', 'claimUntil'))
  if tonumber(failed or 0) > 0 then failed = failed + 60000 end
  local last = string.format('%d', math.ceil(math.max(at, fresh or 0, stale or 0, failed or 0, claim or 0)))
  redis.call('PEXPIREAT', status, last)
  redis.call('ZADD', set, last, member)
end
`

/** If the clock was set back, it is unknown how much time has passed. */
export const get: Operation = {
  lua: `
local at = now * 1000
local found = redis.call('HMGET', keys[1], 'setAt', 'freshUntil', 'staleUntil', 'failedUntil', 'failures', 'hint', 'askedAt')
if not found[1] or at < tonumber(found[1]) then return false end
local function left(ending) return math.max(0, math.floor(ending - at)) end
return {left(found[2]), left(found[3]), left(found[4]), found[5], found[6], found[7]}`,
}

/** Returns `'claimed'`, `'taken'` or `'full'`. */
export const claim: Operation = {
  lua: `${placeLua}${keepLua}
local issuer, entry, id, milliseconds, listed, max, maxPerIssuer = unpack(args)
local claimedAt, claimUntil = unpack(redis.call('HMGET', status, 'claimedAt', 'claimUntil'))
if claimedAt and at >= tonumber(claimedAt) and at < tonumber(claimUntil) then return 'taken' end
local set, member = place(keys[2], keys[3], keys[4], issuer, entry, at, listed, max, maxPerIssuer)
if not set then return 'full' end
local since = math.floor(at)
redis.call('HSET', status, 'claim', id, 'claimedAt', since, 'claimUntil', since + milliseconds)
keep(set, member)
return 'claimed'`,
}

/** The claim ends with the answer. An answer "unknown" leaves the last answer "active" in place. */
export const put: Operation = {
  lua: `${keepLua}
local issuer, entry, id, answer = unpack(args)
local id_, claimedAt, claimUntil, setAt = unpack(redis.call('HMGET', status, 'claim', 'claimedAt', 'claimUntil', 'setAt'))
if id_ ~= id or at >= tonumber(claimUntil) then return 'overtaken' end
redis.call('HDEL', status, 'claim', 'claimedAt', 'claimUntil')
local since = math.floor(at)
if answer == 'active' then
  redis.call('HSET', status, 'freshUntil', since + args[5], 'staleUntil', since + args[6], 'failedUntil', 0,
    'failures', 0, 'hint', '', 'askedAt', math.floor(claimedAt / 1000))
else
  if not setAt or at < tonumber(setAt) then
    redis.call('HSET', status, 'freshUntil', 0, 'staleUntil', 0, 'askedAt', 0)
  end
  redis.call('HSET', status, 'failedUntil', since + args[5], 'failures', args[6], 'hint', args[7])
end
redis.call('HSET', status, 'setAt', since)
local isListed = redis.call('ZSCORE', keys[2], entry)
keep(isListed and keys[2] or keys[3], isListed and entry or issuer .. entry)
return 'recorded'`,
}

export const forget: Operation = {
  allowOom: true,
  lua: `
local issuer, entry = unpack(args)
redis.call('DEL', keys[1])
redis.call('ZREM', keys[2], entry)
if redis.call('ZREM', keys[3], issuer .. entry) == 1 and redis.call('HINCRBY', keys[4], issuer, -1) <= 0 then
  redis.call('HDEL', keys[4], issuer)
end
return 'done'`,
}
