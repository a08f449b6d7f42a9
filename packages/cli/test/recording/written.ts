import type { SignedMessage } from '@aauth-guard/testing'

const textOf = (body: Uint8Array | undefined): string => Buffer.from(body ?? '').toString('utf8')
/** The name in its usual spelling, such as `Signature-Key`. */
const titled = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

/** The fields with `Host`, which clients add. */
function sent({ url, headers }: SignedMessage): SignedMessage['headers'] {
  return [['host', new URL(url).host], ...headers]
}

/** A signed request as a capture of HTTP/1.1 has it. */
export function asHttp(message: SignedMessage): string {
  const { method, target, body } = message
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`]
  const lines = sent(message).map(([name, value]) => `${titled(name)}: ${value}`)
  return [`${method} ${target} HTTP/1.1`, ...lines, ...length, '', textOf(body)].join('\r\n')
}

/** A signed request as `curl -v` writes it, with what surrounds it. @param date of the answer */
export function asCurl(message: SignedMessage, date: string): string {
  const { method, target, body } = message
  const length = body === undefined ? [] : [`> Content-Length: ${body.length}`]
  return [
    '* Connected to notes.example (192.0.2.1) port 443',
    `> ${method} ${target} HTTP/1.1`,
    ...sent(message).map(([name, value]) => `> ${titled(name)}: ${value}`),
    ...length,
    '> ',
    '* Request completely sent off',
    '< HTTP/1.1 401 Unauthorized',
    `< Date: ${date}`,
    '< AAuth-Requirement: requirement=agent-token',
    '< ',
    '> what a page quotes is not a request',
    '* Connection #0 to host notes.example left intact',
  ].join('\n')
}

/** A signed request as JSON. */
export function asJson({ method, url, headers, body }: SignedMessage, more: object = {}): string {
  const content = body === undefined ? {} : { body: textOf(body) }
  return JSON.stringify({ method, url, headers: Object.fromEntries(headers), ...content, ...more })
}

/** A signed request as browsers save it over HTTP/2, after one without AAuth. */
export function asHar(
  { method, url, target, headers, body }: SignedMessage,
  startedDateTime: string,
): string {
  const named = headers.map(([name, value]) => ({ name, value }))
  const pseudo = [
    { name: ':authority', value: new URL(url).host },
    { name: ':method', value: method },
    { name: ':path', value: target },
  ]
  const picture = { method: 'GET', url: 'https://cdn.example/logo.png', headers: [] }
  const request = {
    method,
    url,
    headers: [...pseudo, ...named],
    ...(body && { postData: { mimeType: 'text/plain', text: textOf(body) } }),
  }
  const response = { status: 200, headers: [{ name: 'Content-Type', value: 'application/json' }] }
  return JSON.stringify({
    log: {
      entries: [
        { startedDateTime, request: picture, response: { status: 0 } },
        { startedDateTime, request, response },
      ],
    },
  })
}
