import { AAuthError, isAAuthError } from './aauth-error.ts'
import { completeRefusal } from './pending-step-up.ts'

/** A response, for any framework to send. */
export interface Answer {
  readonly status: number
  /** Lower-case names; `content-type` included, framing not. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The response to a refusal. For a step-up it signs the resource token, which is why every answer is a promise.
 * The promise never rejects: what is not an {@link AAuthError} becomes `server_error`, so that nothing of it gets
 * out. The answer follows from the code alone, whatever others wrote on the error since.
 */
export async function answer(error: unknown): Promise<Answer> {
  try {
    if (isAAuthError(error)) return answerOf(await completeRefusal(error))
  } catch {
    // A refusal that cannot even be read is an unknown fault.
  }
  return answerOf(new AAuthError('server_error', { retryAfter: 5 }))
}

function answerOf({ problem, headers }: AAuthError): Answer {
  return {
    status: problem.status as number,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(problem),
  }
}
