import { makeExchangeWorld, notes } from './exchange-world.ts'

export const ps = 'https://ps.example'
export const proposal = {
  description: 'Sort the notes',
  tools: [{ name: 'Sorter', description: 'Sorts' }],
  resources: [notes],
}

export async function makeMission(
  generation: 'person-token' | 'mission-header' = 'person-token',
  options: Parameters<typeof makeExchangeWorld>[1] = {},
) {
  const world = await makeExchangeWorld(generation, options, { sockets: false })
  return { ...world, missions: world.net.personServer.missions }
}
