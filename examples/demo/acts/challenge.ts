import type { Step } from '../play.ts'
import { send, unsigned } from '../send.ts'
import type { Stage } from '../stage.ts'

/** What both generations begin with. */
export function knockUnsigned(stage: Stage): Step {
  return {
    who: 'Somebody asks for the notes, without any signature.',
    play: () => send(stage, unsigned('GET', '/notes')),
    told: {
      status: 401,
      error: 'invalid_signature',
      'signature-error': 'error=invalid_signature',
      'aauth-requirement': 'requirement=agent-token',
      'accept-signature-scheme': 'jwt',
      'accept-signature-alg': 'Ed25519, ES256',
    },
    because:
      'Nobody enters unsigned. The answer says what to come back with, so an agent can do so by itself.',
  }
}
