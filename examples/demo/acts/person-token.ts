import type { SignOptions } from '@aauth-guard/testing'
import { decide } from '../person-server.ts'
import type { Act, Outcome } from '../play.ts'
import { resourceTokenOf, send } from '../send.ts'
import type { Stage } from '../stage.ts'
import { knockUnsigned } from './challenge.ts'

/** How an agent gets in, in draft 11. */
export function personTokenAct(stage: Stage): Act {
  const { planner, ps } = stage
  const held = { agentToken: '', resourceToken: '', authToken: '' }
  const get = async (target: string, options: SignOptions): ReturnType<typeof send> =>
    send(stage, await planner.sign(`https://notes.example${target}`, {}, options))

  return {
    title: 'The way in, by draft 11 of AAuth',
    intro: 'The agent shows three tokens, each of which says more: which agent, for whom, what is granted.',
    steps: [
      knockUnsigned(stage),
      {
        who: 'The planner signs, and shows the token of its provider: "this key is the planner".',
        async play() {
          held.agentToken = await planner.agentToken()
          return get('/whoami', { token: held.agentToken })
        },
        told: {
          status: 200,
          body: { agent: 'aauth:planner@agent.example' },
          'API looked up': ['agent.example/.well-known/aauth-agent.json', 'agent.example/jwks.json'],
        },
        because:
          'The API fetched the provider’s keys, checked the token with them, and the signature with the key in the token.',
      },
      {
        who: 'With the same token it asks for the notes.',
        play: () => get('/notes', { token: held.agentToken }),
        told: {
          status: 401,
          error: 'person_token_required',
          'aauth-requirement': 'requirement=person-token',
          'API looked up': ['ps.example/.well-known/aauth-person.json', 'ps.example/jwks.json'],
        },
        because: 'Notes belong to a person. Which agent is calling is known; for whom it acts is not.',
      },
      {
        who: 'It comes back with a person token of Ada’s person server: "this key acts for Ada".',
        async play(): Promise<Outcome> {
          const outcome = await get('/notes', { token: await planner.personToken({ sub: 'ada' }) })
          held.resourceToken = resourceTokenOf(outcome.response)
          return outcome
        },
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
        },
        because:
          'For whom is known; what she allows is not. The resource token is the API’s question to her server.',
      },
      {
        who: 'The planner carries the question to ps.example, and Ada says yes.',
        async play(): Promise<Outcome> {
          const decision = await decide(stage, ps, planner, held.resourceToken)
          held.authToken = decision.authToken
          return decision
        },
        told: {
          'question from': 'https://notes.example',
          to: 'https://ps.example',
          scope: 'notes.read',
          ps: 'https://ps.example',
          sub: 'ada',
          'key is the agent’s': true,
          'seconds to live': 300,
          answer: 'auth token eyJ…',
        },
        because:
          'The question verifies with the keys that the API publishes. Nobody else could have asked it.',
      },
      {
        who: 'The planner comes back with the auth token.',
        play: () => get('/notes', { token: held.authToken }),
        told: { status: 200, body: { ps: 'https://ps.example', sub: 'ada', scopes: ['notes.read'] } },
        because:
          'Signature, token, issuer and scope are in order. The handler knows who calls and what was granted.',
      },
    ],
  }
}
