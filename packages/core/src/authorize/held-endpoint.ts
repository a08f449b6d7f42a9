import { assert } from '../assert/assert.ts'
import type { Answer } from '../errors/answer.ts'
import type { Resource } from '../resource/resource.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** A route whose calls are held, as adapters serve it. `hold` of `@aauth-guard/core/managed` makes it. */
export interface HeldEndpoint {
  readonly resource: Resource
  /**
   * Answers a request to the route: runs it, holds it, or refuses it. Never rejects.
   *
   * @param request as `fetchRequest` of `@aauth-guard/core/fetch` or `signedRequest` of `@aauth-guard/core/node` makes it
   * @param readContent reads the content of the request up to a number of octets; called for verified callers only, and
   * not if the content is in `request`
   */
  answer(request: SignedRequest, readContent: (limit: number) => Promise<Uint8Array>): Promise<Answer>
}

/** @throws {TypeError} for what is not a held endpoint, so that the mistake shows at start-up */
export function assertHeldEndpoint(held: HeldEndpoint): void {
  assert(
    typeof held?.answer === 'function' && held.resource !== undefined,
    `the argument of holdCalls is ${quoted(held)}: pass what hold() of @aauth-guard/core/managed returns`,
  )
}
