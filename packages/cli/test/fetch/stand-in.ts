import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'
import { makeKey } from '@aauth-guard/testing'
import { writeControlFile } from '../../src/dev/control-file.ts'
import { makeFolder, serve } from './scene.ts'

/** A development world whose person server answers as a test sets. */
export interface StandIn {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Identifier of the person server. */
  readonly personServer: string
  /** The requests to the control server, as `NAME BODY`. */
  readonly asked: readonly string[]
}

/** @param answer of the person server, to every request but that for its metadata */
export async function makeStandIn(
  answer: RequestListener,
  metadata: Readonly<Record<string, string>> = {},
): Promise<StandIn> {
  const personServer: string = named(
    await serve((req, res) => {
      if (req.url !== '/.well-known/aauth-person.json') answer(req, res)
      else {
        const endpoint = `${personServer}/person-token`
        res.end(JSON.stringify({ issuer: personServer, person_token_endpoint: endpoint, ...metadata }))
      }
    }),
  )
  const asked: string[] = []
  const agentToken = await tokenOf({ iss: personServer, sub: 'aauth:cli@localhost' })
  const control = named(
    await serve(async (req, res) => {
      const name = req.url?.replace('/control/', '')
      asked.push(`${name} ${JSON.stringify(await json(req))}`)
      const agent = { agent: 'aauth:cli@localhost', agent_token: agentToken, person_server: personServer }
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify(name === 'agent' ? agent : {}))
    }),
  )
  const env = { XDG_RUNTIME_DIR: await makeFolder() }
  await writeControlFile(env, { url: control, secret: 'secret' })
  return { env, personServer, asked }
}

/** An API that always challenges for a person token. */
export const asksForPersonToken: RequestListener = (_, res) => {
  res.writeHead(401, { 'aauth-requirement': 'requirement=person-token' }).end()
}

/** With the name that servers of a development world have. */
export function named(url: string): string {
  return url.replace('127.0.0.1', 'localhost')
}

/** A token with these claims, of an unpublished key. */
export async function tokenOf(claims: object): Promise<string> {
  const key = await makeKey('somebody', 'k', 'Ed25519')
  const [head, body] = [{ typ: 'aa-agent+jwt', alg: 'Ed25519', kid: 'k' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = await key.sign(new TextEncoder().encode(`${head}.${body}`))
  return `${head}.${body}.${Buffer.from(signature).toString('base64url')}`
}
