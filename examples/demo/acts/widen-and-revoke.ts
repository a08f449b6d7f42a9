import type { Caller } from '../caller.ts'
import type { Generation } from '../generations.ts'
import type { Act } from '../play.ts'
import { revoke } from '../revoke.ts'
import type { Stage } from '../stage.ts'

const api = 'https://notes.example'

/** Goes on with the auth token of the way in: to a wider scope, and to its end. */
export function widenAndRevokeAct(stage: Stage, caller: Caller, generation: Generation): Act {
  const { held, name } = caller
  const { personServer, renewal, members } = generation
  const host = new URL(personServer.id).host
  const before = { authToken: '' }

  return {
    title: `A wider scope, and its end, by ${generation.name}`,
    intro: `The ${name} may read. It wants to write as well, is granted that, and loses it again.`,
    steps: [
      {
        who: `The ${name} adds a note, with the token that is for reading.`,
        play() {
          before.authToken = held.authToken
          return caller.addNote(`${api}/notes`, held.authToken)
        },
        told: {
          status: 401,
          error: 'auth_token_required',
          'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
          'resource token': generation.question,
        },
        because: 'The token is good, and too little. The question names what it has and what it lacks.',
      },
      {
        who: `The ${name} carries the question to ${host}, and Ada says yes again.`,
        play: () => generation.carry(held.authToken),
        told: {
          status: 200,
          'auth token': generation.answer,
          'bound to the agent’s key': true,
        },
        because: 'A wider scope is a new decision. Her server could have granted less, or nothing.',
      },
      {
        who: `The ${name} adds the note with the wider token.`,
        play: () => caller.addNote(`${api}/notes`, held.authToken),
        told: { status: 201, body: { added: 'buy milk', scopes: ['notes.read', 'notes.write'] } },
        because: 'The API kept nothing in between. All that it needs to know is in the token.',
      },
      {
        who: 'rogue.example tells the API that this token is withdrawn.',
        play: () => revoke(stage, stage.rogue, api, held.authToken, members),
        told: { status: 403, error: 'unsupported_iss' },
        because: 'The API does not trust rogue.example to issue tokens, so it may not withdraw any.',
      },
      {
        who: `Ada has changed her mind: ${host} withdraws the wider token.`,
        play: () => revoke(stage, personServer, api, held.authToken, members),
        told: { status: 200 },
        because: `The server signs in its own name, with a key that it publishes. ${members.join(' and ')} say which token.`,
      },
      {
        who: `The ${name} asks for the notes with the withdrawn token.`,
        play: () => caller.get(`${api}/notes`, { token: held.authToken }),
        told: {
          status: 401,
          error: 'revoked_jwt',
          'signature-error': 'error=revoked_jwt',
          'aauth-requirement': `requirement=${renewal}`,
        },
        because: `It is signed well and has not expired, and is refused at once. What to come back with is in the answer: ${renewal}.`,
      },
      {
        who: `The ${name} asks for them with the narrower token of before.`,
        play: () => caller.get(`${api}/notes`, { token: before.authToken }),
        told: { status: 200, body: generation.reader },
        because: 'Ada took back writing, and left reading. Her server can withdraw this token as well.',
      },
    ],
  }
}
