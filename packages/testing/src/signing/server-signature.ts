import type { BareItem } from 'structured-headers'
import { base64, sha256, type TestKey } from './keys.ts'
import { type ServerMistake, serverMistakes } from './server-mistakes.ts'
import { type Component, protocolOf, type SignedMessage, signDraft } from './sign.ts'

/** A request of a server. */
export interface ServerRequest {
  /** Default `POST`. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/** How a server signs. */
export interface ServerSignOptions {
  /** Default `sig`. */
  readonly label?: string
  /** Covered beside what must be. */
  readonly cover?: readonly string[]
  /** Signature parameters beside `created`. */
  readonly params?: Readonly<Record<string, BareItem>>
  /** Seconds; default the network's clock. */
  readonly created?: number
  readonly mistake?: ServerMistake
}

/** Who signs, and when. */
export interface ServerIdentity {
  readonly id: string
  readonly dwk: string
  readonly key: TestKey
  readonly now: number
}

/**
 * Signs as a server does, with a key it publishes: scheme `jwks_uri` with `id`, `dwk` and `kid`; the content is
 * bound by a covered `Content-Digest`, and `Content-Type` is covered (draft 11 §11.12.1).
 */
export async function signAsServer(
  { id, dwk, key, now }: ServerIdentity,
  url: string,
  request: ServerRequest,
  options: ServerSignOptions,
): Promise<SignedMessage> {
  const [, scheme = 'https', authority = '', rest = ''] = /^(https?):\/\/([^/?#]+)(.*)$/.exec(url) ?? []
  const body = typeof request.body === 'string' ? new TextEncoder().encode(request.body) : request.body
  const digest = base64(await sha256(body ?? new Uint8Array()))
  const headers: (readonly [string, string])[] = Object.entries(request.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value],
  )
  headers.push(['content-digest', `sha-256=:${digest}:`])
  const typed = headers.some(([name]) => name === 'content-type') ? ['content-type'] : []
  const covered = [
    ...['@method', '@authority', '@path', 'signature-key', 'content-digest'],
    ...typed,
    ...(options.cover ?? []),
  ]
  const { draft: misdraft, wire } = options.mistake === undefined ? {} : serverMistakes[options.mistake]
  const draft = {
    method: request.method ?? 'POST',
    protocol: protocolOf(url),
    authority,
    target: rest.startsWith('/') ? rest : `/${rest}`,
    headers,
    label: options.label ?? 'sig',
    components: [...new Set(covered)].map((name): Component => ({ name })),
    params: { created: options.created ?? now, ...options.params },
    scheme: 'jwks_uri',
    schemeParams: { id, dwk, kid: key.kid },
    key,
    ...(body && { body }),
  }
  const signed = await signDraft(misdraft ? await misdraft(draft, now) : draft)
  // Servers of a development world have no certificates.
  const message = { ...signed, url: signed.url.replace('https:', `${scheme}:`) }
  return wire ? wire(message) : message
}
