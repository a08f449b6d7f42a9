import { addDevelopmentServers } from '../token/development-servers.ts'
import { quoted } from '../wire/quoted.ts'

/** Where the servers of a development world are. Their server identifiers are these addresses. */
export interface DevWorld {
  /** Where the world itself is, such as `http://localhost:4400`. */
  readonly url: string
  readonly agentProvider: string
  readonly personServer: string
  readonly accessServer: string
}

const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1):([1-9][0-9]{0,4})$/

/** Whether `origin` is `http://localhost:PORT` or `http://127.0.0.1:PORT`. */
export function isLoopback(origin: unknown): origin is string {
  return typeof origin === 'string' && Number(loopback.exec(origin)?.[1] ?? 65_536) < 65_536
}

/**
 * The servers of the world that `npx @aauth-guard/cli dev` serves under `url`. They have the three ports after its own, so that nobody
 * has to be asked where they are.
 *
 * @param url `http://localhost:PORT` or `http://127.0.0.1:PORT`
 * @throws {TypeError} for any other value
 */
export function devWorldAt(url: string): DevWorld {
  const port = Number(loopback.exec(url)?.[1])
  if (!isLoopback(url) || port > 65_532)
    throw new TypeError(
      `"AAUTH_DEV" is ${quoted(url)}, which is not an address of this machine: write http://localhost:PORT, as \`npx @aauth-guard/cli dev\` prints it`,
    )
  const at = (offset: number): string => `http://localhost:${port + offset}`
  return { url, agentProvider: at(1), personServer: at(2), accessServer: at(3) }
}

/**
 * Lets addresses on this machine be server identifiers in this process, for the parties of a development world. Others
 * than `http://localhost:PORT` and `http://127.0.0.1:PORT` are ignored. Nobody is trusted by it.
 */
export function allowDevServers(origins: readonly string[]): void {
  addDevelopmentServers(origins.filter(isLoopback))
}
