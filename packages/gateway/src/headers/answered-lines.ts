import { connectionNames } from './connection-names.ts'
import { isHopByHopName, looseName } from './field-names.ts'

/** Lists of names, such as `Vary`, to which members can be added by a line of their own. */
const isList = (name: string): boolean => name.toLowerCase() === 'vary'

/**
 * The header lines of an upstream's answer as the agent gets them: without hop-by-hop fields, and without those by which
 * only the gateway speaks to agents. The fields that keep shared caches from storing the answer are set where the upstream
 * did not; `Vary` is added to what the upstream varies on.
 *
 * @param headerLines names and values in turn
 * @param privateFields from `privateFieldsFor`; none for an answer that anyone may have
 */
export function answeredLines(
  headerLines: readonly string[],
  privateFields: readonly (readonly [name: string, value: string])[],
): string[] {
  const named = connectionNames(headerLines)
  const lines: string[] = []
  const sent = new Set<string>()
  for (let i = 0; i + 1 < headerLines.length; i += 2) {
    const name = headerLines[i] as string
    const loose = looseName(name)
    if (named.has(loose) || isHopByHopName(loose) || isOfTheGateway(loose)) continue
    sent.add(name.toLowerCase())
    lines.push(name, headerLines[i + 1] as string)
  }
  for (const [name, value] of privateFields)
    if (isList(name) || !sent.has(name.toLowerCase())) lines.push(name, value)
  return lines
}

/** What an agent would take for the word of the gateway, and what would delete what other sites stored. */
function isOfTheGateway(loose: string): boolean {
  if (loose === 'signature-error' || loose === 'clear-site-data') return true
  return loose.startsWith('aauth-') || loose.startsWith('accept-signature-')
}
