import { type Agent, createTestNetwork, type TestIssuer, type TestNetwork } from '@aauth-guard/testing'
import { exportJWK, generateKeyPair } from 'jose'
import { notesApi } from './api.ts'

/** Everybody who takes part, each behind a real HTTP server on loopback. */
export interface Stage {
  readonly net: TestNetwork
  /** An agent whose person server speaks draft 11. */
  readonly planner: Agent
  /** An agent whose person server speaks drafts 01 to 10. */
  readonly courier: Agent
  readonly ps: TestIssuer
  readonly classicPs: TestIssuer
  /** An issuer that the API does not trust. */
  readonly rogue: TestIssuer
  /** Where the API listens. */
  readonly api: string
  /** Where the issuers listen. */
  readonly issuers: Readonly<Record<string, string>>
  /** The log of the API. */
  readonly log: readonly string[]
  close(): Promise<void>
}

/** Starts the servers. */
export async function openStage(): Promise<Stage> {
  const net = await createTestNetwork({ resource: 'https://notes.example' })
  const classicPs = await net.issuer('person-server', 'https://classic-ps.example')
  classicPs.generations = ['mission-header']
  const rogue = await net.issuer('person-server', 'https://rogue.example')
  const { origins, fetch } = await net.serveIssuers()
  const log: string[] = []
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  const app = notesApi({
    fetch,
    onRefusal: (error) => log.push(error.hint ?? error.code),
    signingKey: { ...(await exportJWK(privateKey)), kid: 'notes-1', alg: 'Ed25519' },
  })
  const { url: api } = await net.listen(app)
  return {
    net,
    planner: await net.agent({ name: 'planner' }),
    courier: await net.agent({ name: 'courier', personServer: classicPs }),
    ps: net.personServer,
    classicPs,
    rogue,
    api,
    issuers: origins,
    log,
    close: () => net.close(),
  }
}
