import type { Component, TestKey } from '@aauth-guard/testing'
import { signDraft } from '@aauth-guard/testing'
import type { HeaderLine } from './answer.ts'

/** Whoever signs the probes that need a verified caller. */
export interface Caller {
  readonly key: TestKey
  readonly token: string
}

/** What a signature is made over. It may differ from what is sent, to find out what the API received. */
export interface SignedParts {
  readonly method: string
  readonly authority: string
  /** Path and query. */
  readonly target: string
  /** Lines that are sent and may be covered. */
  readonly lines: readonly HeaderLine[]
  /** Covered beside what every signature covers. */
  readonly cover: readonly string[]
  /** Seconds. */
  readonly created: number
}

/** Signs with the token of a caller. @returns every line to send */
export function signAs({ key, token }: Caller, parts: SignedParts): Promise<readonly HeaderLine[]> {
  return sign(parts, key, 'jwt', { jwt: token })
}

/**
 * Lines of a signature that no API accepts: of a scheme that nobody serves. How an API refuses it tells whether the
 * lines arrived and how its clock stands.
 */
export function signAsNobody(parts: SignedParts): Promise<readonly HeaderLine[]> {
  return sign(parts, nobody, 'x-doctor', {})
}

const nobody: TestKey = {
  alg: 'Ed25519',
  kid: 'nobody',
  jwk: {},
  thumbprint: '',
  sign: async () => new Uint8Array(64),
}

const base = ['@method', '@authority', '@path', 'signature-key']

async function sign(
  { method, authority, target, lines, cover, created }: SignedParts,
  key: TestKey,
  scheme: string,
  schemeParams: Readonly<Record<string, string>>,
): Promise<readonly HeaderLine[]> {
  const components = [...new Set([...base, ...cover])].map((name): Component => ({ name }))
  const { headers } = await signDraft({
    method,
    authority,
    target,
    headers: lines,
    label: 'sig',
    components,
    // Tells the probe from the one before it, where each signature is accepted once only.
    params: { created, nonce: crypto.randomUUID() },
    scheme,
    schemeParams,
    key,
  })
  return headers
}
