import { type JsonObject, parseJsonObject } from '../token/json.ts'
import { decodeBase64url } from '../wire/base64url.ts'
import { quoted } from '../wire/quoted.ts'
import { assertionHeader, assertionType } from './assertion.ts'
import { AssertionRefusedError } from './assertion-refused-error.ts'

/** An assertion that was decoded and not verified. Nothing in it may be returned as identity. */
export interface UntrustedAssertion {
  readonly kid: string
  /** Header and payload as they were signed. */
  readonly signingInput: string
  readonly signature: Uint8Array<ArrayBuffer>
  readonly untrustedClaims: JsonObject
}

/** Characters; more than all header lines that servers accept by default. */
const maxLength = 32_768
const maxHeaderOctets = 1024
const maxValues = 4096
/** Members of the header that would change what is verified (RFC 7515, section 4.1.11; RFC 7797). */
const refusedMembers = ['crit', 'b64', 'zip', 'enc', 'cty'] as const

/**
 * The value of the one header line, from names and values in turn.
 * @throws {AssertionRefusedError} `missing` or `duplicate`
 */
export function assertionLine(headerLines: readonly string[]): string {
  const name = assertionHeader.toLowerCase()
  const found: string[] = []
  for (let i = 0; i + 1 < headerLines.length; i += 2)
    if ((headerLines[i] as string).toLowerCase() === name) found.push(headerLines[i + 1] as string)
  const [line] = found
  if (line === undefined)
    throw new AssertionRefusedError(
      'missing',
      `the request has no ${assertionHeader}: let only the gateway reach this server`,
    )
  if (found.length > 1)
    throw new AssertionRefusedError(
      'duplicate',
      `the request has ${found.length} lines of ${assertionHeader}: the gateway sends one`,
    )
  return line
}

/**
 * Decodes an assertion: three canonical segments, two JSON objects without repeated members, `typ` and `alg` of
 * assertions, a `kid`. `jwk`, `jku` and `x5*` are not read.
 *
 * @throws {AssertionRefusedError} `malformed`, `wrong_type` or `wrong_algorithm`
 */
export function decodeAssertion(line: string): UntrustedAssertion {
  const segments = line.length > maxLength ? [] : line.split('.', 4)
  const [headerOctets, payload, signature] = segments.map(decodeBase64url)
  if (segments.length !== 3 || !headerOctets || !payload || signature?.length !== 64)
    throw malformed('is not a compact JWS')
  const header = headerOctets.length <= maxHeaderOctets ? parseJsonObject(headerOctets) : undefined
  const untrustedClaims = parseJsonObject(payload, maxValues)
  if (header === undefined || untrustedClaims === undefined)
    throw malformed('has a header or payload that is not a JSON object, or repeats a member')
  const { typ, alg, kid } = header
  if (typ !== assertionType)
    throw new AssertionRefusedError('wrong_type', `"typ" is ${quoted(typ)}, not ${quoted(assertionType)}`)
  if (alg !== 'ES256')
    throw new AssertionRefusedError('wrong_algorithm', `"alg" is ${quoted(alg)}, not "ES256"`)
  if (typeof kid !== 'string' || kid === '' || refusedMembers.some((name) => name in header))
    throw malformed('has a header that the gateway never writes')
  return { kid, signingInput: line.slice(0, line.lastIndexOf('.')), signature, untrustedClaims }
}

function malformed(what: string): AssertionRefusedError {
  return new AssertionRefusedError('malformed', `${assertionHeader} ${what}`)
}
