import type { Trust } from '../resource/trust.ts'
import { type Environment, readVariable } from './environment.ts'

/**
 * `AAUTH_TRUST`: `any`, person servers with commas between them, or `trust` of `createResource` as JSON.
 * @throws {TypeError}
 */
export function readTrust(env: Environment): Trust | undefined {
  const text = readVariable(env, 'AAUTH_TRUST')?.trim()
  if (text === undefined) return undefined
  if (text === 'any') return text
  if (text.startsWith('{')) return parseTrust(text)
  const personServers = text.split(',').map((server) => server.trim())
  // Whoever trusts a person server lets its agents in, which show the token of their agent provider first.
  return { agentProviders: 'any', personServers }
}

function parseTrust(text: string): Trust {
  try {
    return JSON.parse(text) as Trust
  } catch {
    throw new TypeError(
      '"AAUTH_TRUST" begins with { and is not JSON: write such as {"agentProviders":"any","personServers":["https://ps.example"]}',
    )
  }
}
