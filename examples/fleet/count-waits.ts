import { authorize, createResource } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { dialer } from '../conformance-target/dial.ts'
import { openStores, type Place } from './open-stores.ts'
import { issuer, type Prepared, window } from './signed.ts'
import { untilReady } from './until-ready.ts'
import { CountingProxy } from './waits.ts'

/** How often a GET and a POST wait for the stores, once the process is warm. */
export async function countWaits(
  place: Place,
  { missions, origins }: Pick<Prepared, 'missions' | 'origins'>,
): Promise<{ readonly get: number; readonly post: number }> {
  const url = new URL('redis' in place ? place.redis : place.postgres)
  const proxy = await CountingProxy.start(Number(url.port))
  url.port = `${proxy.port}`
  const opened = openStores('redis' in place ? { redis: `${url}` } : { postgres: `${url}` }, issuer)
  const resource = createResource({
    issuer,
    trust: 'any',
    scopes: { 'notes.read': 'Read notes' },
    stores: opened.stores,
    signatureWindow: window,
    fetch: dialer(origins),
    log: 'off',
    missions: monitorMissions({ source: () => ({ status: 'active' }) }),
  })
  try {
    await untilReady(() => resource.ready())
    const last = missions.at(-1)
    const [first, second] = last?.posts ?? []
    if (last === undefined || first === undefined || second === undefined)
      throw new Error('nothing is signed')
    const decide = (message: SignedMessage) => () => authorize(resource, toSignedRequest(message))
    // Keys are fetched, the token is verified and the status of the mission is queried before anything is counted.
    await decide(last.get)()
    await decide(first)()
    return { get: await proxy.count(decide(last.get)), post: await proxy.count(decide(second)) }
  } finally {
    resource.close()
    await opened.close()
    proxy.close()
  }
}
