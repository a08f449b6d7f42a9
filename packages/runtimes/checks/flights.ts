import { type Check, equal } from './check.ts'
import { call, linesOf, reader, type Scene, socket } from './scene.ts'

/** Seconds after which nothing is left of the keys that were fetched. */
const long = 90_000

/** Requests for keys, which runtimes may end together with the request they were made for. */
export const flights: readonly Check<Scene>[] = [
  socket('fetches the new key of an issuer', async (scene) => {
    await call(scene, await reader(scene.agent), '/notes')
    await scene.net.personServer.rotate({ withdraw: true })
    await scene.advance(60)
    equal((await call(scene, await reader(scene.agent), '/notes')).status, 200)
  }),
  ...(['redirect', 'content-encoding', 'huge', 'endless', 'foreign-jwks-uri'] as const).map((how) =>
    socket(`refuses what an issuer answers with ${how}`, async (scene) => {
      await scene.advance(long)
      scene.net.personServer.misbehave(how)
      const { status, headers } = await call(scene, await reader(scene.agent), '/notes')
      scene.net.personServer.behave()
      equal([status, headers.get('signature-error')], [401, 'error=invalid_jwt'])
    }),
  ),
  socket('uses keys that are due for renewal until the new ones arrive', async (scene) => {
    await scene.advance(long)
    const token = await reader(scene.agent)
    const statuses: number[] = []
    for (const seconds of [0, 500, 10, 100, 100, 600]) {
      await scene.advance(seconds)
      statuses.push((await call(scene, token, '/notes')).status)
    }
    equal(statuses, [200, 200, 200, 200, 200, 200])
  }),
  socket('answers other callers when the one whose request fetches keys disconnects', async (scene) => {
    await scene.advance(long)
    const { arrived, release } = scene.issuers.hold()
    const left = leave(scene, arrived)
    await arrived
    const waiting = [1, 2].map(async () => call(scene, await reader(scene.agent), '/notes'))
    equal(await left, 'left')
    release()
    equal(
      (await Promise.all(waiting)).map(({ status }) => status),
      [200, 200],
    )
  }),
  socket('answers the next caller after the one whose request fetched keys disconnected', async (scene) => {
    await scene.advance(long)
    const { arrived, release } = scene.issuers.hold()
    equal(await leave(scene, arrived), 'left')
    await scene.advance(0)
    release()
    await scene.advance(60)
    equal((await call(scene, await reader(scene.agent), '/notes')).status, 200)
  }),
  socket(
    'stops waiting for an issuer that does not answer, and fetches from it again later',
    async (scene) => {
      await scene.advance(long)
      const { release } = scene.issuers.hold()
      const { status, headers } = await call(scene, await reader(scene.agent), '/notes')
      release()
      await scene.advance(60)
      const later = await call(scene, await reader(scene.agent), '/notes')
      equal([status, later.status], [503, 200])
      // Seconds pass on a busy machine.
      equal(/^[1-5]$/.test(headers.get('retry-after') ?? ''), true)
    },
  ),
]

/** Calls, and hangs up as soon as `moment` comes. */
async function leave({ agent, url }: Scene, moment: Promise<void>): Promise<string> {
  const message = await agent.sign('https://notes.example/notes', {}, { token: await reader(agent) })
  const leaving = new AbortController()
  void moment.then(() => leaving.abort())
  return fetch(`${url}/notes`, { headers: linesOf(message), signal: leaving.signal }).then(
    () => 'answered',
    () => 'left',
  )
}
