import type { AskedBy } from '@aauth-guard/core/managed'
import { present, record, refuseUnknown } from '../json-members.ts'

/** What `"managed"` of a route says: a person is asked, calls are held, or a session is given. */
export type RouteManaged =
  | { readonly interaction: RouteInteraction }
  | { readonly hold: RouteHold }
  | { readonly session: RouteSession }

/** The route passes callers to whom a person gave a consent. */
export interface RouteInteraction {
  readonly scope: string | readonly string[]
  readonly by?: AskedBy
  readonly lifetime?: number
}

/** Calls of the route wait for an auth token. */
export interface RouteHold {
  readonly idempotent?: boolean
  readonly durability?: 'lossy'
  readonly fields?: readonly string[]
  readonly maxResult?: number
  readonly run?: HeldRun
  readonly perCall?: RoutePerCall
}

/** How a run of a held call ends. `'waits'` until the control port says how. */
export type HeldRun = (typeof heldRuns)[number]
export const heldRuns = ['completes', 'throws', 'refuses', 'waits'] as const

/** Calls that need approval with their parameters. */
export interface RoutePerCall {
  /** The one operation of the route. */
  readonly operation: Readonly<Record<string, unknown>>
  /** Parameters that proposals name by their digest. */
  readonly digested: readonly string[]
  /** R3 documents about classes of calls, as text. */
  readonly documents: readonly string[]
}

/** Whoever calls the route is given a consent of `person`, with a session for it. */
export interface RouteSession {
  readonly person: string
  readonly scope: string | readonly string[]
  readonly lifetime?: number
}

const readers: Readonly<Record<string, (value: unknown) => RouteManaged>> = {
  interaction: (value) => ({
    interaction: members(value, '"interaction" of a route', ['scope', 'by', 'lifetime']) as never,
  }),
  hold: (value) => ({ hold: readHold(value) }),
  session: (value) => ({
    session: members(value, '"session" of a route', ['person', 'scope', 'lifetime']) as never,
  }),
}

/** Values that the functions of core take as they are, are checked by these. @throws {TypeError} */
export function readRouteManaged(value: unknown): RouteManaged {
  const given = members(value, '"managed" of a route', Object.keys(readers))
  const [[name, said] = ['', undefined], ...others] = Object.entries(given)
  const read = readers[name]
  if (read === undefined || others.length > 0)
    throw new TypeError('"managed" of a route must have one of "interaction", "hold" and "session"')
  return read(said)
}

function readHold(value: unknown): RouteHold {
  const known = ['idempotent', 'durability', 'fields', 'maxResult', 'run', 'perCall']
  const { run, perCall, ...options } = members(value, '"hold" of a route', known)
  if (run !== undefined && !heldRuns.some((name) => name === run))
    throw new TypeError(`"run" of "hold" is ${JSON.stringify(run)}: write ${heldRuns.join(', ')}`)
  return {
    ...options,
    ...(run !== undefined && { run: run as HeldRun }),
    ...(perCall !== undefined && { perCall: readPerCall(perCall) }),
  }
}

function readPerCall(value: unknown): RoutePerCall {
  const given = members(value, '"perCall" of "hold"', ['operation', 'digested', 'documents'])
  const { operation, digested = [], documents = [] } = given
  return {
    operation: record(operation, '"operation" of "perCall"'),
    digested: texts(digested, '"digested" of "perCall"'),
    documents: texts(documents, '"documents" of "perCall"'),
  }
}

function texts(value: unknown, what: string): readonly string[] {
  if (!Array.isArray(value) || value.some((text) => typeof text !== 'string'))
    throw new TypeError(`${what} must be a list of texts`)
  return value
}

function members(value: unknown, what: string, known: readonly string[]): Record<string, unknown> {
  const given = record(value, what)
  refuseUnknown(given, known, what)
  return present(given)
}
