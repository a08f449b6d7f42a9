import type { ClassPolicy } from '@aauth-guard/core'
import type { StateLimits } from './bound/bound-states.ts'
import type { McpOptions } from './options.ts'

/** Options after they were checked. */
export interface Settings {
  readonly sessions: StateLimits
  readonly tasks: StateLimits
  readonly classPolicy: ClassPolicy
}

const members: ReadonlySet<string> = new Set([
  'tools',
  'resources',
  'prompts',
  'methods',
  'connect',
  'list',
  'sessions',
  'sealingKey',
  'now',
])
const sessionMembers: ReadonlySet<string> = new Set(['perCaller', 'total', 'idle', 'classPolicy', 'onIdle'])
const policies: ReadonlySet<unknown> = new Set(['deny', 'mission-only', 'same-key', 'linked-key'])

/** @throws {TypeError} */
export function checkOptions(options: McpOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      "the options of protectMcp are not an object: write { tools: { 'a.name': { scope: 'a.scope' } } }",
    )
  assertMembers(options, members, 'protectMcp')
  const { list = 'grantable', sessions = {}, now = systemClock } = options
  if (list !== 'granted' && list !== 'grantable' && list !== 'all')
    throw new TypeError(`"list" is ${JSON.stringify(list)}: write 'granted', 'grantable' or 'all'`)
  if (typeof now !== 'function') throw new TypeError('"now" is not a function: return seconds from it')
  assertMembers(sessions, sessionMembers, '"sessions"')
  const { classPolicy = 'same-key', onIdle } = sessions
  if (!policies.has(classPolicy))
    throw new TypeError(
      `"classPolicy" of "sessions" is ${JSON.stringify(classPolicy)}: write 'deny', 'mission-only', 'same-key' or 'linked-key'`,
    )
  if (onIdle !== undefined && typeof onIdle !== 'function')
    throw new TypeError('"onIdle" of "sessions" is not a function: close the transport of the session in it')
  const perCaller = count(sessions.perCaller ?? 20, 'perCaller', 10_000)
  const total = count(sessions.total ?? 1000, 'total', 1_000_000)
  const idle = count(sessions.idle ?? 1800, 'idle', 86_400)
  const shared = { now, idle }
  return {
    sessions: {
      ...shared,
      what: 'sessions',
      remedy: 'let clients end theirs, or raise "sessions" of protectMcp',
      perCaller,
      total,
      onIdle,
    },
    // A session has few tasks at a time.
    tasks: {
      ...shared,
      what: 'tasks',
      remedy: 'let tasks end, or raise "sessions" of protectMcp',
      perCaller: perCaller * 5,
      total: total * 5,
    },
    classPolicy,
  }
}

function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}

function count(value: number, name: string, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new TypeError(
      `"${name}" of "sessions" is ${JSON.stringify(value)}: write an integer from 1 to ${most}`,
    )
  return value
}

function assertMembers(given: object, known: ReadonlySet<string>, where: string): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${where} is not an object`)
  for (const [name, value] of Object.entries(given)) {
    if (!known.has(name))
      throw new TypeError(`${where} does not know "${name}": write one of ${[...known].join(', ')}`)
    if (value === undefined) throw new TypeError(`"${name}" of ${where} is undefined: leave it out`)
  }
}
