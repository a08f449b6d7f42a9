import type { Link, LinkStore, LinkVerdict } from '@aauth-guard/core'
import { flag, type Operation, type RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'
import { placeLua, shareKeys } from './expiring-shares.ts'

/** How many keys are linked to an agent provider. */
export interface LinkLimits {
  /** By all unlisted providers together, in each partition; default 100 000. One of them has at most a tenth. */
  readonly max: number
  /** By one provider, in each partition; default 100 000. */
  readonly maxPerIssuer: number
}

/** A link for which there is no space removes the previous one, which is not the last that was added. */
const add: Operation = {
  lua: `${placeLua}
local own, pool, counts, link = unpack(keys)
local issuer, entry, value, linkedFor, listed, max, maxPerIssuer = unpack(args)
local at = now * 1000
local set, member = place(own, pool, counts, issuer, entry, at, listed, max, maxPerIssuer)
if not set then
  redis.call('DEL', link)
  return 'full'
end
local over = string.format('%d', math.floor(at + linkedFor))
redis.call('ZADD', set, over, member)
redis.call('SET', link, over .. ' ' .. value, 'PXAT', over)
return 'recorded'`,
}

/** The server may take a key for alive in the millisecond in which it expires. */
const find: Operation = {
  lua: `
local value = redis.call('GET', keys[1])
if not value then return false end
local space = string.find(value, ' ', 1, true)
if now * 1000 >= tonumber(string.sub(value, 1, space)) then return false end
return string.sub(value, space + 1)`,
}

/** The agent providers of keys. */
export const linkKind: RedisKind<LinkStore, LinkLimits> = {
  limits: { max: 100_000, maxPerIssuer: 100_000 },
  reads: [find],
  store: ({ limits: { max, maxPerIssuer }, partition, read, write }) => ({
    async add({ thumbprint, linkedFor, listed, ...link }) {
      const { iss } = link
      // A link is found by its key alone.
      const part = partition(thumbprint)
      const entry = hashed(thumbprint)
      return (await write(add, {
        partition: part,
        keys: [...shareKeys(part, 'links', iss), part.key('link', entry)],
        args: [hashed(iss), entry, JSON.stringify(link), linkedFor, flag(listed), max, maxPerIssuer],
      })) as LinkVerdict
    },
    async find({ thumbprint }) {
      const part = partition(thumbprint)
      const keys = [part.key('link', hashed(thumbprint))]
      const found = await read(find, { partition: part, keys, args: [] })
      return found === null
        ? undefined
        : { thumbprint, ...(JSON.parse(found as string) as Omit<Link, 'thumbprint'>) }
    },
  }),
}
