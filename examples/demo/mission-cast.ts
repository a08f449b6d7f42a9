import { Agent, makeKey, type TestIssuer, type TestNetwork } from '@aauth-guard/testing'

/** Who acts in a mission. All but the foreign one are one agent, as its provider vouches: each with a key of its own. */
export interface MissionCast {
  readonly personServer: TestIssuer
  readonly first: Agent
  readonly second: Agent
  /** Comes when the first one is dead. */
  readonly replacement: Agent
  /** Of another provider. */
  readonly foreign: Agent
}

/** `foreign`: name and provider of the foreign runtime. */
export async function castOf(
  net: TestNetwork,
  name: string,
  personServer: TestIssuer,
  [foreign, provider]: readonly [name: string, provider: string],
): Promise<MissionCast> {
  const runtime = async (key: string): Promise<Agent> =>
    new Agent(
      net,
      name,
      net.agentProvider,
      personServer,
      await makeKey(`${net.seed} ${name} ${key}`, key, 'Ed25519'),
    )
  return {
    personServer,
    first: await runtime('first'),
    second: await runtime('second'),
    replacement: await runtime('replacement'),
    foreign: await net.agent({
      name: foreign,
      provider: await net.issuer('agent-provider', provider),
      personServer,
    }),
  }
}
