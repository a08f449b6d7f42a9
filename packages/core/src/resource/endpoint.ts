import type { Answer } from '../errors/answer.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** Answers a POST to one of the paths that the resource serves itself. */
export type Endpoint = (request: SignedRequest, content: () => Promise<Uint8Array>) => Promise<Answer>
