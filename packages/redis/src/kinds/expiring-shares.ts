import { hashed, type Partition } from '../names.ts'

/**
 * Limits entries that expire, by issuer. Those of a listed issuer are in a sorted set of its own, scored by their end.
 * Those of all unlisted issuers are in one sorted set, the pool, and a hash counts them by issuer. The share of an
 * unlisted issuer shrinks as the pool fills up, so that a few cannot take all of it.
 */
export function shareKeys(partition: Partition, kind: string, issuer: string): string[] {
  return [
    partition.key(kind, 'issuer', hashed(issuer)),
    partition.key(kind, 'pool'),
    partition.key(kind, 'counts'),
  ]
}

/**
 * Lua of `place(own, pool, counts, issuer, entry, at, listed, max, maxPerIssuer)`, which returns the set and the member
 * of an entry that exists or for which there is space, and otherwise `nil`. It removes entries that ended before `at`,
 * at most 100 from each set, so that no call takes long.
 */
export const placeLua = `
local function removeEnded(own, pool, counts, at)
  local before = '(' .. string.format('%.6f', at)
  for _, member in ipairs(redis.call('ZRANGE', pool, '-inf', before, 'BYSCORE', 'LIMIT', 0, 100)) do
    redis.call('ZREM', pool, member)
    local issuer = string.sub(member, 1, 22)
    if redis.call('HINCRBY', counts, issuer, -1) <= 0 then redis.call('HDEL', counts, issuer) end
  end
  local ended = redis.call('ZRANGE', own, '-inf', before, 'BYSCORE', 'LIMIT', 0, 100)
  if #ended > 0 then redis.call('ZREM', own, unpack(ended)) end
end
local function place(own, pool, counts, issuer, entry, at, listed, max, maxPerIssuer)
  if redis.call('ZSCORE', own, entry) then return own, entry end
  if redis.call('ZSCORE', pool, issuer .. entry) then return pool, issuer .. entry end
  removeEnded(own, pool, counts, at)
  if listed == '1' then
    if redis.call('ZCARD', own) >= tonumber(maxPerIssuer) then return nil end
    return own, entry
  end
  local share = math.min(maxPerIssuer, math.ceil(max / 10))
  local left = max - redis.call('ZCARD', pool)
  local held = tonumber(redis.call('HGET', counts, issuer) or 0)
  if held >= math.min(share, 2 * left * share / max) then return nil end
  redis.call('HINCRBY', counts, issuer, 1)
  return pool, issuer .. entry
end
`
