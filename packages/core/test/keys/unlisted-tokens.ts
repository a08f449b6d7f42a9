import type { World } from '@aauth-guard/fixtures/world'

/** A token of a person server that exists and that nobody here has heard of before. */
export async function unlistedToken({ net, agent }: World, id: string): Promise<string> {
  return (await net.issuer('person-server', id)).personToken(agent)
}

/** A token that names a person server nobody can reach. Anybody can make one. */
export function madeUpToken({ net, agent }: World, id: string): Promise<string> {
  return net.personServer.personToken(agent, { claims: { iss: id } })
}
