import { malformed, readJson } from '../routes/read-json.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** Questions that one request may ask (draft 11 §7.5). */
export const maxClarifications = 5

/**
 * The answer of an agent to a question of the person.
 * @throws {AAuthError} `invalid_request`
 */
export function readClarification(request: SignedRequest, content: Uint8Array): string {
  const { action, clarification_response: answer } = readJson(request, content)
  if (action !== 'clarification_response')
    throw malformed('"action" is not "clarification_response", which is the only one that is served here')
  if (typeof answer !== 'string' || answer === '')
    throw malformed('"clarification_response" is not a text: send the answer in it')
  return answer
}
