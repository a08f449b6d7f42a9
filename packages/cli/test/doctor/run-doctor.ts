import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestNetwork } from '@aauth-guard/testing'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { onTestFinished } from 'vitest'
import type { Command } from '../../src/command.ts'
import type { Report } from '../../src/doctor/examine.ts'
import { run } from '../../src/run.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'

/** The output of a run of the program. */
export interface Ran {
  readonly code: number
  readonly printed: string
  readonly said: string
}

/** Runs `aauth` with these arguments. */
export async function runAauth(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<Ran> {
  const [printed, said]: [string[], string[]] = [[], []]
  const code = await run(args, { ...recording(printed, said), ...terminal })
  return { code, printed: printed.join('\n'), said: said.join('\n') }
}

/** Runs `aauth doctor --json`. */
export async function examined(
  args: readonly string[],
  terminal: Partial<Terminal> = {},
): Promise<Report & { readonly code: number }> {
  const { code, printed, said } = await runAauth(['doctor', '--json', ...args], terminal)
  if (said !== '') throw new Error(said)
  return { ...(JSON.parse(printed) as Report), code }
}

/** Runs a command with a network of its own. */
export async function runCommand(
  command: Command,
  values: Record<string, string | boolean | string[]>,
  url: string,
): Promise<Report> {
  const printed: string[] = []
  await command.run({ values: { ...values, json: true }, positionals: [url] }, recording(printed, []))
  return JSON.parse(printed.join('\n')) as Report
}

function recording(printed: string[], said: string[]): Terminal {
  return {
    env: {},
    stdin: Readable.from([]),
    isInteractive: false,
    print: (text) => void printed.push(text),
    say: (text) => void said.push(text),
  }
}

/** The ids of the findings. */
export function idsOf({ findings }: Pick<Report, 'findings'>): string[] {
  return findings.map(({ id }) => id)
}

/** Files of an agent that the network knows. */
export interface AgentFiles {
  readonly key: string
  readonly 'agent-token': string
}

/** Writes a key and the token that is bound to it, until the test is over. */
export async function agentFiles(net: TestNetwork, changes: object = {}): Promise<AgentFiles> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(privateKey)), alg: 'Ed25519' }
  const { d: _, ...publicJwk } = jwk
  const holder = {
    id: `aauth:doctor@${new URL(net.agentProvider.id).host}`,
    key: { jwk: publicJwk } as never,
    personServer: net.personServer,
  }
  const token = await net.agentProvider.agentToken(holder, changes)
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const files = { key: join(folder, 'key.jwk'), 'agent-token': join(folder, 'token') }
  await writeFile(files.key, JSON.stringify(jwk), { mode: 0o600 })
  await writeFile(files['agent-token'], `${token}\n`)
  return files
}

/** Arguments that sign as such an agent. */
export async function asAgent(net: TestNetwork): Promise<readonly string[]> {
  return argumentsOf(await agentFiles(net))
}

export function argumentsOf(files: AgentFiles): readonly string[] {
  return ['--key', files.key, '--agent-token', files['agent-token']]
}
