import { authorize } from '@aauth-guard/core'
import { managedAccess } from '@aauth-guard/core/managed'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { codeDigest, foldCode, makeCode } from '../../core/src/managed/codes.ts'
import { managedStateOf } from '../../core/src/managed/managed-state.ts'
import { ownerOf } from '../../core/src/managed/owner.ts'
import { makePendingId, openPendingId } from '../../core/src/managed/pending-id.ts'
import { Sealer } from '../../core/src/managed/sealing.ts'
import { checkSealingKeys } from '../../core/src/managed/sealing-keys.ts'
import { decodeBase64url } from '../../core/src/wire/base64url.ts'
import { type Check, check, equal } from './check.ts'

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 5)
const issuer = 'https://notes.example'
/** Sealed by another runtime, and so by another implementation of AES-GCM and HKDF. */
const sealedElsewhere = 'AQFhAgv3zXfAX4F0pmTtmqINL8z6qb1Ws5RB7LYn9_xS2cXMQN03DBkC'

/** What seals and digests by the cryptography of the runtime. */
export const managed: readonly Check[] = [
  check('opens what another runtime has sealed, and what it sealed itself', async () => {
    const sealer = new Sealer(issuer, checkSealingKeys([{ kid: 'a', key }]))
    const text = await sealer.sealText('session', new TextEncoder().encode('Grüße'))
    const opened = await Promise.all(
      [text, sealedElsewhere].map(async (sealed) => {
        const octets = await sealer.openText('session', sealed)
        return octets && new TextDecoder().decode(octets)
      }),
    )
    equal(opened, ['Grüße', 'Grüße'])
    equal(await sealer.openText('pending id', text), undefined)
    const changed = decodeBase64url(text) as Uint8Array
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1
    equal(await sealer.open('session', changed), undefined)
  }),
  check('makes codes, and digests that other runtimes make too', async () => {
    equal(foldCode(makeCode().toLowerCase())?.length, 12)
    equal(await codeDigest(issuer, '0123456789AB'), 'ViO78ggFts73kZZGVSLMPHwbt7NU5BzjjSU24NJ0e5o')
  }),
  check('keeps a record for a verified caller, until its token is revoked', async () => {
    const { agent, resource } = await makeWorld({
      managed: managedAccess({ sealingKeys: [{ kid: 'a', key }] }),
    })
    const message = await agent.sign(`${issuer}/notes`, {}, { token: await agent.agentToken() })
    const auth = await authorize(resource, toSignedRequest(message), { accept: ['agent-token'] })
    const { records, sealer } = managedStateOf(resource)
    const owner = ownerOf(issuer, auth)
    const { id, text, expires } = await makePendingId(sealer, owner, auth.exp)
    equal((await openPendingId(sealer, text, owner))?.id, id)
    const record = { kind: 'pending', id, octets: key, open: true, owner, source: auth, expires } as const
    equal(await records.create(record), 'created')
    equal([...((await records.find(record))?.octets ?? [])], [...key])
    await resource.revoke(auth)
    equal((await records.find(record))?.ended, 'revoked')
  }),
]
