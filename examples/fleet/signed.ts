import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Mission } from '@aauth-guard/core'
import { createTestNetwork, type SignedMessage } from '@aauth-guard/testing'

/** The API that the fleet serves. */
export const issuer = 'https://notes.example'
/** Seconds for which a signature is fresh, so that everything can be signed beforehand. */
export const window = 300

/** Missions, requests under them that are signed already, and the issuers that vouch for them. */
export interface Prepared {
  readonly missions: readonly SignedMission[]
  readonly origins: Readonly<Record<string, string>>
  /** URL that says that every mission is active. */
  readonly source: string
  /** How often it was asked. */
  questions(): number
  close(): Promise<void>
}

export interface SignedMission {
  readonly mission: Mission
  /** May be sent any number of times. */
  readonly get: SignedMessage
  /** Each is accepted once. */
  readonly posts: readonly SignedMessage[]
}

/** @param progress is told how many missions are done */
export async function prepare(
  count: number,
  posts: number,
  progress: (done: number) => void,
): Promise<Prepared> {
  const created = Math.floor(Date.now() / 1000)
  const net = await createTestNetwork({ resource: issuer, now: created })
  const { origins } = await net.serveIssuers()
  const agents = await Promise.all(Array.from({ length: 10 }, (_, at) => net.agent({ name: `agent-${at}` })))
  const missions: SignedMission[] = []
  for (let at = 0; at < count; at++) {
    const agent = agents[at % agents.length] as (typeof agents)[number]
    const s256 = randomBytes(32).toString('base64url')
    const token = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const url = `${issuer}/notes`
    const get = await agent.sign(url, {}, { token, created })
    const one = async (nonce: number): Promise<SignedMessage> =>
      agent.sign(
        url,
        { method: 'POST', body: 'a note', headers: { 'content-type': 'text/plain' } },
        { token, created, digest: true, params: { nonce: `${at}-${nonce}` } },
      )
    const signed = await Promise.all(Array.from({ length: posts }, (_, nonce) => one(nonce)))
    missions.push({ mission: { approver: net.personServer.id, s256 }, get, posts: signed })
    progress(at + 1)
  }
  let asked = 0
  const source = createServer((_, res) => {
    asked += 1
    res.setHeader('content-type', 'application/json').end('{"status":"active"}')
  })
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
  return {
    missions,
    origins,
    source: `http://127.0.0.1:${(source.address() as AddressInfo).port}/`,
    questions: () => asked,
    async close() {
      source.close()
      source.closeAllConnections()
      await net.close()
    },
  }
}
