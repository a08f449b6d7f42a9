import { isInnerList, parseDictionary } from 'structured-headers'
import { fieldOf, type Received } from './send.ts'

/** What a signature is made of beside what every signature of AAuth is made of. */
export interface Coverage {
  readonly components: readonly string[]
  /** `nonce` and `tag`, where the server chose them. */
  readonly params: Readonly<Record<string, string>>
}

/** Nothing more. */
export const noCoverage: Coverage = { components: [], params: {} }

const derived: ReadonlySet<string> = new Set([
  '@method',
  '@authority',
  '@path',
  '@query',
  '@scheme',
  '@target-uri',
  '@request-target',
])

/**
 * What a refusal wants of the signature: `required_input` of `Signature-Error`, and `Accept-Signature` (RFC 9421 §5.1).
 * Components with parameters are left out, since AAuth has none.
 */
export function demandedCoverage(received: Received): Coverage {
  if (received.status < 400) return noCoverage
  const error = members(fieldOf(received, 'signature-error')).get('required_input')
  const [accepted] = members(fieldOf(received, 'accept-signature')).values()
  const components = [error, accepted].flatMap((list) =>
    list !== undefined && isInnerList(list)
      ? list[0].flatMap(([name, params]) => (typeof name === 'string' && params.size === 0 ? [name] : []))
      : [],
  )
  const params = ['nonce', 'tag'].flatMap((name) => {
    const value = accepted?.[1].get(name)
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  return { components: [...new Set(components)], params: Object.fromEntries(params) }
}

/** Whether a request with these fields can cover a component. A digest can always be added. */
export function isCoverable(name: string, headers: readonly (readonly [string, string])[]): boolean {
  return derived.has(name) || name === 'content-digest' || headers.some(([field]) => field === name)
}

function members(field: string | undefined): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field ?? '')
  } catch {
    return new Map()
  }
}
