import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceOptions } from '@aauth-guard/core'
import { createTestNetwork, type SignedMessage, type SignOptions } from '@aauth-guard/testing'
import type { Step } from '../../src/verify/explain.ts'
import { aauth, type Captured } from '../captured-terminal.ts'
import { asHttp } from '../recording/written.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export const now = 1_790_000_000
export const net = await createTestNetwork({ now, resource: 'https://notes.example', seed: 'verify' })
export const agent = await net.agent()

/** An auth token with sufficient scopes. */
export const reading = await agent.authToken({ scope: 'notes.read' })

/** The keys that an issuer of the network publishes. */
export const keysOf = async (issuer: string): Promise<unknown> =>
  (await net.fetch(`${issuer}/jwks.json`)).json()

/** The options of the API of these tests, for `--config`. */
export const config = {
  issuer: net.resource,
  trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  requirement: { scope: 'notes.read' } as object,
  keys: {
    'https://ps.example': await keysOf('https://ps.example'),
    'https://agent.example': await keysOf('https://agent.example'),
  } as object,
} satisfies Partial<ResourceOptions> & Record<string, unknown>

/** A request to the API. */
export function signed(token: string, options: Omit<SignOptions, 'token'> = {}): Promise<SignedMessage> {
  return agent.sign(`${net.resource}/notes`, {}, { ...options, token })
}

/** Decides a request, by default in the form of HTTP/1.1. */
export async function verify(
  message: SignedMessage | string,
  given: object = config,
  ...args: readonly string[]
): Promise<Captured> {
  const file = join(temporaryFolder(), 'config.json')
  writeFileSync(file, JSON.stringify(given))
  const text = typeof message === 'string' ? message : asHttp(message)
  return aauth(['verify', '-', '--config', file, ...args], text)
}

/** The same, as JSON: the outcome, and the state of each step. */
export async function steps(
  message: SignedMessage | string,
  given: object = config,
  ...args: readonly string[]
): Promise<{
  readonly outcome: string
  readonly code: string | undefined
  readonly failed: Step | undefined
  readonly states: Readonly<Record<string, Step['state']>>
}> {
  const { out, err } = await verify(message, given, '--json', ...args)
  if (out === '') throw new Error(err)
  const {
    outcome,
    code,
    steps: found,
  } = JSON.parse(out) as {
    readonly outcome: string
    readonly code?: string
    readonly steps: readonly Step[]
  }
  const failed = found.find(({ state }) => state === 'failed')
  return { outcome, code, failed, states: Object.fromEntries(found.map(({ name, state }) => [name, state])) }
}
