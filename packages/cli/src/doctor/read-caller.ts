import { readFile } from 'node:fs/promises'
import { calculateJwkThumbprint, decodeJwt, type JWK } from 'jose'
import { type Given, textOf, UsageError } from '../command.ts'
import { callControl } from '../dev/control-client.ts'
import { readControlFile } from '../dev/control-file.ts'
import { makeAgentKey, readAgentKey } from '../fetch/agent-key.ts'
import { quotedForTerminal, shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Caller } from './caller.ts'
import type { Target } from './target.ts'

/** Reads who signs, from `--as`, or from `--key` and `--agent-token`. @throws {UsageError} */
export async function readCaller(
  given: Given,
  { env, say }: Terminal,
  target: Target,
  now: () => number,
): Promise<Caller | undefined> {
  const [name, keyFile, tokenFile] = ['as', 'key', 'agent-token'].map((option) => textOf(given, option))
  if (name !== undefined) {
    if (keyFile !== undefined || tokenFile !== undefined)
      throw new UsageError('"--as" stands beside "--key" or "--agent-token": write one of them')
    return developmentAgent(name, env, target)
  }
  if (keyFile === undefined && tokenFile === undefined) return undefined
  if (keyFile === undefined || tokenFile === undefined)
    throw new UsageError('"--key" and "--agent-token" go together: write both')
  return callerOfFiles([keyFile, tokenFile], now, say)
}

async function developmentAgent(name: string, env: Terminal['env'], { isLoopback }: Target): Promise<Caller> {
  if (!isLoopback)
    throw new UsageError(
      '"--as" is an agent of a development world, which an API elsewhere does not know: use "--key" and "--agent-token"',
    )
  const access = await readControlFile(env, env.AAUTH_DEV || undefined)
  if (access === undefined)
    throw new UsageError(
      'no development world was found for "--as": start `npx @aauth-guard/cli dev`, and set AAUTH_DEV where several run',
    )
  const key = await makeAgentKey()
  try {
    const { agent_token: token } = await callControl(access, 'agent', { name, jwk: key.jwk })
    return { key, token }
  } catch (error) {
    throw new UsageError(
      `no agent token for ${quotedForTerminal(name)}: ${error instanceof Error ? shown(error.message) : 'the world did not answer'}`,
    )
  }
}

async function callerOfFiles(
  [keyFile, tokenFile]: readonly [string, string],
  now: () => number,
  say: Terminal['say'],
): Promise<Caller> {
  const key = await readAgentKey(keyFile, say)
  const token = (await readText(tokenFile)).trim()
  let claims: ReturnType<typeof decodeJwt>
  try {
    claims = decodeJwt(token)
  } catch {
    throw new UsageError(`${quotedForTerminal(tokenFile)} does not hold a JWT: write the token alone into it`)
  }
  if (claims.exp !== undefined && claims.exp * 1000 <= now())
    throw new UsageError(`the token in ${quotedForTerminal(tokenFile)} has expired: get a new one`)
  const { jwk } = (claims.cnf ?? {}) as { readonly jwk?: JWK }
  const bound = jwk === undefined ? undefined : await calculateJwkThumbprint(jwk).catch(() => undefined)
  if (bound !== key.thumbprint)
    throw new UsageError(
      `the token in ${quotedForTerminal(tokenFile)} is not bound to the key in ${quotedForTerminal(keyFile)}: use the key of its "cnf.jwk"`,
    )
  return { key, token }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${quotedForTerminal(file)} cannot be read (${code}): name a file that can`)
  }
}
