import { UsageError } from '../command.ts'
import { readHeaders, request } from './json-request.ts'
import { type RecordedRequest, secondsOf } from './recording.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** The requests of an HTTP archive, as browsers save it. @throws {UsageError} */
export function readHar(entries: readonly unknown[]): readonly RecordedRequest[] {
  return entries.map((entry) => {
    const { request: sent, response, startedDateTime } = asObject(entry)
    const { method, url, headers, postData } = asObject(sent)
    if (typeof method !== 'string' || typeof url !== 'string')
      throw new UsageError('an entry of the HAR has no request with a method and a URL: save it again')
    const { text } = asObject(postData ?? {})
    const content = typeof text === 'string' ? Buffer.from(text) : undefined
    const time = secondsOf(typeof startedDateTime === 'string' ? startedDateTime : undefined)
    const recorded = request(method, url, readHeaders(headers ?? []), content, time)
    return { ...recorded, answer: answerOf(asObject(response ?? {})) }
  })
}

/** A request that got no answer has the status 0. */
function answerOf({ status, headers }: JsonObject): RecordedRequest['answer'] {
  if (typeof status !== 'number' || status === 0) return undefined
  return { status, headers: readHeaders(headers ?? []) }
}

function asObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('an entry of the HAR is not an object: save it again')
  return value as JsonObject
}
