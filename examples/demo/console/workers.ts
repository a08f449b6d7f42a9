import type { Agent, AgentRequest, SignOptions, TestIssuer, TestNetwork } from '@aauth-guard/testing'

/** Seconds for which tokens live, so that new ones come and old ones go while somebody looks. */
const lifetime = 300
/** Seconds before the end of a token at which its agent gets another one. */
const early = 30

/** An agent that works under a mission until the person ends it, and a little longer. */
export class Worker {
  readonly agent: Agent
  readonly person: string
  readonly mission: { readonly approver: string; readonly s256: string }
  private readonly net: TestNetwork
  private token: { readonly jwt: string; readonly until: number } | undefined

  constructor(net: TestNetwork, agent: Agent, person: string, s256: string) {
    this.net = net
    this.agent = agent
    this.person = person
    this.mission = { approver: this.personServer.id, s256 }
  }

  get personServer(): TestIssuer {
    return this.agent.personServer as TestIssuer
  }

  /** How the agent signs a request under its mission. */
  async signing(): Promise<SignOptions> {
    const isClassic = !this.personServer.generations.includes('person-token')
    return { token: await this.currentToken(), ...(isClassic && { mission: this.mission }) }
  }

  /** A token with changes of its own, which is not kept. */
  newToken(scope: string, lifetimeOfToken: number = lifetime): Promise<string> {
    const { agent, person, mission } = this
    const [generation = 'person-token'] = this.personServer.generations
    return agent.authToken({
      scope,
      sub: person,
      mission: mission.s256,
      generation,
      lifetime: lifetimeOfToken,
    })
  }

  private async currentToken(): Promise<string> {
    const now = this.net.clock.now()
    if (this.token === undefined || now >= this.token.until)
      this.token = { jwt: await this.newToken('notes.read notes.write'), until: now + lifetime - early }
    return this.token.jwt
  }
}

/** What an agent asks for when it works: mostly reading. */
export function nextTask(): { readonly path: string; readonly request: AgentRequest } {
  const id = 1 + Math.floor(Math.random() * 200)
  const dice = Math.random()
  if (dice < 0.6) return { path: `/notes/${id}`, request: {} }
  if (dice < 0.85) return { path: `/reports/${id}`, request: {} }
  return { path: '/notes', request: { method: 'POST' } }
}
