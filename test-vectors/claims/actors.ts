import { claims } from '../claim.ts'
import { olderGrantee } from '../identities.ts'
import { olderAuthToken } from '../tokens.ts'

const planner = 'aauth:planner@agent.example'
const saying = (said: Record<string, unknown>) => olderAuthToken({ claims: said })
const actors = (depth: number): Record<string, unknown> => ({
  agent: `aauth:a${depth}@upstream.example`,
  ...(depth > 1 && { act: actors(depth - 1) }),
})

/** `act`, which drafts 01 to 10 shape in three ways: it is checked, and decides nothing. */
export const actorChains = claims(
  'mission-header',
  { route: { scope: 'notes.read' } },
  {
    accept: {
      'actor-is-the-agent-by-sub': {
        title: 'act.sub may repeat the agent, as in drafts 01 to 03',
        ids: 'AUTH-5',
        token: saying({ act: { sub: planner, act: { sub: 'aauth:boss@upstream.example' } } }),
        auth: olderGrantee,
      },
      'actor-is-the-agent': {
        title: 'act.agent may repeat the agent, as in draft 04',
        ids: 'AUTH-5',
        token: saying({ act: { agent: planner, act: { agent: 'aauth:boss@upstream.example' } } }),
        auth: olderGrantee,
      },
      'actor-upstream': {
        title: 'act.agent may name the agent upstream, as in drafts 05 to 10, and has no effect',
        ids: 'AUTH-5',
        token: saying({ act: actors(8) }),
        auth: olderGrantee,
      },
    },
    refuse: {
      'actor-is-another-by-sub': {
        title: 'act.sub must be the agent',
        ids: 'AUTH-5',
        token: saying({ act: { sub: 'aauth:other@agent.example' } }),
        error: 'invalid_jwt',
      },
      'actor-no-object': {
        title: 'An actor must be an object',
        ids: 'AUTH-5',
        token: saying({ act: planner }),
        error: 'invalid_jwt',
      },
      'actor-of-both-shapes': {
        title: 'An actor must be named once',
        ids: 'AUTH-5',
        token: saying({ act: { sub: planner, agent: planner } }),
        error: 'invalid_jwt',
      },
      'actor-of-no-shape': {
        title: 'An actor must have a name',
        ids: 'AUTH-5',
        token: saying({ act: {} }),
        error: 'invalid_jwt',
      },
      'actor-malformed': {
        title: 'Every actor of the chain must be an agent',
        ids: 'AUTH-5',
        token: saying({ act: { agent: planner, act: { agent: 'https://upstream.example' } } }),
        error: 'invalid_jwt',
      },
      'nine-actors': {
        title: 'A chain has at most eight actors',
        ids: 'AUTH-5',
        token: saying({ act: actors(9) }),
        error: 'invalid_jwt',
      },
    },
  },
)
