import { AAuthError } from './aauth-error.ts'

/**
 * The refusal for a thrown value that is not an `AAuthError`. Its text goes only into the hint.
 * @param permanent whether the caller is told that trying again will not help
 */
export function serverFault(thrown: unknown, permanent = false): AAuthError {
  const hint =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a value that is not an Error was thrown'
  return new AAuthError('server_error', {
    hint,
    cause: thrown,
    ...(permanent ? { permanent } : { retryAfter: 5 }),
  })
}
