import type { Operation } from '../kind.ts'

/**
 * All records of a resource are in five keys: the octets and the rest of each record by its name, a sorted set of names by
 * the time at which they end, how much each owner and issuer has, and a sorted set of tags with names, which is searched by
 * its beginning. What has ended is removed by later calls, and all keys end with the last record.
 */
const recordsLua = `
local records, metas, ends, used, tags = unpack(keys)
local function eachTag(joined, call)
  for tag in string.gmatch(joined, '[^,]+') do call(tag) end
end
local function scopesOf(meta)
  local scopes = {{'owner ' .. meta.owner, maxPerOwner, tenth}}
  if meta.listed == '1' then
    scopes[2] = {'listed ' .. meta.issuer, max, maxOctets}
  else
    scopes[2] = {'unlisted ' .. meta.issuer, maxPerIssuer, tenth}
    scopes[3] = {'pool', max, maxOctets}
  end
  return scopes
end
local function count(meta, open, octets)
  for _, scope in ipairs(scopesOf(meta)) do
    redis.call('HINCRBY', used, scope[1] .. ' open', open)
    if redis.call('HINCRBY', used, scope[1], octets) <= 0 then
      redis.call('HDEL', used, scope[1], scope[1] .. ' open')
    end
  end
end
local function remove(name)
  local meta = cjson.decode(redis.call('HGET', metas, name))
  redis.call('HDEL', records, name)
  redis.call('HDEL', metas, name)
  redis.call('ZREM', ends, name)
  eachTag(meta.tags, function(tag) redis.call('ZREM', tags, tag .. ' ' .. name) end)
  count(meta, 0 - meta.open, 0 - meta.octets)
end
local function removeEnded()
  local before = string.format('%.6f', now)
  local ended = redis.call('ZRANGE', ends, '-inf', before, 'BYSCORE', 'LIMIT', 0, 100)
  for _, name in ipairs(ended) do remove(name) end
  return #ended > 0
end
local function find(name)
  local found = redis.call('HGET', metas, name)
  local meta = found and cjson.decode(found)
  if meta and now < tonumber(meta.expires) then return meta end
end
local function fits(meta, open, octets)
  for _, scope in ipairs(scopesOf(meta)) do
    local held = redis.call('HMGET', used, scope[1] .. ' open', scope[1])
    if open > 0 and (held[1] or 0) + open > scope[2] then return false end
    if octets > 0 and (held[2] or 0) + octets > scope[3] then return false end
  end
  return true
end
local function hasSpace(meta, open, octets)
  repeat
    if fits(meta, open, octets) then return true end
  until not removeEnded()
  return false
end
local function write(name, meta, octets)
  redis.call('HSET', records, name, octets)
  redis.call('HSET', metas, name, cjson.encode(meta))
  redis.call('ZADD', ends, meta.expires, name)
  eachTag(meta.tags, function(tag) redis.call('ZADD', tags, 0, tag .. ' ' .. name) end)
end
local function add(name, meta, octets)
  if redis.call('HEXISTS', metas, name) == 1 then remove(name) end
  if now >= tonumber(meta.expires) then return end
  write(name, meta, octets)
  count(meta, meta.open, meta.octets)
end
local function endWithLast()
  local last = redis.call('ZRANGE', ends, -1, -1, 'WITHSCORES')[2]
  for _, one in ipairs(keys) do
    if last then redis.call('EXPIREAT', one, string.format('%d', math.ceil(last))) end
  end
end
local function entryFrom(i)
  return args[i], {
    octets = tonumber(args[i + 2]), open = tonumber(args[i + 3]), owner = args[i + 4], issuer = args[i + 5],
    listed = args[i + 6], tags = args[i + 7], expires = args[i + 8], version = args[i + 9]
  }, args[i + 1]
end
`

/** The bounds come first in the arguments. */
const boundsLua = `
local max, maxOctets, maxPerIssuer, maxPerOwner = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
local tenth = math.floor(maxOctets / 10)
`

