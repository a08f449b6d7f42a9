import { createHash } from 'node:crypto'
import type { Operation } from './kind.ts'

/** A Lua script and the name under which the server keeps it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

/**
 * The first line makes the server refuse to run the script where it must not write: on a replica, and on a master that
 * has lost its replicas. Both may be out of date, so that is wanted for reads as well. The flag `no-writes` would undo it.
 */
const firstLine = (allowOom: boolean | undefined): string => (allowOom ? '#!lua flags=allow-oom' : '#!lua')

/** Numbers of arguments that each script has before those of its calls. */
const general = 3

const beginning = `
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local marker = redis.call('HMGET', KEYS[1], 'partitions', 'restoredAt')
if not marker[1] then
  if ARGV[2] ~= 'begin' then return {'lost'} end
  marker = {ARGV[1], tostring(time[1] + 1)}
  redis.call('HSET', KEYS[1], 'partitions', marker[1], 'restoredAt', marker[2])
end
if marker[1] ~= ARGV[1] then return {'partitions', marker[1]} end
local restoredAt = tonumber(marker[2])
local function publish(message) redis.call('PUBLISH', ARGV[3], message) end
`

/** One operation that writes. */
export function writeScript(operation: Operation): Script {
  return scriptOf(`${firstLine(operation.allowOom)}
${beginning}
local function run(keys, args)
${operation.lua}
end
return {'done', run({unpack(KEYS, 2)}, {unpack(ARGV, ${general + 1})})}`)
}

/**
 * Any number of calls of operations that read, which a full memory does not prevent. Each call is the index of its operation, two lengths, and arguments.
 */
export function readScript(operations: readonly Operation[]): Script {
  const functions = operations.map(({ lua }) => `function(keys, args)\n${lua}\nend`)
  return scriptOf(`${firstLine(true)}
${beginning}
local operations = {${functions.join(',\n')}}
local answers = {'done'}
local key, arg = 1, ${general}
while arg < #ARGV do
  local keys = {unpack(KEYS, key + 1, key + ARGV[arg + 2])}
  local args = {unpack(ARGV, arg + 4, arg + 3 + ARGV[arg + 3])}
  answers[#answers + 1] = operations[tonumber(ARGV[arg + 1])](keys, args)
  key = key + #keys
  arg = arg + 3 + #args
end
return answers`)
}

/** A script that neither needs the marker nor calls an operation. */
export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
