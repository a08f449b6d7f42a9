import { type Issuers, verifyExchange, verifyResourceToken } from '@aauth-guard/core/exchange'
import type { TestKey } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { shown } from '../terminal/shown.ts'
import { FetchFailure } from './failure.ts'
import type { Credential, Outgoing } from './outgoing.ts'
import type { PersonServer, Ways } from './person-server.ts'
import { type Requirement, readRequirement } from './requirement.ts'
import type { Received } from './send.ts'

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

/** What a call led to. */
export interface Outcome {
  /** `undefined` where the call was left to be sent by somebody else. */
  readonly received: Received | undefined
  readonly outgoing: Outgoing
  readonly credential: Credential
}

/** A call that was answered. */
export interface Answered extends Outcome {
  readonly received: Received
}

/** An API that keeps asking is left alone after so many answers. */
const maxChallenges = 6

/** Calls one API, and brings the tokens that it asks for. */
export class Api {
  readonly #options: ApiOptions
  /** An API of draft 11 reads the mission in the tokens. */
  #readsMissionHeader = true

  constructor(options: ApiOptions) {
    this.#options = options
  }

  /**
   * Calls until the API asks for nothing more.
   * @param credential shown first
   * @param leavesLast whether a call with an auth token is left to be sent by somebody else
   */
  async call(first: Outgoing, credential: Credential): Promise<Answered>
  async call(first: Outgoing, credential: Credential, leavesLast: boolean): Promise<Outcome>
  async call(first: Outgoing, credential: Credential, leavesLast = false): Promise<Outcome> {
    const { caller, pending, trace } = this.#options.ways
    let outgoing = this.#underMission(first)
    for (let challenges = 0; ; ) {
      if (leavesLast && credential.kind === 'auth-token') return { received: undefined, outgoing, credential }
      const received = await caller.send(outgoing, credential)
      const outcome = { received, outgoing, credential }
      let requirement = readRequirement(received)
      if (requirement !== undefined && isForAgent(received, requirement)) {
        const isOneTooMany = challenges++ === maxChallenges
        if (isOneTooMany)
          trace.say(`${received.url.origin} asked for ${maxChallenges} tokens, and gets no more`)
        const token = isOneTooMany ? undefined : await this.#answer(requirement, credential)
        if (token === undefined) return outcome
        credential = token
        requirement = undefined
        if (!outgoing.isPoll) outgoing = this.#underMission(first)
        if (received.status === 401) continue
      }
      const poll = await pending.next(received, requirement)
      if (poll === undefined) return outcome
      outgoing = poll
    }
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
  async #answer(
    { name, resourceToken }: Requirement,
    credential: Credential,
  ): Promise<Credential | undefined> {
    const { agent, origin, mission } = this.#options
    switch (name) {
      case 'agent-token':
        return credential.kind === 'agent-token' ? undefined : agent
      case 'person-token': {
        this.#readsMissionHeader = false
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

  /** Asserts the mission in the way of drafts 01 to 10. */
  #underMission(outgoing: Outgoing): Outgoing {
    const { mission, personServer } = this.#options
    if (mission === undefined || personServer === undefined || !this.#readsMissionHeader) return outgoing
    const value = `approver="${personServer.id}"; s256="${mission}"`
    return { ...outgoing, headers: [...outgoing.headers, ['aauth-mission', value]] }
  }
}

/** Whether an answer asks for a token, and not for a person or a payment. */
function isForAgent({ status }: Received, { name }: Requirement): boolean {
  return status === 401 || (status === 202 && name === 'auth-token')
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
