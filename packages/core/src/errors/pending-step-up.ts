import { AAuthError } from './aauth-error.ts'

const pending = new WeakMap<AAuthError, () => Promise<AAuthError>>()
const completed = new WeakMap<AAuthError, Promise<AAuthError>>()

/**
 * A step-up whose resource token is not signed yet. A challenge without a resource token is of no use to an agent
 * (draft 11 §6.5), so this error itself stands for a 500 without the headers of the protocol.
 */
export class PendingStepUp extends AAuthError {
  override readonly status = 500
  override readonly expose = false

  /** @param complete signs the resource token; resolves to the refusal to send */
  constructor(complete: () => Promise<AAuthError>) {
    super('auth_token_required', {
      hint: 'the resource token of this step-up is not signed yet: send what answer(error) returns',
    })
    this.message =
      'nothing answered the error of stepUp: mount answerRefusals() behind the routes on Express, or send what answer(error) returns'
    // Unlike other refusals it may reach a log, where the stack shows which call of `stepUp` was not answered.
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

/** The refusal to send for `error`. For a step-up it is the challenge with a resource token, which is signed once. */
export function completeRefusal(error: AAuthError): AAuthError | Promise<AAuthError> {
  const complete = pending.get(error)
  if (complete === undefined) return error
  const known = completed.get(error) ?? complete()
  completed.set(error, known)
  return known
}
