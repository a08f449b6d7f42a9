import type { Answer } from '@aauth-guard/core'

/** Statuses of refusals. nginx writes a status only where its configuration has it as a literal. */
export const nginxStatuses = [400, 401, 402, 403, 404, 405, 413, 429, 500, 502, 503, 504] as const
/** Fields of refusals. nginx sets a field only where its configuration names it. */
export const nginxFields = [
  'aauth-requirement',
  'accept-signature-alg',
  'accept-signature-scheme',
  'allow',
  'cache-control',
  'link',
  'retry-after',
  'signature-error',
  'www-authenticate',
] as const
/** What every refusal has; nginx takes it from its configuration as well. */
export const nginxContentType = 'application/problem+json'

const statuses: ReadonlySet<number> = new Set(nginxStatuses)
const fields: ReadonlySet<string> = new Set(nginxFields)

/**
 * A refusal as header lines of a check that nginx asks for. Of a check nginx takes the status for a verdict and nothing
 * for the agent, but the recipe can copy header lines one by one.
 *
 * @throws {TypeError} for an answer that the recipe cannot write
 */
export function nginxAnswerLines({ status, headers, body }: Answer): string[] {
  const lines = ['AAuth-Guard-Status', String(status), 'AAuth-Guard-Body', inAscii(body)]
  if (!statuses.has(status)) throw new TypeError(`the recipe for nginx does not write the status ${status}`)
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type' && value === nginxContentType) continue
    if (!fields.has(name)) throw new TypeError(`the recipe for nginx does not write the field "${name}"`)
    lines.push(name, value)
  }
  return lines
}

/** JSON in one line of ASCII, which a header line can have. */
function inAscii(json: string): string {
  let ascii = ''
  for (const unit of json.split('')) {
    const code = unit.charCodeAt(0)
    ascii += code < 0x7f ? unit : `\\u${code.toString(16).padStart(4, '0')}`
  }
  return ascii
}
