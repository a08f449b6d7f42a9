/** The routes that take another credential beside AAuth, the same for every adapter. */
import {
  type Auth,
  alternativeCredential,
  type Caller,
  lifetimeOf,
  type OtherIdentity,
  type Resource,
  type RoutedRequest,
  stepUp,
} from '@aauth-guard/core'
import { missionGrant } from '@aauth-guard/core/missions'
import { callerText, demands, more } from './api.ts'

const read = ['notes.read']

/** Whom a key belongs to. */
function ownerOf(key: string): OtherIdentity | undefined {
  if (key === 'broken') throw new Error('the database is away')
  if (key === 'of-acme') return { id: 'acme', scopes: read }
  return key === 'of-poor' ? { id: 'poor', scopes: ['notes.list'] } : undefined
}

const key = {
  when: { header: 'X-API-Key' },
  challenge: 'ApiKey realm="notes"',
  check: (request: RoutedRequest) => ownerOf(request.header('x-api-key')[0] ?? ''),
} as const

const apiKey = alternativeCredential(key)
const bearer = alternativeCredential({
  when: { scheme: 'Bearer' },
  check: (request) => ownerOf(request.header('authorization')[0]?.slice('Bearer '.length) ?? ''),
})

/** Waives what the resource may require of every route, which a key could not show. */
const waived = { mission: 'optional', person: 'optional' } as const

/** What the guarded routes demand, by their paths. */
export const besides = {
  '/beside/key': { ...waived, scope: 'notes.read', alternative: apiKey },
  '/beside/bearer': { ...waived, scope: 'notes.read', alternative: bearer },
  '/beside/open': { ...waived, ...demands.anyone, optional: true, alternative: apiKey },
  '/beside/tools': { ...waived, ...demands.anyone, alternative: apiKey },
  '/beside/runs': { ...waived, ...demands.anyone, alternative: apiKey },
  '/beside/ended': {
    ...waived,
    scope: 'notes.read',
    alternative: alternativeCredential({ ...key, until: new Date(1_790_000_000_000) }),
  },
  '/beside/exempt': {
    ...waived,
    ...demands.mission,
    alternative: alternativeCredential({ ...key, exempt: ['mission'] }),
  },
} as const

/** The routes whose handlers say who is calling, and nothing else. */
export const told = [
  '/beside/key',
  '/beside/bearer',
  '/beside/open',
  '/beside/ended',
  '/beside/exempt',
] as const

/** Who is calling, and with what. */
export function besideText(caller: Caller | undefined): string {
  if (caller?.type !== 'other') return callerText(caller)
  const { scheme, id, scopes } = caller
  return `${id} with ${scheme} may ${scopes.join(' ')}`
}

/** What becomes of a caller where only AAuth will do. @param getAuth of the adapter */
export function toolsText(resource: Resource, caller: Caller | undefined, getAuth: () => unknown): string {
  const auth = caller as Auth
  const tools = {
    getAuth,
    stepUp: () => stepUp(resource, auth, more),
    missionGrant: () => missionGrant(auth),
    lifetimeOf: () => lifetimeOf(auth)[Symbol.dispose](),
  }
  return Object.entries(tools)
    .map(([name, use]) => `${name} ${outcomeOf(use)}`)
    .join(', ')
}

function outcomeOf(use: () => unknown): string {
  try {
    use()
    return 'serves'
  } catch (error) {
    return `throws ${(error as Error).name}`
  }
}
