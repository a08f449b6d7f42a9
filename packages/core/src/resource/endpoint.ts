import type { Answer } from '../errors/answer.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** What answers a POST to a path of the resource's own. */
export type Endpoint = (request: SignedRequest, content: () => Promise<Uint8Array>) => Promise<Answer>
