import { readFile } from 'node:fs/promises'
import { allowDevServers, devWorldAt, isLoopback } from '@aauth-guard/core/dev'
import type { TestKey } from '@aauth-guard/testing'
import { calculateJwkThumbprint, decodeJwt, type JWK } from 'jose'
import { UsageError } from '../command.ts'
import { callControl } from '../dev/control-client.ts'
import { type ControlAccess, readControlFile } from '../dev/control-file.ts'
import { quotedForTerminal, shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { isServerOrigin } from './address.ts'
import { makeAgentKey, readAgentKey } from './agent-key.ts'
import { FetchFailure } from './failure.ts'
import type { FetchOptions } from './options.ts'

/** Who calls. */
export interface Identity {
  readonly key: TestKey
  readonly agentToken: string
  readonly agentProvider: string
  /** Absent for an agent that acts for nobody. */
  readonly personServer: string | undefined
  /** The development world that issued the token. */
  readonly world: ControlAccess | undefined
  /** Who may issue what the agent gets and sends, beside the API. */
  readonly servers: readonly string[]
}

type Wanted = Pick<FetchOptions, 'url' | 'agentName' | 'keyFile' | 'agentTokenFile' | 'dev' | 'approves'>

/** Reads the agent from files, or has the development world make it. @throws {UsageError | FetchFailure} */
export async function identify(wanted: Wanted, terminal: Terminal, now: number): Promise<Identity> {
  const { keyFile, agentTokenFile, url } = wanted
  const key =
    keyFile === undefined ? await makeAgentKey() : await readAgentKey(keyFile, (text) => terminal.say(text))
  const identity =
    agentTokenFile === undefined
      ? await fromWorld(wanted, key, terminal)
      : await fromFile(agentTokenFile, key, now)
  const { agentProvider, personServer, world } = identity
  const servers = [agentProvider, personServer, world && devWorldAt(world.url).accessServer].filter(
    (server) => server !== undefined,
  )
  // Those that are not on this machine are left out.
  allowDevServers([url.origin, ...servers])
  return { ...identity, servers }
}

async function fromWorld(
  { url, agentName, dev }: Wanted,
  key: TestKey,
  terminal: Terminal,
): Promise<Omit<Identity, 'servers'>> {
  const world = await findWorld(dev, terminal)
  try {
    // The person server fetches the keys of no other API.
    if (isLoopback(url.origin)) await callControl(world, 'app', { origin: url.origin })
    const answered = await callControl(world, 'agent', { name: agentName, jwk: key.jwk })
    const { agent_token: agentToken, person_server: personServer } = answered
    return { key, agentToken, agentProvider: String(decodeJwt(agentToken).iss), personServer, world }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    throw code === undefined
      ? new FetchFailure(`the development world made no agent: ${shown(message, 256)}`)
      : new FetchFailure(`the development world at ${world.url} does not answer`, 'start it again')
  }
}

async function findWorld(dev: string | undefined, { env }: Terminal): Promise<ControlAccess> {
  if (dev !== undefined && !isLoopback(dev))
    throw new UsageError(
      `${quotedForTerminal(dev)} is not a development world: write http://localhost:PORT, as \`npx @aauth-guard/cli dev\` prints it`,
    )
  const world = await readControlFile(env, dev)
  if (world !== undefined) return world
  throw new UsageError(
    dev === undefined
      ? 'one development world is needed to make the agent, and none runs, or several: start `npx @aauth-guard/cli dev`, name one by --dev URL, or give --key and --agent-token'
      : `no development world of yours runs at ${dev}: start \`npx @aauth-guard/cli dev\``,
  )
}

async function fromFile(path: string, key: TestKey, now: number): Promise<Omit<Identity, 'servers'>> {
  const option = `--agent-token ${quotedForTerminal(path)}`
  const agentToken = (
    await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${option} cannot be read: ${error.code}`)
    })
  ).trim()
  const { iss, ps, exp, jwk } = claimsOf(agentToken, option)
  if (exp !== undefined && exp <= now)
    throw new UsageError(`${option} expired ${now - exp} s ago: have the agent provider issue another one`)
  const thumbprint = await calculateJwkThumbprint(jwk).catch(() => undefined)
  if (thumbprint !== key.thumbprint) throw new UsageError(`${option} is bound to another key than --key`)
  if (ps !== undefined && !isServerOrigin(ps))
    throw new UsageError(`${option} names the person server ${quotedForTerminal(ps)}, which cannot be asked`)
  return { key, agentToken, agentProvider: iss, personServer: ps, world: undefined }
}

function claimsOf(token: string, option: string) {
  try {
    const { iss, exp, ps, cnf } = decodeJwt<{ ps?: string; cnf: { jwk: JWK } }>(token)
    return { iss: String(iss), exp, ps, jwk: cnf.jwk }
  } catch {
    throw new UsageError(`${option} does not hold an agent token: write the JWT alone into it`)
  }
}
