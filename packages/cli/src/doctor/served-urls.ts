import { type Answer, jsonOf } from './answer.ts'
import type { Examination } from './examination.ts'

/** Where a document of the API says that something is: `'named'` is a host of `--also`. */
export type Place =
  | { readonly kind: 'missing' | 'malformed' }
  | { readonly kind: 'here' | 'named' | 'elsewhere'; readonly url: URL }

/** Judges a URL in the metadata, without asking it. */
export function placeOf({ api: { target, also } }: Examination, value: unknown): Place {
  if (value === undefined) return { kind: 'missing' }
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return { kind: 'malformed' }
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') return { kind: 'malformed' }
  // A blob: URL has the origin of the URL within it.
  if (`${url.protocol}//${url.host}` === target.origin) return { kind: 'here', url }
  return { kind: also.has(url.host) ? 'named' : 'elsewhere', url }
}

/** Fetches the keys; `undefined` where the metadata does not say where they are, or names a host that is not asked. */
export async function fetchKeys(examination: Examination, query = ''): Promise<Answer | undefined> {
  const place = placeOf(examination, (await examination.metadata()).jwks_uri)
  if (!('url' in place) || place.kind === 'elsewhere') return undefined
  const { prober } = examination.api
  if (place.kind === 'named') return prober.fetchNamed(place.url)
  const { pathname, search } = place.url
  return prober.send({ target: `${pathname}${search === '' ? query : search}` })
}

/** {@link fetchKeys}, for all checks that look at the keys. */
export function keysAnswer(examination: Examination): Promise<Answer | undefined> {
  return examination.once('keys', () => fetchKeys(examination))
}

/** The members of `keys` that are objects; `undefined` for anything that is not a JWK set. */
export function readKeys(answer: Answer): readonly Readonly<Record<string, unknown>>[] | undefined {
  const keys = answer.status === 200 ? jsonOf(answer)?.keys : undefined
  if (!Array.isArray(keys)) return undefined
  return keys.filter((key): key is Record<string, unknown> => typeof key === 'object' && key !== null)
}
