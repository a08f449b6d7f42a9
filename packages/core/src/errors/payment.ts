import { assert } from '../assert/assert.ts'

/** What asks for a payment beside an auth token, in the words of a payment protocol. */
export interface Payment {
  /**
   * Header fields, 1 to 16 with values of 1 to 8192 characters, such as a challenge in `www-authenticate`. Fields that the
   * challenge itself has, and those of framing, connections and cookies, are refused.
   */
  readonly headers: Readonly<Record<string, string>>
  /** Members of the body beside those of the problem document, which cannot be replaced. At most 16 384 octets as JSON. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** How fields begin that the challenge itself has, and those of framing, connections and cookies. */
const reserved = [
  'aauth-',
  'accept-signature',
  'cache-control',
  'connection',
  'content-',
  'http2-settings',
  'keep-alive',
  'link',
  'location',
  'proxy-connection',
  'set-cookie',
  'signature-error',
  'trailer',
  'transfer-',
  'upgrade',
]

/** @throws {TypeError} */
export function checkPayment(given: unknown): Payment {
  const { headers, body = {}, ...others } = { ...(given as Payment | undefined) }
  const fields = [...new Headers(Object.entries(headers ?? {}))]
  // A copy, so that what was checked is what is sent.
  const text = JSON.stringify(body)
  const wrong = fields.find(
    ([name, value]) =>
      value === '' || value.length > 8192 || reserved.some((start) => name.startsWith(start)),
  )?.[0]
  assert(
    wrong === undefined &&
      fields.length > 0 &&
      fields.length <= 16 &&
      Object.keys(others).length === 0 &&
      text.startsWith('{') &&
      new TextEncoder().encode(text).length <= 16_384,
    `"payment" is not { headers, body } with fields of payments alone, or too long: change ${wrong ?? 'it'}`,
  )
  return Object.freeze({ headers: Object.freeze(Object.fromEntries(fields)), body: JSON.parse(text) })
}
