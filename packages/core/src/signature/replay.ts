import type { SignatureStatement } from './select-signature.ts'

/**
 * Which requests are accepted only once, by all guards of a resource. `singleUse` of a route applies in addition.
 *
 * - `'auto'`: unsafe methods whose signature has a `nonce` or covers `content-digest`. Without either, two equal
 *   requests within one second have the same signature, so both are accepted.
 * - `'unsafe'`: all unsafe methods. An agent that sends two requests to one path within a second must add a `nonce`.
 * - `'all'`: every method.
 * - `'off'`: none.
 */
export type ReplayScope = 'auto' | 'unsafe' | 'all' | 'off'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request is accepted only once under `scope` (REPLAY-3). */
export function isOneTime(
  scope: ReplayScope,
  method: string,
  { hasNonce, components }: SignatureStatement,
): boolean {
  if (scope === 'all' || scope === 'off') return scope === 'all'
  return !isSafe(method) && (scope === 'unsafe' || hasNonce || components.includes('content-digest'))
}

/** Whether a method asks for no change (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return safeMethods.has(method)
}
