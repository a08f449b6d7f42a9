import type { Incoming } from '../decide/incoming.ts'
import { type GatewayCode, type GatewayRefusal, refusal } from '../decide/refusal.ts'
import { isPlainName } from '../headers/field-names.ts'
import type { CheckRequest, HeaderValue } from './messages.ts'

/** A request that Envoy asks about. */
export interface CheckedRequest {
  readonly incoming: Incoming
  /** All of the content, if Envoy sent it; empty if there is none. */
  readonly content: Uint8Array | undefined
}

/** A request that cannot be decided, or that Envoy must not be asked about in this way. */
export class CheckRefused extends Error {
  override readonly name = 'CheckRefused'
  readonly refusal: GatewayRefusal

  constructor(code: GatewayCode, hint: string) {
    super(hint)
    this.refusal = refusal(code, hint)
  }
}

const partialBody = 'x-envoy-auth-partial-body'
const none = new Uint8Array()

/**
 * Reads what was sent from the raw header lines alone, and refuses where the rest of the message says something else.
 * @throws {CheckRefused}
 */
export function readCheck({ attributes }: CheckRequest): CheckedRequest {
  const http = attributes?.request?.http
  const sent = http?.header_map?.headers ?? []
  if (http === undefined || sent.length === 0)
    throw malformed('Envoy sent no raw header lines: set "encode_raw_headers" of ext_authz to true')
  const pseudo = new Map<string, string>()
  const flags: string[] = []
  const lines: string[] = []
  for (const header of sent) {
    const [name, value] = lineOf(header)
    if (name === partialBody) flags.push(value)
    else if (!name.startsWith(':')) lines.push(name, value)
    else if (pseudo.has(name)) throw malformed(`${JSON.stringify(name)} was sent twice`)
    else pseudo.set(name, value)
  }
  const [method, target, authority] = [':method', ':path', ':authority'].map((name) => pseudo.get(name))
  if (method === undefined || target === undefined || authority === undefined)
    throw malformed('Envoy did not send ":method", ":path" and ":authority" among the header lines')
  if (http.method !== method || http.path !== target || (http.host ?? '') !== authority)
    throw malformed('"method", "path" or "host" of the check is not what the header lines say')
  if (method === 'CONNECT' || method === 'TRACE') throw malformed(`${method} cannot be passed on`)
  if (pseudo.has(':protocol') || valuesOf(lines, 'upgrade').length > 0)
    throw new CheckRefused('upgrade_refused', 'nobody ends a tunnel through Envoy: use the reverse proxy')
  const hosts = valuesOf(lines, 'host')
  const headerLines = hosts.length === 1 && hosts[0] === authority ? lines : ['host', authority, ...lines]
  return { incoming: { method, target, headerLines }, content: contentOf(http, flags, lines) }
}

function lineOf({ key = '', value = '', raw_value: raw = none }: HeaderValue): [name: string, value: string] {
  if (value !== '') throw malformed('a header line is not raw: set "encode_raw_headers" of ext_authz to true')
  if (!isToken(key.startsWith(':') ? key.slice(1) : key))
    throw malformed('a name is not that of a header field')
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1')
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f)
      throw malformed(`the value of ${JSON.stringify(key)} contains a control character`)
  }
  // Envoy writes names in lower case.
  return [key.toLowerCase(), text]
}

function isToken(name: string): boolean {
  for (const character of name)
    if (!isPlainName(character) && !"!#$%&'*+.^_`|~".includes(character)) return false
  return name !== ''
}

type Http = NonNullable<NonNullable<NonNullable<CheckRequest['attributes']>['request']>['http']>

/**
 * All of the content, or `undefined` if Envoy did not send it or sent a part. A message of HTTP/2 or HTTP/3 does not say in
 * its header whether it has content.
 */
function contentOf(
  { body = none, raw_body: raw = none, protocol = '' }: Http,
  flags: readonly string[],
  lines: readonly string[],
): Uint8Array | undefined {
  const [flag] = flags
  if (flags.length > 1 || (flag !== undefined && flag !== 'true' && flag !== 'false'))
    throw malformed(`${JSON.stringify(partialBody)} was sent twice, or is neither true nor false`)
  if (body.length > 0 && raw.length > 0) throw malformed('Envoy sent two contents')
  const content = raw.length > 0 ? raw : body
  const lengths = valuesOf(lines, 'content-length')
  if (flag === undefined) {
    if (content.length > 0) throw malformed('Envoy sent content, and did not say whether it is all of it')
    const isFramed = lengths.length > 0 || valuesOf(lines, 'transfer-encoding').length > 0
    const isEmpty = isFramed
      ? lengths.every((length) => length === '0') && lengths.length === 1
      : isHttp1(protocol)
    return isEmpty ? none : undefined
  }
  if (flag === 'true') return undefined
  if (lengths.some((length) => length !== String(content.length)))
    throw malformed('the content that Envoy sent is not as long as "content-length" says')
  return content
}

function isHttp1(protocol: string): boolean {
  return protocol === 'HTTP/1.1' || protocol === 'HTTP/1.0'
}

function valuesOf(lines: readonly string[], name: string): string[] {
  return lines.filter((_, index) => index % 2 === 1 && lines[index - 1] === name)
}

function malformed(hint: string): CheckRefused {
  return new CheckRefused('bad_request', hint)
}
