import { AAuthError } from '../errors/aauth-error.ts'
import { type JsonObject, parseJsonObject } from '../token/json.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** Reads the JSON object that was sent to an endpoint. @throws {AAuthError} `invalid_request` */
export function readJson(request: SignedRequest, content: Uint8Array): JsonObject {
  const [type = ''] = request.header('content-type')
  const body = /^application\/json[ \t]*(?:;|$)/i.test(type) ? parseJsonObject(content) : undefined
  if (body === undefined)
    throw malformed('the content is not a valid JSON object: send one, with Content-Type application/json')
  return body
}

export function malformed(hint: string): AAuthError {
  return new AAuthError('invalid_request', { hint })
}
