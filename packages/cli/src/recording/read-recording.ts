import { UsageError } from '../command.ts'
import { readHar } from './har.ts'
import { isHttpText, readCurlOutput, readHttpText } from './http-text.ts'
import { readJsonRequest } from './json-request.ts'
import type { Recording } from './recording.ts'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Finds out in which form requests were recorded, and reads them. Nothing of them is verified.
 * @throws {UsageError} where the text is in none of the forms
 */
export function readRecording(given: Uint8Array): Recording {
  // Editors begin files with a mark of the encoding, and captures with empty lines.
  const octets = withoutBlankStart(given)
  const text = Buffer.from(octets).toString('utf8')
  if (text.startsWith('{') || text.startsWith('[')) return readJson(text)
  if (isHttpText(text)) return { form: 'HTTP/1.1', requests: [readHttpText(octets)] }
  const requests = readCurlOutput(text)
  if (requests.length === 0)
    throw new UsageError(
      'this is not a request: give the text of one as HTTP/1.1 has it, what `curl -v` wrote, JSON with "method", "url" and "headers", or a HAR',
    )
  return { form: 'curl -v', requests }
}

function readJson(text: string): Recording {
  let parsed: JsonObject
  try {
    parsed = JSON.parse(text) as JsonObject
  } catch {
    // The message of the parser would quote the text.
    throw new UsageError('this begins as JSON and is not: save it again')
  }
  const entries = (parsed.log as JsonObject | undefined)?.entries
  if (Array.isArray(entries)) return { form: 'HAR', requests: readHar(entries) }
  const requests: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  return {
    form: 'JSON',
    requests: requests.map((request) => readJsonRequest((request ?? {}) as JsonObject)),
  }
}

function withoutBlankStart(octets: Uint8Array): Uint8Array {
  const hasMark = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf
  const start = octets.findIndex(
    (octet, at) => at >= (hasMark ? 3 : 0) && ![0x0a, 0x0d, 0x20].includes(octet),
  )
  return octets.subarray(start === -1 ? octets.length : start)
}
