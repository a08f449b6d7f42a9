/**
 * Server identifiers of a development world on this machine, such as `http://localhost:4401`. They are for the whole
 * process, and empty unless a resource was made with `devOptions()` of `@aauth-guard/core/dev`, which checks them:
 * everywhere else a server identifier is `https://` and a host name. Being an identifier makes nobody trusted.
 */
const servers = new Set<string>()

export function addDevelopmentServers(ids: Iterable<string>): void {
  for (const id of ids) servers.add(id)
}

export function isDevelopmentServer(id: string): boolean {
  return servers.size > 0 && servers.has(id)
}
