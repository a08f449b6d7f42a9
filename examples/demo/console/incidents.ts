import type { SignedMessage } from '@aauth-guard/testing'
import { nextTask, type Worker } from './workers.ts'
import type { WatchedWorld } from './world.ts'

/** Makes the requests of one incident, which are sent one after the other. */
type Incident = (world: WatchedWorld, worker: Worker) => Promise<readonly SignedMessage[]>

const mistaken =
  (mistake: 'stale' | 'wrong-key' | 'other-path' | 'omit-path'): Incident =>
  async ({ sign }, worker) => [
    await sign(worker.agent, nextTask().path, {}, { ...(await worker.signing()), mistake }),
  ]

/** What goes wrong, with how often it does, compared with each other. */
export const incidents: readonly (readonly [weight: number, name: string, Incident])[] = [
  [4, 'a request without a signature', async ({ unsigned }) => [unsigned(nextTask().path)]],
  [
    3,
    'an agent that begins with its agent token',
    async ({ sign }, { agent }) => [
      await sign(agent, '/notes/1', {}, { token: await agent.agentToken() }),
      await sign(agent, '/whoami', {}, { token: await agent.agentToken() }),
    ],
  ],
  [3, 'a signature that is too old', mistaken('stale')],
  [2, 'a stolen token', mistaken('wrong-key')],
  [1, 'a path that a proxy changed', mistaken('other-path')],
  [1, 'a signature that leaves out the path', mistaken('omit-path')],
  [
    2,
    'a request that is sent twice',
    async ({ sign }, worker) => {
      const message = await sign(worker.agent, '/notes', { method: 'POST' }, await worker.signing())
      return [message, message]
    },
  ],
  [
    3,
    'scopes that are too narrow',
    async ({ sign, optionsOf }, worker) => [
      await sign(
        worker.agent,
        '/notes',
        { method: 'POST' },
        optionsOf(worker, await worker.newToken('notes.read')),
      ),
    ],
  ],
  [
    1,
    'a token that has expired',
    async ({ sign, optionsOf }, worker) => [
      await sign(worker.agent, '/notes/1', {}, optionsOf(worker, await worker.newToken('notes.read', -1))),
    ],
  ],
  [
    2,
    'a token that was revoked',
    async ({ sign, optionsOf, revoke }, worker) => {
      const token = await worker.newToken('notes.read')
      await revoke(worker, token)
      return [await sign(worker.agent, '/notes/1', {}, optionsOf(worker, token))]
    },
  ],
  [
    2,
    'a person server that is not trusted',
    async ({ sign, rogue }, { agent }) => [
      await sign(agent, '/notes/1', {}, { token: await rogue.authToken(agent, { scope: 'notes.read' }) }),
    ],
  ],
  [
    1,
    'work without a mission where one is required',
    async ({ sign, net }, { agent }) => [
      await sign(
        agent,
        '/reports/1',
        {},
        { token: await net.personServer.authToken(agent, { scope: 'notes.read' }) },
      ),
    ],
  ],
  [
    1,
    'an agent provider that is down',
    async ({ sign, lost }) => [await sign(lost, '/whoami', {}, { token: await lost.agentToken() })],
  ],
]
