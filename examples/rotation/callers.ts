import { createIssuers, verifyResourceToken } from '@aauth-guard/core/exchange'
import type { Agent, TestNetwork } from '@aauth-guard/testing'
import { isInnerList, parseDictionary } from 'structured-headers'

/** A resource token that is redeemed as late as it can be. */
interface Held {
  readonly resourceToken: string
  readonly personToken: string
  /** Seconds at which it is redeemed: one before it expires. */
  readonly at: number
}

/** Seconds between two calls. */
const often = 60
/** Seconds for which a resource token is held; it lives for 300. */
const long = 299

/** Agents that call an API all the time, and count who is refused. */
export class Callers {
  /** What went well: whole calls, and resource tokens that were redeemed and verified at last. */
  succeeded = 0
  /** What did not, and why. */
  readonly refused: string[] = []
  readonly #net: TestNetwork
  readonly #agent: Agent
  #held: Held[] = []

  constructor(net: TestNetwork, agent: Agent) {
    this.#net = net
    this.#agent = agent
  }

  /** Calls from the agent token up to the granted call, and begins another call that is taken up again much later. */
  async call(): Promise<void> {
    const url = `${this.#net.resource}/notes`
    await this.#count(async () => {
      const { response } = await this.#agent.call(url)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    })
    const personToken = await this.#agent.personToken()
    const challenge = await this.#agent.fetch(url, {}, { token: personToken })
    const held = { resourceToken: resourceTokenOf(challenge), personToken, at: this.#net.clock.now() + long }
    this.#held.push(held)
  }

  /** Calls again and again while time passes. */
  async pass(seconds: number): Promise<void> {
    const { clock } = this.#net
    const end = clock.now() + seconds
    let nextCall = clock.now() + often
    while (clock.now() < end) {
      clock.set(Math.min(end, nextCall, ...this.#held.map(({ at }) => at)))
      await this.#takeUpHeld()
      if (clock.now() < nextCall) continue
      await this.call()
      nextCall += often
    }
  }

  async #takeUpHeld(): Promise<void> {
    const now = this.#net.clock.now()
    const due = this.#held.filter(({ at }) => at <= now)
    this.#held = this.#held.filter(({ at }) => at > now)
    for (const held of due) {
      await this.#count(() => this.#redeem(held))
      await this.#count(() => this.#verifyAnew(held))
    }
  }

  /** Verifies the resource token as a person server does that has not fetched the keys of the API before. */
  async #verifyAnew({ resourceToken, personToken }: Held): Promise<void> {
    const { fetch, clock, personServer } = this.#net
    await verifyResourceToken(resourceToken, {
      role: 'person-server',
      recipient: personServer.id,
      requestKey: this.#agent.key.thumbprint,
      agentToken: await this.#agent.agentToken(),
      presentedToken: personToken,
      issuers: createIssuers({ fetch, now: clock.now }),
    })
  }

  /** Takes the resource token to the person server, which verifies it with the keys that the API publishes. */
  async #redeem({ resourceToken, personToken }: Held): Promise<void> {
    const response = await this.#agent.fetch(
      `${this.#net.personServer.id}/auth-token`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource_token: resourceToken, presented_token: personToken }),
      },
      { token: await this.#agent.agentToken(), digest: true, params: { nonce: crypto.randomUUID() } },
    )
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  }

  async #count(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.succeeded += 1
    } catch (error) {
      this.refused.push(error instanceof Error ? error.message : String(error))
    }
  }
}

function resourceTokenOf({ headers }: Response): string {
  const member = parseDictionary(headers.get('aauth-requirement') ?? '').get('requirement')
  if (member === undefined || isInnerList(member)) throw new Error('the API asked for no auth token')
  return String(member[1].get('resource-token'))
}
