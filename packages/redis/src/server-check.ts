import type { Partition } from './names.ts'
import { scriptOf } from './script.ts'
import type { Server } from './server.ts'

/** What `ready` found out about the servers. */
export interface RedisReport {
  readonly server: 'redis' | 'valkey'
  readonly version: string
  /**
   * Whether the server appends each write to a file, `appendonly yes`. Without it a restarted server has lost entries.
   * `undefined` if the server does not say.
   */
  readonly appendOnly: boolean | undefined
}

/** The oldest versions that refuse to run a script on a replica. */
const oldest = { redis: [7, 0], valkey: [7, 2] } as const

/** As a script it reaches the server of its key with every client. It runs even if the memory is full. */
const readInfo = scriptOf(`#!lua flags=allow-oom
local info = redis.pcall('INFO')
return {type(info) == 'string' and info or false}`)

/** @throws {Error} naming what is wrong with the server of this partition, and the remedy */
export async function checkServer(server: Server, partition: Partition): Promise<RedisReport> {
  const reply = await server.evaluate(readInfo, partition, [], [])
  const found: unknown = Array.isArray(reply) ? reply[0] : undefined
  // Some hosted servers do not allow INFO in scripts.
  const info = fieldsOf(`${found || (await server.send(['INFO'], partition))}`)
  const role = info.get('role') ?? 'master'
  if (role !== 'master') throw new Error(`the server is a ${role}: connect to the master`)
  const name = info.get('server_name') === 'valkey' ? 'valkey' : 'redis'
  const version = info.get(`${name}_version`) ?? ''
  const [major, minor] = oldest[name]
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number)
  if (!(foundMajor > major || (foundMajor === major && foundMinor >= minor)))
    throw new Error(`the server is ${name} "${version}": use version ${major}.${minor} or later`)
  const policy = info.get('maxmemory_policy') ?? 'noeviction'
  if (policy !== 'noeviction')
    throw new Error(
      `"maxmemory-policy" is "${policy}", so the server removes entries: set it to "noeviction"`,
    )
  const appending = info.get('aof_enabled')
  return { server: name, version, appendOnly: appending === undefined ? undefined : appending === '1' }
}

function fieldsOf(info: string): Map<string, string> {
  const lines = info.split('\n').map((line) => line.trim())
  return new Map(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}
