import { AAuthError } from './aauth-error.ts'

const pending = new WeakMap<AAuthError, () => Promise<AAuthError>>()
const completed = new WeakMap<AAuthError, Promise<AAuthError>>()

/**
 * A step-up whose resource token was not signed yet. A challenge without its resource token tells an agent nothing
 * (draft 11 §6.5), so whoever sends this error as it is sends a 500 without the headers of the protocol.
 */
export class PendingStepUp extends AAuthError {
  override readonly status = 500
  override readonly expose = false

  /** @param complete signs the resource token; resolves to the refusal that the caller is sent */
  constructor(complete: () => Promise<AAuthError>) {
    super('auth_token_required', {
      hint: 'the resource token of this step-up is not signed yet: send what answer(error) returns',
    })
    this.message =
      'nothing answered the error of stepUp: mount answerRefusals() behind the routes on Express, or send what answer(error) returns'
    // Unlike other refusals it may end up in a log, where the place of the call is what helps.
    Error.captureStackTrace?.(this, PendingStepUp)
    pending.set(this, complete)
  }

  override get headers(): Readonly<Record<string, string>> {
    return {}
  }

  override get problem(): Readonly<Record<string, unknown>> {
    return new AAuthError('server_error', { permanent: true }).problem
  }
}

/** The refusal that is sent for `error`: of a step-up the challenge with its resource token, signed once. */
export function completeRefusal(error: AAuthError): AAuthError | Promise<AAuthError> {
  const complete = pending.get(error)
  if (complete === undefined) return error
  const known = completed.get(error) ?? complete()
  completed.set(error, known)
  return known
}
