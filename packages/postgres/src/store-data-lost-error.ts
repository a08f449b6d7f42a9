/**
 * The database answers, but has lost entries, or was never prepared. Nothing that relies on it passes until
 * `prepare` was called.
 *
 * @example
 * ```ts
 * import { StoreDataLostError } from '@aauth-guard/postgres'
 *
 * export const isLoss = (error: unknown): boolean => error instanceof StoreDataLostError
 * ```
 */
export class StoreDataLostError extends Error {
  override readonly name = 'StoreDataLostError'
}
