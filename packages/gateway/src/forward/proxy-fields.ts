import { addressFields, isReservedName, looseName } from '../headers/field-names.ts'
import { foreignSpelling } from '../headers/index.ts'

/** The line by which a proxy tells which request it asks about. */
export const forwardedField = 'aauth-guard-forwarded'

/**
 * Reserved fields that every recipe removes or overwrites by their exact name before a request goes to an upstream, so
 * that requests may carry them: proxies on the way add them to requests of honest agents.
 */
export const removedFields: readonly string[] = [
  'aauth-mission',
  forwardedField,
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-method',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-forwarded-uri',
  'x-real-ip',
  ...addressFields,
]

/** Credentials for the gateway, and fields that belong to one connection: removed as well. */
export const endedFields: readonly string[] = [
  'signature',
  'signature-input',
  'signature-key',
  'http2-settings',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
]

/** What only the gateway tells agents: removed from the answers of upstreams, as far as proxies need exact names. */
export const answeredFields: readonly string[] = [
  'aauth-requirement',
  'aauth-mission',
  'accept-signature-alg',
  'accept-signature-scheme',
  'clear-site-data',
  'signature-error',
]

const removed: ReadonlySet<string> = new Set(removedFields)

/**
 * The first name of a request that an upstream could take for the word of a proxy, and that no recipe removes: another
 * spelling of a reserved field, or a reserved field that honest agents and proxies do not send. Forward auth cannot take a
 * line away, so it refuses the request.
 *
 * @param headerLines names and values in turn
 */
export function unremovableField(headerLines: readonly string[]): string | undefined {
  const foreign = foreignSpelling(headerLines)
  if (foreign !== undefined) return foreign
  for (let i = 0; i < headerLines.length; i += 2) {
    const name = headerLines[i] as string
    if (isReservedName(looseName(name)) && !removed.has(name.toLowerCase())) return name
  }
  return undefined
}
