/** Where signatures that were accepted once are remembered. `replay` counts every guard of a resource. */
export type ReplayScope = 'off' | 'unsafe' | 'all'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request with this method is remembered under `scope` (matrix REPLAY-3). */
export function remembersMethod(scope: ReplayScope, method: string): boolean {
  return scope === 'all' || (scope === 'unsafe' && !isSafe(method))
}

/** Whether a method asks for no change (RFC 9110 §9.2.1). */
export function isSafe(method: string): boolean {
  return safeMethods.has(method)
}
