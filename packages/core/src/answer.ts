import { AAuthError, isAAuthError } from './errors.ts'

/** A response, for any framework to send. */
export interface Answer {
  readonly status: number
  /** Lower-case names; `content-type` included, framing not. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The response to a refusal. Never throws; what is no {@link AAuthError} becomes `server_error`, so that nothing
 * of it gets out. The answer follows from the code alone, whatever others wrote on the error since.
 */
export function answer(error: unknown): Answer {
  try {
    if (isAAuthError(error)) return answerOf(error)
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
