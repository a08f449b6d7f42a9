import type { Requirement, TokenKind, Trust } from '@aauth-guard/core'
import type { Route, Upstream } from '../routes/route.ts'
import type { GivenRoute, GivenTrust } from './given.ts'
import { nearest } from './nearest.ts'
import { quoted } from './quoted.ts'
import type { Place } from './shape.ts'

/** Routes in the order of the file. @param place of `routes` */
export function readRoutes(
  given: ReadonlyMap<string, GivenRoute>,
  upstreams: readonly Upstream[],
  place: Place,
): readonly Route[] {
  return [...given].map(([key, route]) => readRoute(key, route, upstreams, place.member(key)))
}

function readRoute(key: string, given: GivenRoute, upstreams: readonly Upstream[], place: Place): Route {
  const space = key.indexOf(' ')
  const path = key.slice(space + 1)
  const name = given.name ?? key.slice(0, 128)
  return {
    name,
    path: path === 'rest' ? '*' : path,
    methods: space === -1 ? undefined : key.slice(0, space).split(','),
    requirement: requirementOf(name, given),
    upstream: upstreamOf(given.upstream, upstreams, place),
    cutPrefix: given.cutPrefix ?? '',
    addPrefix: given.addPrefix ?? '',
    pass: given.pass ?? [],
    passNames: (given.passNames ?? []).map((field) => field.toLowerCase()),
    digest: given.digest ?? 'buffer',
    maxContent: given.maxContent ?? 1_048_576,
    upgrade: given.upgrade ?? false,
    encodedSlash: given.encodedSlash ?? false,
  }
}

function requirementOf(name: string, given: GivenRoute): Requirement<TokenKind> {
  const { scope, accept, person, mission, class: agentClass, classPolicy, optional, account } = given
  const { components, singleUse } = given
  const trust = given.trust === undefined ? undefined : trustOf(given.trust)
  const members = { scope, accept, person, mission, class: agentClass, classPolicy, optional, account }
  return withoutUndefined({ name, ...members, components, singleUse, trust }) as Requirement<TokenKind>
}

/** A list names person servers: whoever trusts one lets its agents in, whatever their provider. */
export function trustOf(given: GivenTrust): Trust {
  if (given === 'any') return given
  if (Array.isArray(given)) return { agentProviders: 'any', personServers: given }
  return withoutUndefined(given as object) as Trust
}

function upstreamOf(name: string | undefined, upstreams: readonly Upstream[], place: Place): Upstream {
  const names = upstreams.map((upstream) => upstream.name)
  if (name === undefined) {
    const [only] = upstreams
    if (only !== undefined && upstreams.length === 1) return only
    return place.fail(`"upstream" of the route is missing: write one of ${names.join(', ')}`)
  }
  const found = upstreams.find((upstream) => upstream.name === name)
  if (found !== undefined) return found
  const meant = nearest(name, names)
  const remedy = meant === undefined ? `write one of ${names.join(', ')}` : `did you mean "${meant}"?`
  return place.member('upstream').fail(`${quoted(name)} is not one of "upstreams": ${remedy}`)
}

export function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
}
