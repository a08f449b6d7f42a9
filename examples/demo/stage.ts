import { type Agent, createTestNetwork, type TestIssuer, type TestNetwork } from '@aauth-guard/testing'
import { exportJWK, generateKeyPair } from 'jose'
import { notesApi } from './api.ts'
import { Window } from './window.ts'

/** Everybody who takes part, each behind a real HTTP server on loopback. */
export interface Stage {
  readonly net: TestNetwork
  /** An agent whose person server speaks draft 11. */
  readonly planner: Agent
  /** An agent whose person server speaks drafts 01 to 10. */
  readonly courier: Agent
  readonly ps: TestIssuer
  readonly classicPs: TestIssuer
  /** The access server of team.example. */
  readonly as: TestIssuer
  /** An issuer that no API trusts. */
  readonly rogue: TestIssuer
  /** Host of an API → where it listens. */
  readonly apis: Readonly<Record<string, string>>
  /** Host of an issuer → where it listens. */
  readonly issuers: Readonly<Record<string, string>>
  /** Dials the issuers by their names. */
  readonly fetch: typeof fetch
  /** Sees what goes by between all of them. */
  readonly window: Window
  /** The log of the APIs. */
  readonly log: readonly string[]
  close(): Promise<void>
}

/** Starts the servers. */
export async function openStage(): Promise<Stage> {
  const net = await createTestNetwork({ resource: 'https://notes.example' })
  const classicPs = await net.issuer('person-server', 'https://classic-ps.example')
  classicPs.generations = ['mission-header']
  const rogue = await net.issuer('person-server', 'https://rogue.example')
  for (const server of [net.personServer, classicPs]) server.policy.sub = nameAt

  const { origins, fetch } = await net.serveIssuers()
  const log: string[] = []
  const window = new Window()
  const serve = async (issuer: string, accessServer?: string): Promise<string> => {
    const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const app = notesApi({
      issuer,
      ...(accessServer && { accessServer }),
      fetch,
      onRefusal: (error) => log.push(error.hint ?? error.code),
      signingKey: { ...(await exportJWK(privateKey)), kid: 'api-1', alg: 'Ed25519' },
    })
    return (await net.listen(app, issuer)).url
  }
  const apis = {
    'notes.example': await serve('https://notes.example'),
    'team.example': await serve('https://team.example', 'https://as.example'),
  }
  const issuers = Object.fromEntries(Object.entries(origins).map(([id, url]) => [new URL(id).host, url]))
  for (const [host, origin] of Object.entries({ ...issuers, ...apis }))
    await net.listen(window.before(origin), `https://${host}`)

  return {
    net,
    planner: await net.agent({ name: 'planner' }),
    courier: await net.agent({ name: 'courier', personServer: classicPs }),
    ps: net.personServer,
    classicPs,
    as: net.accessServer,
    rogue,
    apis,
    issuers,
    fetch,
    window,
    log,
    close: () => net.close(),
  }
}

/** What a person server calls Ada at an API: by another name at each, so that they cannot compare. */
function nameAt(resource: string): string {
  return `ada-at-${new URL(resource).host.split('.')[0]}`
}
