import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import { bodyBehind, type HeaderLine, linesOf, type RecordedRequest, secondsOf } from './recording.ts'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * A request as `{ "method", "url", "headers" }`. `headers` is an object, or a list of pairs or of `{ "name", "value" }`.
 * `body`, `bodyBase64` and `time` are optional.
 * @throws {UsageError}
 */
export function readJsonRequest(given: JsonObject): RecordedRequest {
  const { method = 'GET', url, time, body, bodyBase64 } = given
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new UsageError('"method" or "url" of the request is not a string: write both')
  const content =
    typeof bodyBase64 === 'string'
      ? Buffer.from(bodyBase64, 'base64')
      : typeof body === 'string'
        ? Buffer.from(body)
        : undefined
  return request(method, url, readHeaders(given.headers ?? []), content, readTime(time))
}

/**
 * @param url its path and query are taken as they are written; its authority is the `Host` where none was recorded
 * @throws {UsageError}
 */
export function request(
  method: string,
  url: string,
  recorded: readonly HeaderLine[],
  content: Uint8Array | undefined,
  time: number | undefined,
): RecordedRequest {
  const [, authority, rest] = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url) ?? []
  if (authority === undefined || rest === undefined)
    throw new UsageError(`"url" is ${quotedForTerminal(url)}: write it with https:// and the host`)
  // Browsers record the pseudo-header fields of HTTP/2 among the others.
  const pseudo = Object.fromEntries(recorded.filter(([name]) => name.startsWith(':')))
  const named = recorded.filter(([name]) => !name.startsWith(':'))
  const host = linesOf(named, 'host').length > 0 ? [] : [['host', pseudo[':authority'] ?? authority] as const]
  const headers = [...host, ...named]
  const target = pseudo[':path'] ?? (rest.startsWith('/') ? rest : `/${rest}`)
  return { method, target, headers, body: content ?? bodyBehind(headers), time, answer: undefined }
}

/** @throws {UsageError} */
export function readHeaders(given: unknown): readonly HeaderLine[] {
  const pairs: readonly unknown[] = Array.isArray(given) ? given : Object.entries(given as object)
  return pairs.flatMap((pair) => {
    const [name, value]: readonly unknown[] = Array.isArray(pair) ? pair : nameAndValue(pair)
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.map((one): HeaderLine => {
      if (typeof name !== 'string' || typeof one !== 'string')
        throw new UsageError('"headers" of a request holds what is not a string: write names and values')
      return [name.toLowerCase(), one]
    })
  })
}

function nameAndValue(pair: unknown): readonly unknown[] {
  const { name, value } = (pair ?? {}) as JsonObject
  return [name, value]
}

function readTime(time: unknown): number | undefined {
  if (time === undefined) return undefined
  const seconds = typeof time === 'number' ? Math.floor(time) : secondsOf(String(time))
  if (seconds === undefined || !Number.isFinite(seconds))
    throw new UsageError('"time" of the request is neither seconds since 1970 nor a date: write one of them')
  return seconds
}
