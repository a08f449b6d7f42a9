import { UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import { bodyBehind, type HeaderLine, linesOf, type RecordedRequest, secondsOf } from './recording.ts'

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/[0-9](?:\.[0-9])?$/
const statusLine = /^HTTP\/[0-9](?:\.[0-9])? ([0-9]{3})(?: |$)/
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/

/** Whether a text begins as a request of HTTP/1.1 does. */
export function isHttpText(text: string): boolean {
  return requestLine.test(text.split(/\r?\n/, 1)[0] as string)
}

/**
 * A request as it crossed the wire. @param octets the same as text, of which content is kept octet by octet
 * @throws {UsageError}
 */
export function readHttpText(octets: Uint8Array): RecordedRequest {
  const text = Buffer.from(octets).toString('latin1')
  const [head = ''] = text.split(/\r?\n\r?\n/, 1)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [, method = '', target = ''] = requestLine.exec(first) ?? []
  const headers = lines.filter((line) => line !== '').map(readField)
  const [separator = ''] = /^\r?\n\r?\n/.exec(text.slice(head.length)) ?? []
  const rest = octets.subarray(head.length + separator.length)
  const time = secondsOf(linesOf(headers, 'date')[0])
  return { method, target, headers, body: contentOf(headers, rest), time, answer: undefined }
}

/** An editor may have added a line end, so the length counts. Chunks are not put together. */
function contentOf(headers: readonly HeaderLine[], rest: Uint8Array): Uint8Array | undefined {
  const length = Number(linesOf(headers, 'content-length')[0] ?? Number.NaN)
  if (linesOf(headers, 'transfer-encoding').length > 0) return undefined
  if (Number.isInteger(length) && length >= 0) return rest.length < length ? undefined : rest.slice(0, length)
  return bodyBehind([])
}

/** What `curl -v` writes: `>` before the lines of a request, `<` before those of the answer. It does not write content. */
export function readCurlOutput(text: string): readonly RecordedRequest[] {
  const requests: {
    method: string
    target: string
    headers: HeaderLine[]
    answer: CurlAnswer | undefined
  }[] = []
  for (const line of text.split(/\r?\n/)) {
    const current = requests.at(-1)
    const sent = line.startsWith('> ') && line.length > 2 ? line.slice(2) : undefined
    const received = line.startsWith('< ') ? line.slice(2) : undefined
    const [, method, target] = (sent !== undefined && requestLine.exec(sent)) || []
    if (method !== undefined && target !== undefined)
      requests.push({ method, target, headers: [], answer: undefined })
    else if (current === undefined) continue
    else if (sent !== undefined && current.answer === undefined) current.headers.push(readField(sent))
    else if (received !== undefined) current.answer = answered(current.answer, received)
  }
  return requests.map(({ method, target, headers, answer }) => ({
    method,
    target,
    headers,
    body: bodyBehind(headers),
    time: secondsOf(answer && linesOf(answer.headers, 'date')[0]),
    answer,
  }))
}

interface CurlAnswer {
  readonly status: number
  readonly headers: HeaderLine[]
}

/** The last status counts: others before it are interim. */
function answered(answer: CurlAnswer | undefined, line: string): CurlAnswer | undefined {
  const status = statusLine.exec(line)?.[1]
  if (status !== undefined) return { status: Number(status), headers: [] }
  const [, name, value = ''] = fieldLine.exec(line) ?? []
  if (name !== undefined) answer?.headers.push([name.toLowerCase(), value])
  return answer
}

function readField(line: string): HeaderLine {
  const [, name, value = ''] = fieldLine.exec(line) ?? []
  if (name === undefined)
    throw new UsageError(
      `${quotedForTerminal(line)} is not a header field: write a name, a colon and the value on one line`,
    )
  return [name.toLowerCase(), value]
}
