import type { UntrustedSignature } from './select-signature.ts'

/**
 * Which requests are accepted once only. It counts every guard of a resource; `singleUse` of a route counts beside it.
 *
 * - `'auto'`: unsafe methods whose signature tells one request from the next: it has a `nonce`, or covers
 *   `content-digest`. Without either, two equal requests of one second have the same signature, so both pass.
 * - `'unsafe'`: all unsafe methods. An agent that sends two requests to one path within a second must add a `nonce`.
 * - `'all'`: every method.
 * - `'off'`: none.
 */
export type ReplayScope = 'auto' | 'unsafe' | 'all' | 'off'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request is accepted once only under `scope` (REPLAY-3). */
export function isOneTime(scope: ReplayScope, method: string, signature: UntrustedSignature): boolean {
  if (scope === 'all' || scope === 'off') return scope === 'all'
  return !isSafe(method) && (scope === 'unsafe' || hasNonce(signature) || coversContent(signature))
}

/** Whether the signature has a `nonce`. An empty one tells nothing apart. */
export function hasNonce({ input }: Pick<UntrustedSignature, 'input'>): boolean {
  const nonce = input.params.get('nonce')
  return nonce?.type === 'string' && nonce.value !== ''
}

function coversContent({ components }: UntrustedSignature): boolean {
  return components.includes('content-digest')
}

/** Whether a method asks for no change (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return safeMethods.has(method)
}
