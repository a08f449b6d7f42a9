import {
  type BareItem,
  isInnerList,
  parseDictionary,
  serializeInnerList,
  serializeItem,
  Token,
} from 'structured-headers'
import { base64, type TestKey } from './keys.ts'

/** A request with its signature, as it goes over the wire. */
export interface SignedMessage {
  readonly method: string
  /** Absolute. */
  readonly url: string
  /** Origin form, byte for byte. */
  readonly target: string
  /** Every line in order; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array<ArrayBuffer>
  /** The text that was signed. */
  readonly base: string
}

/** A covered component and its parameters. */
export interface Component {
  readonly name: string
  readonly params?: Readonly<Record<string, BareItem>>
}

/** Everything a signature is made of, before it is made. */
export interface Draft {
  readonly method: string
  /** Of the message's URL; default `https`. The signature covers https in either case. */
  readonly protocol?: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: Uint8Array<ArrayBuffer>
  readonly label: string
  /** A second label for the very same signature, token and components. */
  readonly twin?: string
  readonly components: readonly Component[]
  readonly params: Readonly<Record<string, BareItem>>
  readonly scheme: string
  readonly schemeParams: Readonly<Record<string, BareItem>>
  readonly key: TestKey
}

/**
 * Signs a draft as RFC 9421 §2 and §3.1 say. Shares no code with the verifier: the headers are written by
 * `structured-headers`.
 */
export async function signDraft(draft: Draft): Promise<SignedMessage> {
  const { method, target, authority, label, key, body } = draft
  const items = draft.components.map(
    ({ name, params = {} }) => [name, new Map(Object.entries(params))] as [string, Map<string, BareItem>],
  )
  const list: CoveredList = [items, new Map(Object.entries(draft.params))]
  const labels = draft.twin === undefined ? [label] : [label, draft.twin]
  const under = (member: string): string => labels.map((name) => `${name}=${member}`).join(', ')
  const signatureKey = under(
    serializeItem([new Token(draft.scheme), new Map(Object.entries(draft.schemeParams))]),
  )
  const fields: (readonly [string, string])[] = [...draft.headers, ['signature-key', signatureKey]]
  const params = serializeInnerList(list)
  const base = signatureBase({ method, target, authority, fields }, list)
  const signature = await key.sign(new TextEncoder().encode(base))
  const headers = [
    ...fields,
    ['signature-input', under(params)] as const,
    ['signature', under(`:${base64(signature)}:`)] as const,
  ]
  const url = `${draft.protocol ?? 'https'}://${authority}${target}`
  return { method, url, target, headers, base, ...(body && { body }) }
}

/** The protocol that a URL is sent by: plain http is for addresses on this machine. */
export function protocolOf(url: string): 'http' | 'https' {
  return /^http:\/\/(?:localhost|127\.0\.0\.1)(?::|\/|$)/.test(url) ? 'http' : 'https'
}

/** What a signature covers, as its receiver sees it. */
export interface Signable {
  readonly method: string
  readonly authority: string
  /** Origin form. */
  readonly target: string
  /** Every line in order; names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

type CoveredList = [[string, Map<string, BareItem>][], Map<string, BareItem>]

/** The text that is signed (RFC 9421 §2.5). */
export function signatureBase({ method, authority, target, fields }: Signable, list: CoveredList): string {
  const lines = list[0].map((item) => {
    const [name, params] = item
    const identifier = serializeInnerList([[item], new Map()]).slice(1, -1)
    const key = params.get('key')
    return `${identifier}: ${typeof key === 'string' ? member(value(name), key) : value(name)}`
  })
  return [...lines, `"@signature-params": ${serializeInnerList(list)}`].join('\n')

  function value(name: string): string {
    const [path = '', ...query] = target.split('?')
    switch (name) {
      case '@method':
        return method
      case '@authority':
        return authority.toLowerCase().replace(/:443$/, '')
      case '@path':
        return path
      case '@query':
        return `?${query.join('?')}`
      case '@scheme':
        return 'https'
      case '@target-uri':
        return `https://${authority.toLowerCase().replace(/:443$/, '')}${target}`
      case '@request-target':
        return target
      default:
        return fields
          .filter(([field]) => field === name)
          .map(([, line]) => line.trim())
          .join(', ')
    }
  }
}

/** The value of a component with parameter `key` (RFC 9421 §2.1.2). */
function member(field: string, key: string): string {
  const found = parseDictionary(field).get(key)
  if (found === undefined) return ''
  return isInnerList(found) ? serializeInnerList(found) : serializeItem(found)
}
