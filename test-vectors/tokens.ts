import { type Corruption, corruptToken, type Grant, type TokenChanges } from '@aauth-guard/testing'
import type { Scene } from './scene.ts'

/** A token, once it is known who takes part. */
export type Token = (scene: Scene) => Promise<string>
type Changes<T> = T | ((scene: Scene) => T)
type Issuing = 'personServer' | 'accessServer'

const changesOf = <T extends object>(changes: Changes<T>, scene: Scene): T =>
  typeof changes === 'function' ? changes(scene) : changes

export const agentToken =
  (changes: Changes<TokenChanges> = {}): Token =>
  (scene) =>
    scene.agent.agentToken(changesOf(changes, scene))

export const personToken =
  (grant: Changes<Grant> = {}): Token =>
  (scene) =>
    scene.agent.personToken(changesOf(grant, scene))

/** An auth token of draft 11. */
export const authToken =
  (grant: Changes<Grant> = {}, by: Issuing = 'personServer'): Token =>
  (scene) =>
    scene.agent.authToken({ scope: 'notes.read', ...changesOf(grant, scene) }, scene[by])

/** An auth token of drafts 01 to 10. */
export const olderAuthToken = (grant: Changes<Grant> = {}, by: Issuing = 'personServer'): Token =>
  authToken((scene) => ({ ...changesOf(grant, scene), generation: 'mission-header' }), by)

/** Changes to the key a token confirms. */
export const confirming =
  (change: (jwk: Record<string, unknown>) => unknown) =>
  ({ agent }: Scene): TokenChanges => ({ claims: { cnf: { jwk: change({ ...agent.key.jwk }) } } })

/** The members of an object but one. */
export const without = (object: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))

/** Changes the text of a token; its signature stays what it was. */
export const corrupted =
  (token: Token, how: Corruption): Token =>
  async (scene) =>
    corruptToken(await token(scene), how)

/**
 * Changes the bytes of a segment of an agent token and signs anew, so that nothing else is wrong with it.
 */
export const resigned =
  (token: Token, segment: 'header' | 'payload', change: (text: string) => string | Buffer): Token =>
  async (scene) => {
    const [header = '', payload = ''] = (await token(scene)).split('.')
    const anew = (text: string): string =>
      Buffer.from(change(Buffer.from(text, 'base64url').toString())).toString('base64url')
    const input = segment === 'header' ? `${anew(header)}.${payload}` : `${header}.${anew(payload)}`
    return `${input}.${Buffer.from(await scene.agentProvider.key.sign(new TextEncoder().encode(input))).toString('base64url')}`
  }
