/** What a server answers to one of its two documents. */
export interface Exchange {
  readonly document: 'metadata' | 'jwks'
  readonly issuer: string
  readonly metadata: Record<string, unknown>
  readonly keys: readonly Record<string, unknown>[]
  readonly signal: AbortSignal | undefined
}

/** A wrong answer to an exchange. */
export type Wrong = (exchange: Exchange) => Response | Promise<Response>

const json = (body: unknown, init: ResponseInit = {}): Response => {
  const headers = { 'content-type': 'application/json', ...(init.headers as Record<string, string>) }
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { ...init, headers })
}
const honest = ({ document, metadata, keys }: Exchange, headers: Record<string, string> = {}): Response =>
  json(document === 'metadata' ? metadata : { keys }, { headers })
const wrongMetadata =
  (change: (exchange: Exchange) => Record<string, unknown>): Wrong =>
  (exchange) =>
    exchange.document === 'metadata' ? json(change(exchange)) : honest(exchange)
const wrongKeys =
  (change: (keys: readonly Record<string, unknown>[], exchange: Exchange) => unknown): Wrong =>
  (exchange) =>
    exchange.document === 'jwks' ? json({ keys: change(exchange.keys, exchange) }) : honest(exchange)
const without = (object: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
/** Both documents, honest but for text put in front of their first member. */
const prefixed =
  (first: (document: Exchange['document']) => string): Wrong =>
  ({ document, metadata, keys }) =>
    json(`{${first(document)},${JSON.stringify(document === 'metadata' ? metadata : { keys }).slice(1)}`)
const never = ({ signal }: Exchange): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))

/** A way for an issuer to publish wrongly. */
export type Misbehaviour =
  | 'redirect'
  | 'not-found'
  | 'server-error'
  | 'hang'
  | 'unreachable'
  | 'html'
  | 'not-json'
  | 'json-array'
  | 'duplicate-members'
  | 'huge'
  | 'endless'
  | 'content-encoding'
  | 'no-issuer'
  | 'other-issuer'
  | 'issuer-with-slash'
  | 'no-jwks-uri'
  | 'foreign-jwks-uri'
  | 'http-jwks-uri'
  | 'no-keys'
  | 'empty-keys'
  | 'duplicate-kid'
  | 'no-alg'
  | 'polymorphic-alg'
  | 'private-key'
  | 'encryption-key'
  | 'small-order-key'
  | 'unusable-siblings'
  | 'cache-forever'
  | 'no-store'

/** Every way an issuer can publish its documents wrongly, by name. */
export const misbehaviours: Readonly<Record<Misbehaviour, Wrong>> = {
  redirect: () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } }),
  'not-found': () => json({}, { status: 404 }),
  'server-error': () => json({}, { status: 500 }),
  hang: never,
  unreachable: () => Promise.reject(new TypeError('fetch failed')),
  html: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
  'not-json': () => json('{"issuer": '),
  'json-array': () => json([]),
  'duplicate-members': prefixed((document) =>
    document === 'metadata' ? '"issuer":"https://other.example"' : '"keys":[]',
  ),
  huge: prefixed(() => `"padding":"${'x'.repeat(300_000)}"`),
  endless: () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(' '.repeat(16_384)))
        },
      }),
      { headers: { 'content-type': 'application/json' } },
    ),
  'content-encoding': (exchange) => honest(exchange, { 'content-encoding': 'br' }),
  'no-issuer': wrongMetadata(({ metadata }) => without(metadata, 'issuer')),
  'other-issuer': wrongMetadata(({ metadata }) => ({ ...metadata, issuer: 'https://other.example' })),
  'issuer-with-slash': wrongMetadata(({ metadata, issuer }) => ({ ...metadata, issuer: `${issuer}/` })),
  'no-jwks-uri': wrongMetadata(({ metadata }) => without(metadata, 'jwks_uri')),
  'foreign-jwks-uri': wrongMetadata(({ metadata }) => ({
    ...metadata,
    jwks_uri: 'https://elsewhere.example/jwks',
  })),
  'http-jwks-uri': wrongMetadata(({ metadata, issuer }) => ({
    ...metadata,
    jwks_uri: `${issuer.replace('https:', 'http:')}/jwks.json`,
  })),
  'no-keys': wrongKeys(() => undefined),
  'empty-keys': wrongKeys(() => []),
  /** Whoever takes the first key of a `kid`, and whoever takes the last, gets the true one. */
  'duplicate-kid': wrongKeys((keys) => [...keys, { ...keys[0], x: base64urlZero }, keys[0]]),
  'no-alg': wrongKeys((keys) => keys.map((key) => without(key, 'alg'))),
  'polymorphic-alg': wrongKeys((keys) => keys.map((key) => ({ ...key, alg: 'EdDSA' }))),
  'private-key': wrongKeys((keys) => keys.map((key) => ({ ...key, d: base64urlZero }))),
  'encryption-key': wrongKeys((keys) => keys.map((key) => ({ ...key, use: 'enc' }))),
  'small-order-key': wrongKeys((keys) => keys.map((key) => ({ ...key, x: base64urlZero }))),
  'unusable-siblings': wrongKeys((keys) => [null, 7, { kty: 'AKP', kid: 'post-quantum' }, ...keys]),
  'cache-forever': (exchange) => honest(exchange, { 'cache-control': 'public, max-age=31536000, immutable' }),
  'no-store': (exchange) => honest(exchange, { 'cache-control': 'no-store' }),
}

const base64urlZero = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** The response of an issuer that behaves as named, or well. */
export function respond(
  exchange: Exchange,
  misbehaviour: Misbehaviour | undefined,
): Response | Promise<Response> {
  return misbehaviour === undefined ? honest(exchange) : misbehaviours[misbehaviour](exchange)
}
