import type { Agent, AgentMistake, Grant, TestIssuer } from '@aauth-guard/testing'
import { note } from '../caller.ts'
import type { Act, Facts, Outcome, Step } from '../play.ts'
import { send } from '../send.ts'
import type { Stage } from '../stage.ts'

/** Whose token is attacked, and how it looks. */
export interface Target {
  readonly title: string
  readonly agent: Agent
  readonly grant: Grant
  /** What the holder of a token that cannot be repaired is sent back for. */
  readonly renewal: 'agent-token' | 'person-token'
}

const badSignature: Facts = {
  status: 401,
  error: 'invalid_signature',
  'signature-error': 'error=invalid_signature',
}
const badToken: Facts = { status: 401, error: 'invalid_jwt', 'signature-error': 'error=invalid_jwt' }
const url = 'https://notes.example/notes'

/** The same good token in every wrong way. */
export function attacksAct(stage: Stage, target: Target): Act {
  return {
    title: target.title,
    intro: 'From here on everything is wrong in exactly one respect, and must be refused for it.',
    steps: Object.values(attacks(stage, target)),
  }
}

/** Each of them, in the order in which they are played. */
export function attacks(stage: Stage, { agent, grant, renewal }: Omit<Target, 'title'>) {
  const token = (changes: Grant = {}, issuer?: TestIssuer): Promise<string> =>
    agent.authToken({ ...grant, scope: 'notes.read notes.write', sub: 'ada-at-notes', ...changes }, issuer)
  const misuse = async (mistake: AgentMistake, show: string[] = []): Promise<Outcome> =>
    send(stage, await agent.sign(url, {}, { token: await token(), mistake }), show)
  const get = async (text: string): Promise<Outcome> =>
    send(stage, await agent.sign(url, {}, { token: text }), ['signature-key'])
  const signNote = async (): ReturnType<Agent['sign']> =>
    agent.sign(url, note, { token: await token(), digest: true })
  const held: { posted?: Awaited<ReturnType<typeof signNote>> } = {}

  return {
    changedPath: {
      who: 'Somebody on the way changes /notes/7 to /notes/8.',
      async play() {
        const signed = await agent.sign(`${url}/7`, {}, { token: await token() })
        return send(stage, { ...signed, target: '/notes/8', url: `${url}/8` }, ['signature-input'])
      },
      told: badSignature,
      because: 'The path is under the signature.',
    },
    stale: {
      who: 'A request that was signed 61 seconds ago.',
      play: () => misuse('stale', ['signature-input']),
      told: badSignature,
      because: 'A signature is good for 60 seconds, so that nobody can keep it for later.',
    },
    thief: {
      who: 'A thief has the token, but not the key.',
      play: () => misuse('wrong-key', ['signature-key', 'signature']),
      told: badSignature,
      because: 'A token names a key and is worth nothing without it. So it is not an API key.',
    },
    otherAudience: {
      who: 'A token that was made for bank.example.',
      play: async () => get(await token({ aud: 'https://bank.example' })),
      told: badToken,
      because: 'A token is for one API. What another API gets to see cannot be used here.',
    },
    untrustedServer: {
      who: 'A server that the API does not trust vouches for Ada.',
      play: async () => get(await token({}, stage.rogue)),
      told: { ...badToken, 'aauth-requirement': `requirement=${renewal}` },
      because: 'It was refused before anything was fetched from it.',
    },
    signedBody: {
      who: 'The agent adds a note. The signature covers the digest of the body.',
      async play() {
        held.posted = await signNote()
        return send(stage, held.posted, ['content-digest', 'signature-input'])
      },
      told: { status: 201, body: { added: 'buy milk', scopes: ['notes.read', 'notes.write'] } },
      because: 'This one is in order, and is here for what comes next.',
    },
    repeated: {
      who: 'The very same request arrives a second time.',
      play: async () => send(stage, held.posted ?? (await signNote()), []),
      told: badSignature,
      because: 'One signature, one note: what changes something is served once.',
    },
    bodyLeftOut: {
      who: 'A note whose signature leaves the body out.',
      play: async () =>
        send(stage, await agent.sign(url, note, { token: await token() }), ['signature-input']),
      told: {
        status: 401,
        error: 'invalid_input',
        'signature-error':
          'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest" "content-type")',
      },
      because: 'This route wants the body under the signature. The answer lists what must be covered.',
    },
    swappedBody: {
      who: 'Somebody on the way swaps the body of another note.',
      async play() {
        const body = new TextEncoder().encode('{"text":"buy gold"}')
        return send(stage, { ...(await signNote()), body }, ['content-digest'])
      },
      told: badSignature,
      because: 'The digest is under the signature, and the body is not the one it is of.',
    },
  } satisfies Readonly<Record<string, Step>>
}
