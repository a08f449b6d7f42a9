/** Second-level labels under which country registries sell names, such as `co.uk`. */
const registryLabels = new Set(['ac', 'co', 'com', 'edu', 'gob', 'gov', 'mil', 'ne', 'net', 'or', 'org'])

/**
 * The domain that an issuer's host belongs to: its last two labels, or three below `co.uk` and the like. The owner of
 * a domain can create any number of hosts, so shares are counted by domain and not by issuer. A domain that many
 * parties share, such as a hosting platform, counts as one.
 *
 * @param iss a server identifier
 */
export function parentDomain(iss: string): string {
  const labels = iss.slice('https://'.length).split('.')
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && registryLabels.has(second) ? -3 : -2).join('.')
}
