import { monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { digest } from '../missions/watched.ts'
import { play, type Send } from './beside.ts'
import { anyPersonServer, type Caller, issuersOf, listedServer, makeScene, type Scene } from './scene.ts'

const path = '/aauth/mission-terminated'
const unlistedServer = 'https://other-ps.example'
const [alive, over] = [digest('alive'), digest('over')]

interface Server {
  readonly caller: Caller
  readonly announce: (mission: string) => Promise<string>
  /** A call under an active mission, or under one whose termination was announced. */
  readonly under: (mission: string) => Promise<string>
}

async function serverOf(scene: Scene, id: string): Promise<Server> {
  const caller = await scene.caller(id, 'person-server')
  // Makes its keys known.
  await caller.call()
  return {
    caller,
    announce: (mission) => scene.tell(caller.issuer, path, { mission_s256: mission }),
    under: async (mission) => caller.call({ token: await caller.token({ mission }) }),
  }
}

/** Ten terminations fill all places: of one server, or of all unlisted servers together. */
async function fill({ resource }: Scene, kind: keyof typeof issuersOf): Promise<void> {
  const room = kind === 'one domain' ? 10_000 : 100_000
  for (let n = 0; n < room - 10; n++) {
    const approver = kind === 'one domain' ? 'https://evil.example' : `https://filler${n}.example`
    await resource.missions.terminate({ approver, s256: digest(n) })
  }
}

async function attackers(scene: Scene, kind: keyof typeof issuersOf): Promise<readonly Send[]> {
  const ids = kind === 'one domain' ? ['https://evil.example'] : issuersOf[kind](12)
  const servers: Server[] = []
  for (const id of ids) servers.push(await serverOf(scene, id))
  return Array.from(
    { length: 36 },
    (_, n) => () => (servers[n % ids.length] as Server).announce(digest(`evil${n}`)),
  )
}

describe('when no more terminations of unlisted servers can be remembered', () => {
  it.each([
    ['one domain', '200', '200'],
    ['many domains', '429 rate_limited 60', '503 server_error 60'],
  ] as const)(
    '(%s) a listed server loses nothing; the next termination of another server gets %s, and without a source its missions get %s [MISS-9]',
    async (kind, told, then) => {
      const scene = await makeScene({
        ...anyPersonServer,
        missions: monitorMissions({ announcements: true }),
      })
      const [listed, unlisted] = [await serverOf(scene, listedServer), await serverOf(scene, unlistedServer)]
      const attack = await attackers(scene, kind)
      await fill(scene, kind)
      const honest = { listed: () => listed.under(alive), unlisted: () => unlisted.under(alive) }
      expect(await play({ attack, wave: 6, honest })).toEqual({
        attack: { 200: 10, '429 rate_limited 60': 26 },
        listed: { 200: 6 },
        unlisted: { 200: 6 },
      })
      expect([await listed.announce(over), await unlisted.announce(over)]).toEqual(['200', told])
      expect([await listed.under(over), await listed.under(alive)]).toEqual(['403 mission_terminated', '200'])
      expect(await unlisted.under(alive)).toBe(then)
    },
  )

  it('a source decides for each request whether a mission of another server is active [MISS-9]', async () => {
    const asked: string[] = []
    const source = ({ s256 }: { s256: string }) => {
      asked.push(s256)
      return { status: s256 === over ? ('terminated' as const) : ('active' as const) }
    }
    const scene = await makeScene({
      ...anyPersonServer,
      missions: monitorMissions({ announcements: true, source }),
    })
    const unlisted = await serverOf(scene, unlistedServer)
    const attack = await attackers(scene, 'many domains')
    await fill(scene, 'many domains')
    await play({ attack, wave: 6, honest: { unlisted: () => unlisted.under(alive) } })
    // The answer is kept until then, so the source was asked once.
    expect(asked).toEqual([alive])
    expect(await unlisted.announce(over)).toBe('429 rate_limited 60')
    const verdicts = [await unlisted.under(over), await unlisted.under(alive), await unlisted.under(alive)]
    expect(verdicts).toEqual(['403 mission_terminated', '200', '200'])
    expect(asked).toEqual([alive, over, alive, alive])
  })
})

describe('beside 150 requests of one server in one second', () => {
  it('that revoke, its own announcement and those of other servers are accepted [R11-252]', async () => {
    const scene = await makeScene({ ...anyPersonServer, missions: monitorMissions({ announcements: true }) })
    const [evil, other] = [
      await serverOf(scene, 'https://evil.example'),
      await serverOf(scene, unlistedServer),
    ]
    const revoke: Send = () =>
      scene.tell(evil.caller.issuer, '/aauth/revoke', {
        jti: scene.net.nextId(),
        exp: scene.net.clock.now() + 60,
      })
    const honest = { own: () => evil.announce(over), other: () => other.announce(over) }
    expect(await play({ attack: Array(150).fill(revoke), wave: 75, honest })).toEqual({
      attack: { 200: 100, '429 rate_limited 1': 50 },
      own: { 200: 2 },
      other: { 200: 2 },
    })
    expect([await evil.under(over), await other.under(over)]).toEqual(Array(2).fill('403 mission_terminated'))
  })

  it('that announce, 100 are accepted, and those of other servers [R11-252]', async () => {
    const scene = await makeScene({ ...anyPersonServer, missions: monitorMissions({ announcements: true }) })
    const [evil, other] = [
      await serverOf(scene, 'https://evil.example'),
      await serverOf(scene, unlistedServer),
    ]
    const attack = Array.from({ length: 150 }, (_, n) => () => evil.announce(digest(n)))
    expect(
      await play({ attack, wave: 50, honest: { other: () => other.announce(digest(scene.net.nextId())) } }),
    ).toEqual({
      attack: { 200: 100, '429 rate_limited 1': 50 },
      other: { 200: 3 },
    })
  })
})
