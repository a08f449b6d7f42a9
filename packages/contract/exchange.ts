import { connect } from 'node:net'

/** A response as it came over the socket. */
export interface RawResponse {
  readonly status: number
  /** Every line, its name in lower case, sorted; but for those of {@link hopFields}. */
  readonly lines: readonly string[]
  readonly body: string
}

/**
 * What says nothing about the verdict: the second at which it was given, how the connection goes on, how the body is
 * framed on it.
 */
const hopFields = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding'])

/**
 * Writes requests to one socket as they are, each when the one before it has been answered, and resolves with the
 * responses when the server closes it.
 */
export function exchange(origin: string, requests: readonly string[]): Promise<RawResponse[]> {
  const { hostname, port } = new URL(origin)
  const toHead = /^HEAD /.test(requests[0] ?? '')
  return new Promise((resolve, reject) => {
    const rest = [...requests]
    const socket = connect(Number(port), hostname, () => socket.write(rest.shift() ?? '', 'latin1'))
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      const answered = readResponses(received, toHead).filter(({ status }) => status >= 200).length
      if (answered >= requests.length - rest.length && rest.length > 0)
        socket.write(rest.shift() as string, 'latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(readResponses(received, toHead)))
  })
}

/** The responses that are complete. */
function readResponses(received: string, toHead: boolean): RawResponse[] {
  const responses: RawResponse[] = []
  for (let at = 0; ; ) {
    const end = received.indexOf('\r\n\r\n', at)
    if (end === -1) return responses
    const [line = '', ...fields] = received.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1])
    const named = fields.map((field) => field.replace(/^[^:]+/, (name) => name.toLowerCase()))
    const bodiless = toHead || status < 200 || status === 204 || status === 304
    const content = bodiless ? { body: '', end: end + 4 } : readBody(named, received, end + 4)
    if (content === undefined) return responses
    const lines = named.filter((field) => !hopFields.has(field.slice(0, field.indexOf(':'))))
    responses.push({ status, lines: lines.sort(), body: content.body })
    at = content.end
  }
}

function readBody(
  fields: readonly string[],
  received: string,
  start: number,
): { readonly body: string; readonly end: number } | undefined {
  if (fields.includes('transfer-encoding: chunked')) return readChunks(received, start)
  const [, length] = /^content-length: (\d+)$/m.exec(fields.join('\n')) ?? []
  const end = length === undefined ? received.length : start + Number(length)
  return end > received.length ? undefined : { body: received.slice(start, end), end }
}

function readChunks(
  received: string,
  start: number,
): { readonly body: string; readonly end: number } | undefined {
  let body = ''
  for (let at = start; ; ) {
    const end = received.indexOf('\r\n', at)
    const size = Number.parseInt(received.slice(at, end), 16)
    const next = end + 2 + size + 2
    if (end === -1 || next > received.length) return undefined
    body += received.slice(end + 2, end + 2 + size)
    if (size === 0) return { body, end: next }
    at = next
  }
}
