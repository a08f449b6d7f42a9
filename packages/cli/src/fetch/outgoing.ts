import { type Component, type SignedMessage, signDraft, type TestKey } from '@aauth-guard/testing'
import { type Coverage, isCoverable } from './coverage.ts'

/** A request before it is signed. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array<ArrayBuffer> | undefined
  /** Whether it asks for what a 202 promised. */
  readonly isPoll?: boolean
}

/** A token, and where it may be sent. */
export interface Credential {
  readonly kind: 'agent-token' | 'person-token' | 'auth-token'
  readonly token: string
  readonly origins: readonly string[]
}

/** Origin form. */
export function targetOf({ pathname, search }: URL): string {
  return `${pathname}${search}`
}

/** What the signature of a request covers: what AAuth wants of every signature, and `more` of what the request has. */
export function componentsOf({ url, headers, body }: Outgoing, more: readonly string[]): readonly string[] {
  const names = new Set(headers.map(([name]) => name))
  const covered = [
    ...['@method', '@authority', '@path', 'signature-key'],
    ...(url.search === '' ? [] : ['@query']),
    ...(body === undefined ? [] : ['content-digest']),
    ...['authorization', 'aauth-mission', 'content-type'].filter((name) => names.has(name)),
    ...more.filter((name) => isCoverable(name, headers)),
  ]
  return [...new Set(covered)]
}

/** Signs a request with the key that `token` is bound to. */
export async function sign(
  outgoing: Outgoing,
  { token }: Credential,
  { key, now, coverage }: { readonly key: TestKey; readonly now: number; readonly coverage: Coverage },
): Promise<SignedMessage> {
  const { method, url, headers, body } = outgoing
  const components = componentsOf(outgoing, coverage.components)
  return signDraft({
    method,
    authority: url.host,
    target: targetOf(url),
    headers: components.includes('content-digest') ? [...headers, await contentDigest(body)] : headers,
    label: 'sig',
    components: components.map((name): Component => ({ name })),
    // Two signatures of one second would be the same without it, and the second one a replay.
    params: { created: now, nonce: crypto.randomUUID(), ...coverage.params },
    scheme: 'jwt',
    schemeParams: { jwt: token },
    key,
    ...(body && { body }),
  })
}

async function contentDigest(
  body: Uint8Array<ArrayBuffer> = new Uint8Array(),
): Promise<readonly [string, string]> {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('base64')
  return ['content-digest', `sha-256=:${digest}:`]
}
