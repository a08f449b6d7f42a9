import { AAuthError, isAAuthError } from './aauth-error.ts'
import { completeRefusal } from './pending-step-up.ts'

/** A response, for any framework to send. */
export interface Answer {
  readonly status: number
  /** Names in lower case. Includes `content-type`, but not framing. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Makes the response to a refusal. For a step-up it signs the resource token, so the result is a promise. The promise
 * never rejects: anything that is not an {@link AAuthError} is answered with `server_error`, and nothing of it is sent.
 * The response does not change if other code writes on the error.
 */
export async function answer(error: unknown): Promise<Answer> {
  try {
    if (isAAuthError(error)) return answerOf(await completeRefusal(error))
  } catch {
    // An error that cannot be read is answered like any unknown error.
  }
  return answerOf(new AAuthError('server_error', { retryAfter: 5 }))
}

function answerOf({ problem, headers }: AAuthError): Answer {
  const { status } = problem
  return {
    // In the body of a 202, `status` is a text (draft 11 §11.8.2).
    status: typeof status === 'number' ? status : 202,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(problem),
  }
}
