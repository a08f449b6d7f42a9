import type { World } from '@aauth-guard/fixtures/world'

/** A token of a person server that exists and that this resource has not seen before. */
export async function unlistedToken({ net, agent }: World, id: string): Promise<string> {
  return (await net.issuer('person-server', id)).personToken(agent)
}

/** A token that names an unreachable person server. Anyone can make one. */
export function madeUpToken({ net, agent }: World, id: string): Promise<string> {
  return net.personServer.personToken(agent, { claims: { iss: id } })
}
