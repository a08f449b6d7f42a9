import { spawnSync } from 'node:child_process'

/** The proxies that are installed here, for tests. */
export const proxies: readonly string[] = (
  [
    ['nginx', '-v'],
    ['caddy', 'version'],
  ] as const
)
  .filter(([name, argument]) => spawnSync(name, [argument]).status === 0)
  .map(([name]) => name)
