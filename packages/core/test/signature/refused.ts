import { type AAuthError, isAAuthError } from '../../src/errors/aauth-error.ts'

/** The AAuthError that `step` throws. Any other error is rethrown. */
export function refused(step: () => unknown): AAuthError {
  try {
    step()
  } catch (error) {
    if (isAAuthError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** `Signature-Error` of an `invalid_input` that lists these components (Signature Keys 09 §5.4.5). */
export function requiredInput(names: readonly string[]): string {
  return `error=invalid_input, required_input=(${names.map((name) => `"${name}"`).join(' ')})`
}
