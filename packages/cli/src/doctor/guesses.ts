import { quotedForTerminal } from '../terminal/shown.ts'
import type { SignedProbe } from './signed-probe.ts'
import type { Target } from './target.ts'

/** What a proxy may have made of the request, and what to do where the API confirms it. */
export interface Guess {
  readonly signed: NonNullable<SignedProbe['signed']>
  readonly id: string
  readonly found: string
  readonly remedy: string
}

/** Requests that are spent on them. */
export const mostGuesses = 6

const keysPath = '/aauth/jwks.json'

/** In the order of what is most likely. */
export function guesses(
  { authority, path, query }: Target,
  metadata: Readonly<Record<string, unknown>>,
): readonly Guess[] {
  const said = (received: string): string =>
    `The URL has the path ${quotedForTerminal(path)}, and the API verifies signatures for ${quotedForTerminal(received)}.`
  const byPath = (received: string, id: string, remedy: string): Guess => ({
    signed: { target: `${received}${query}` },
    id,
    found: said(received),
    remedy,
  })
  const prefix = prefixOf(metadata)
  const all = [
    ...(prefix === ''
      ? []
      : [
          byPath(
            `${prefix}${path}`,
            'prefix-not-removed',
            `Remove "strippedPrefix" ${quotedForTerminal(prefix)} from createResource, or let the proxy take the prefix away.`,
          ),
        ]),
    ...leadingSegments(path).map((start) =>
      byPath(
        path.slice(start.length) || '/',
        'prefix-removed',
        `Set "strippedPrefix" of createResource to ${quotedForTerminal(start)}, or let the proxy keep the path.`,
      ),
    ),
    ...otherAuthority(authority, metadata),
    ...rewritten(path).map((received) =>
      byPath(
        received,
        'path-changed',
        'Let the proxy pass the path as it came, without decoding or tidying it.',
      ),
    ),
  ]
  return all
}

/** What the keys of the API lie under is what it believes that a proxy takes away. */
function prefixOf({ jwks_uri: uri }: Readonly<Record<string, unknown>>): string {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return ''
  const { pathname } = new URL(uri)
  return pathname.endsWith(keysPath) ? pathname.slice(0, -keysPath.length) : ''
}

/** `/api`, `/api/v1` of `/api/v1/notes`: up to three, and never all of it twice. */
function leadingSegments(path: string): string[] {
  const segments = path.split('/').slice(1)
  return segments
    .slice(0, 3)
    .map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)
    .filter((start) => start !== '/' && !start.endsWith('/'))
}

function otherAuthority(authority: string, { issuer }: Readonly<Record<string, unknown>>): Guess[] {
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return []
  const { host } = new URL(issuer)
  if (host === authority) return []
  return [
    {
      signed: { authority: host },
      id: 'host-changed',
      found: `The URL has the host ${quotedForTerminal(authority)}, and the API verifies signatures for ${quotedForTerminal(host)}.`,
      remedy: `List ${quotedForTerminal(authority)} in "authorities" of createResource if agents call it, and let the proxy pass Host as it came (nginx: proxy_set_header Host $host).`,
    },
  ]
}

/** What proxies make of a path that they tidy. */
function rewritten(path: string): string[] {
  const changed = [
    decoded(path),
    path
      .split('/')
      .filter((segment, index, all) => segment !== '' || index === 0 || index === all.length - 1)
      .join('/'),
    path.endsWith('/') ? path.slice(0, -1) : `${path}/`,
    path.toLowerCase(),
  ]
  return [...new Set(changed)].filter((one) => one !== path && one !== '')
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
