import { type Issuers, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import type { TestKey } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { shown } from '../terminal/shown.ts'
import { FetchFailure } from './failure.ts'
import type { Credential } from './outgoing.ts'
import type { PersonServer, Ways } from './person-server.ts'
import type { Requirement } from './requirement.ts'

/** Who calls the API, and how. */
export interface ApiOptions {
  readonly origin: string
  readonly key: TestKey
  readonly agent: Credential
  readonly personServer: PersonServer | undefined
  /** Digest of the mission that it is called under. */
  readonly mission: string | undefined
  readonly issuers: Issuers
  readonly ways: Ways
}

/** Brings the tokens that one API asks for. */
export class Tokens {
  readonly #options: ApiOptions

  constructor(options: ApiOptions) {
    this.#options = options
  }

  /** An auth token for a resource token that the API issued. @throws {FetchFailure} for one that must not be used */
  async redeem(resourceToken: string, presented: Credential): Promise<Credential> {
    const { key, agent, origin, issuers } = this.#options
    const personServer = this.#personServer('an auth token')
    const context = { role: 'agent', resource: origin, requestKey: key.thumbprint, issuers } as const
    const asked = await verifyResourceToken(resourceToken, {
      ...context,
      personServer: personServer.id,
      agentToken: agent.token,
      presentedToken: presented.token,
    }).catch((error: unknown) => {
      throw notUsable('the API handed over a resource token that must not be used', error, {
        remedy: issuerRemedy(resourceToken, origin),
      })
    })
    const token = await personServer.authToken(resourceToken, asked, presented)
    await verifyExchange({ resourceToken: asked, authToken: token, issuers }).catch((error: unknown) => {
      throw notUsable('the person server gave an auth token that must not be used', error)
    })
    return { kind: 'auth-token', token, origins: [origin] }
  }

  /** The token that is asked for; `undefined` where there is none to bring. */
  async answer(
    { name, resourceToken }: Requirement,
    credential: Credential,
  ): Promise<Credential | undefined> {
    const { agent, origin, mission } = this.#options
    switch (name) {
      case 'agent-token':
        return credential.kind === 'agent-token' ? undefined : agent
      case 'person-token': {
        const token = await this.#personServer('a person token').personToken(origin, mission)
        return { kind: 'person-token', token, origins: [origin] }
      }
      case 'auth-token':
        return resourceToken === undefined ? undefined : this.redeem(resourceToken, credential)
      default:
        return undefined
    }
  }

  #personServer(what: string): PersonServer {
    const { personServer, origin } = this.#options
    if (personServer !== undefined) return personServer
    throw new FetchFailure(`${origin} asks for ${what}, and the agent token does not name a person server`)
  }
}

function notUsable(what: string, error: unknown, { remedy }: { remedy?: string | undefined } = {}) {
  const { code, hint, message } = error as Error & { code?: string; hint?: string }
  const reason = shown(hint ?? message, 512)
  return new FetchFailure(`${what}${code === undefined ? '' : ` (${code})`}: ${reason}`, remedy)
}

/** Where the API calls itself something else than it was called by. */
function issuerRemedy(resourceToken: string, origin: string): string | undefined {
  try {
    const { iss } = decodeJwt(resourceToken)
    return iss === undefined || iss === origin
      ? undefined
      : `its issuer is "${shown(iss, 256)}": call it there, or set "issuer" of createResource to ${origin}`
  } catch {
    return undefined
  }
}