export const create: Operation = {
  lua: `${boundsLua}${recordsLua}
local name, meta, octets = entryFrom(5)
if find(name) then return 'exists' end
removeEnded()
if not hasSpace(meta, meta.open, meta.octets) then return 'full' end
add(name, meta, octets)
endWithLast()
return 'created'`,
}

export const find: Operation = {
  lua: `
local found = redis.call('HGET', keys[2], args[1])
if not found then return false end
local meta = cjson.decode(found)
if now >= tonumber(meta.expires) then return false end
return {redis.call('HGET', keys[1], args[1]), tostring(meta.open), meta.version, meta.expires, meta.ended or ''}`,
}

/** A change that removes a record writes it first, so that one piece of code counts and indexes all changes. */
export const replace: Operation = {
  lua: `${boundsLua}${recordsLua}
local name, version, octets, size, open, expires, nextVersion, moreTags, lostTags = unpack(args, 5, 13)
local meta = find(name)
if not meta then return 'missing' end
if meta.version ~= version then return 'conflict' end
local other, otherMeta, otherOctets
if args[14] then
  other, otherMeta, otherOctets = entryFrom(14)
  if find(other) then return 'exists' end
end
open, size = tonumber(open), tonumber(size)
if meta.ended then open = 0 end
local stays = now < tonumber(expires)
local opened, grown = open - meta.open, size - meta.octets
if stays and not hasSpace(meta, opened, grown) then return 'full' end
count(meta, opened, grown)
if other and not hasSpace(otherMeta, otherMeta.open, otherMeta.octets) then
  count(meta, 0 - opened, 0 - grown)
  return 'full'
end
meta.open, meta.octets, meta.expires, meta.version = open, size, expires, nextVersion
local has = {}
eachTag(meta.tags, function(tag) has[tag] = true end)
eachTag(moreTags, function(tag)
  if not has[tag] then meta.tags = meta.tags .. (meta.tags == '' and '' or ',') .. tag end
  has[tag] = true
end)
local loses, kept = {}, {}
eachTag(lostTags, function(tag) loses[tag] = true; redis.call('ZREM', tags, tag .. ' ' .. name) end)
eachTag(meta.tags, function(tag) if not loses[tag] then kept[#kept + 1] = tag end end)
meta.tags = table.concat(kept, ',')
write(name, meta, octets)
if not stays then remove(name) end
if other then add(other, otherMeta, otherOctets) end
removeEnded()
endWithLast()
return 'replaced'`,
}

/** A page of names, without those whose time has passed. */
export const list: Operation = {
  lua: `
local metas, tags = unpack(keys)
local tag, after, limit = args[1], args[2], tonumber(args[3])
local from, names = after == '' and '[' .. tag .. ' ' or '(' .. tag .. ' ' .. after, {}
repeat
  local members = redis.call('ZRANGE', tags, from, '(' .. tag .. '!', 'BYLEX', 'LIMIT', 0, limit)
  for _, member in ipairs(members) do
    local name = string.sub(member, #tag + 2)
    local found = redis.call('HGET', metas, name)
    if #names < limit and found and now < tonumber(cjson.decode(found).expires) then names[#names + 1] = name end
    from = '(' .. member
  end
until #names == limit or #members < limit
return names`,
}

/** The names of all records with the tag begin with it. */
export const endRecords: Operation = {
  lua: `
local max, maxOctets, maxPerIssuer, maxPerOwner, tenth = 0, 0, 0, 0, 0
${recordsLua}
local tag, reason, version = unpack(args)
local ended = 0
for _, member in ipairs(redis.call('ZRANGE', tags, '[' .. tag .. ' ', '(' .. tag .. '!', 'BYLEX')) do
  local name = string.sub(member, #tag + 2)
  local meta = find(name)
  if meta and not meta.ended then
    ended = ended + 1
    count(meta, 0 - meta.open, 0)
    meta.open, meta.ended, meta.version = 0, reason, version .. ' ' .. ended
    redis.call('HSET', metas, name, cjson.encode(meta))
  end
end
return ended`,
}
