import type { Agent } from '@aauth-guard/testing'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWK } from 'jose'

/** The claims that tell a story, in the order in which they are told. */
const claimsThatMatter = ['iss', 'aud', 'ps', 'sub', 'agent', 'scope', 'mission', 'mission_s256'] as const

/** What a token is and says, without the `https://` of all names: `auth token`, `iss ps.example, aud …`. */
export function describe(token: string): readonly [kind: string, claims: string] {
  const kind = decodeProtectedHeader(token).typ?.replace(/^aa-(.*)\+jwt$/, '$1 token')
  const claims = decodeJwt(token)
  const said = claimsThatMatter.flatMap((name) => {
    const value = claims[name]
    if (value === undefined) return []
    const text = typeof value === 'string' ? value : JSON.stringify(value, ['approver', 's256'], 1)
    return `${name} ${abbreviate(text).replaceAll(/\n */g, ' ').replaceAll('https://', '')}`
  })
  return [kind ?? 'token of no kind', said.join(', ')]
}

/** Whether a person token or auth token is worth something in the hands of this agent alone. */
export async function isBoundTo(token: string, { key }: Agent): Promise<boolean> {
  const { jwk } = decodeJwt(token).cnf as { jwk: JWK }
  return (await calculateJwkThumbprint(jwk)) === key.thumbprint
}

/** The resource token that an answer asks the agent to carry to its person server, if it does. */
export function resourceTokenOf(response: Response): string | undefined {
  return /resource-token="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '')?.[1]
}

/** Tokens, signatures, digests, codes and pending URLs, short enough to read. */
export function abbreviate(value: string): string {
  return value
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…')
    .replace(/:([\w+/]{8})[\w+/]{12,}=*:/g, ':$1…:')
    .replace(/"([\w-]{8})[\w-]{35}"/g, '"$1…"')
    .replace(/(\/pending\/)[\w-]+/g, '$1…')
    .replace(/(AAuth )[\w.~+/-]+=*/g, '$1…')
    .replace(/code="[^"]+"/g, 'code="…"')
}
