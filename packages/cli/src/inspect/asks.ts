import type { UntrustedToken } from './token.ts'

/**
 * What a resource would still ask of an agent that presents the token, one sentence each.
 * @param isPresented whether a request carries it already
 */
export function asksFor(token: UntrustedToken, now: number, isPresented: boolean): readonly string[] {
  const { kind, claims } = token
  const { exp } = claims
  const renewal = typeof exp === 'number' && now >= exp ? ['a token that has not expired'] : []
  if (kind === 'resource-token')
    return [
      ...renewal,
      `nothing: the agent takes a resource token to "aud", ${String(claims.aud)}, and gets an auth token there`,
    ]
  if (isPresented) return [...renewal, ...furtherTokens(token)]
  const { thumbprint } = token
  const key = thumbprint === undefined ? '"cnf.jwk"' : `"cnf.jwk", whose thumbprint is ${thumbprint}`
  return [...renewal, `a signature of each request with the key in ${key}`, ...furtherTokens(token)]
}

function furtherTokens({ kind, generation, claims }: UntrustedToken): readonly string[] {
  switch (kind) {
    case 'agent-token':
      return [
        'where the route accepts agent tokens: nothing more',
        'where the route requires a person: a person token (draft 11)',
        'where the route requires a scope: an auth token. In drafts 01 to 10 the resource issues a resource token for this agent token; in draft 11 it asks for a person token first',
      ]
    case 'person-token':
      return [
        'where the route accepts person tokens: nothing more',
        'where the route requires a scope: an auth token, for the resource token that it issues for this person token',
        ...missionOf(claims.mission_s256),
      ]
    case 'auth-token':
      return [
        ...scopesOf(claims.scope),
        ...missionOf(generation === 'person-token' ? claims.mission_s256 : claims.mission),
      ]
    default:
      return ['another token: "typ" is not one that agents present to resources']
  }
}

function scopesOf(scope: unknown): readonly string[] {
  if (typeof scope !== 'string' || scope === '')
    return ['where the route requires a scope: an auth token that grants it; this one grants none']
  return [
    `where the route requires no scope but "${scope}": nothing more`,
    'where the route requires another scope: an auth token that grants it',
  ]
}

function missionOf(mission: unknown): readonly string[] {
  return mission === undefined ? ['where the route requires a mission: a token that carries one'] : []
}
