import { type Auth, authorize } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import {
  approvedTools,
  mayResume,
  missionGrant,
  monitorMissions,
  verifyMissionBlob,
} from '@aauth-guard/core/missions'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type Grant, toRequest, toSignedRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

const approver = 'https://ps.example'
const s256 = `${'1'.repeat(42)}A`
const old = { generation: 'mission-header', mission: s256 } as const
const blob =
  '{"agent":"aauth:planner@agent.example","approved_at":"2026-09-21T13:00:00Z","description":"Grüße sortieren","approved_tools":[{"name":"Reader"}]}'
const blobDigest = 'nkx88Xelz13wBwUE956Dq5tUJR4bsbLtIcwE0KcV7OI'

/** Missions, grants and mission blobs on the runtime's own `Request` and digests. */
export const missions: readonly Check[] = [
  ...(['mission-header', 'person-token'] as const).map((generation) =>
    check(
      `refuses a mission of the ${generation} generation from the moment of its termination`,
      async () => {
        const { agent, resource, call, refusal } = await makeWorld({ trust: listed })
        const token = await agent.authToken({ generation, mission: s256 })
        await call(token)
        await resource.missions.terminate({ approver, s256 }, 'revoked')
        const { status, code, problem } = await refusal(token)
        equal(
          [status, code, problem.mission_status, problem.termination_reason],
          [403, 'mission_terminated', 'terminated', 'revoked'],
        )
      },
    ),
  ),
  check('lets another runtime of the class resume, but none of another provider', async () => {
    const world = await makeWorld({ trust: listed })
    const grant = JSON.parse(JSON.stringify(missionGrant(await authOf(world, world.agent, old))))
    const second = await world.net.agent({ name: 'second', alg: 'ES256' })
    const provider = await world.net.issuer('agent-provider', 'https://other-agent.example')
    const foreign = await world.net.agent({ name: 'foreign', provider })
    equal(
      [
        mayResume(grant, await authOf(world, second, old)),
        mayResume(grant, await authOf(world, foreign, old)),
        mayResume(grant, await authOf(world, second, { generation: 'mission-header' })),
      ],
      ['match', 'class_mismatch', 'mission_mismatch'],
    )
  }),
  check('establishes no class in draft 11 and answers class_unverifiable', async () => {
    const world = await makeWorld({ trust: listed })
    const grant = missionGrant(await authOf(world, world.agent, { mission: s256 }))
    const second = await authOf(world, await world.net.agent({ name: 'second' }), { mission: s256 })
    equal([mayResume(grant, second), mayResume(grant, second, 'mission-only')], ['class_unknown', 'match'])
  }),
  check('verifies a mission blob over its exact octets', async () => {
    const octets = new TextEncoder().encode(blob)
    const { description } = await verifyMissionBlob(octets, blobDigest)
    const respaced = new TextEncoder().encode(`${blob} `)
    const refused = await verifyMissionBlob(respaced, blobDigest).then(
      () => 'taken',
      ({ name }: Error) => name,
    )
    equal([description, refused], ['Grüße sortieren', 'TypeError'])
  }),
  check('accepts the tools of the mission blob on a route', async () => {
    const octets = new TextEncoder().encode(blob)
    equal(approvedTools(await verifyMissionBlob(octets, blobDigest)), [{ name: 'Reader' }])
    const { agent, call, refusal } = await makeWorld({
      trust: listed,
      missions: monitorMissions({ blobs: () => octets }),
    })
    const token = await agent.authToken({ mission: blobDigest })
    const { type } = await call(token, { requirement: { tool: 'Reader' } })
    const { code } = await refusal(token, { requirement: { tool: 'Eraser' } })
    equal([type, code], ['auth-token', 'access_denied'])
  }),
  ...[false, true].map((digest) =>
    check(
      `passes on a request without AAuth-Mission, its content ${digest ? 'compared' : 'unread'}`,
      async () => {
        const { agent, resource, net } = await makeWorld({ trust: listed })
        const token = await agent.authToken(old)
        const request = { method: 'POST', body: 'Grüße', headers: { 'x-tag': 'a' } }
        const how = { token, digest, mission: { approver, s256 } }
        const message = await agent.sign(`${net.resource}/notes`, request, how)
        const inner = fetchGuard(resource, { mission: 'required' })(async (given) =>
          Response.json([given.headers.has('aauth-mission'), given.headers.get('x-tag'), await given.text()]),
        )
        const outer = fetchGuard(resource, {})((given) => inner(given))
        const response = await outer(toRequest(message))
        equal([response.status, await response.json()], [200, [false, 'a', 'Grüße']])
      },
    ),
  ),
]

async function authOf({ net, resource }: World, agent: Agent, grant: Grant): Promise<Auth> {
  const token = await agent.authToken(grant)
  const message = await agent.sign(`${net.resource}/notes`, {}, { token })
  return authorize(resource, toSignedRequest(message))
}
