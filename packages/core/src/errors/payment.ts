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

const reserved: ReadonlySet<string> = new Set([
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'link',
  'location',
  'set-cookie',
  'signature-error',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** @throws {TypeError} */
export function checkPayment(given: unknown): Payment {
  const { headers, body, ...others } = { ...(given as Payment | undefined) }
  if (typeof headers !== 'object' || headers === null || Object.keys(others).length > 0)
    throw new TypeError(
      '"payment" is not of the form { headers, body }: pass the fields of your payment protocol',
    )
  const fields = [...new Headers(Object.entries(headers))]
  if (fields.length === 0 || fields.length > 16)
    throw new TypeError('"headers" of "payment" does not have 1 to 16 fields: say how to pay')
  for (const [name, value] of fields) {
    if (reserved.has(name) || name.startsWith('aauth-') || name.startsWith('accept-signature'))
      throw new TypeError(
        `"headers" of "payment" contains ${name}, which is not a field of payments: leave it out`,
      )
    if (value === '' || value.length > 8192)
      throw new TypeError(`${name} in "headers" of "payment" does not have 1 to 8192 characters: change it`)
  }
  // A copy, so that what was checked is what is sent.
  const text = body === undefined ? '{}' : JSON.stringify(body)
  if (typeof body !== 'undefined' && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw new TypeError('"body" of "payment" is not an object: pass its members')
  if (new TextEncoder().encode(text).length > 16_384)
    throw new TypeError('"body" of "payment" has more than 16384 octets: shorten it')
  return Object.freeze({ headers: Object.freeze(Object.fromEntries(fields)), body: JSON.parse(text) })
}
