import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of files that is removed after the test. Files are readable by their owner only. */
export function folderOf(files: Readonly<Record<string, string>>, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  return folder
}

/** A private JWK as text. */
export function keyText(alg: 'Ed25519' | 'ES256'): string {
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: alg, alg })
}

/** What a newcomer writes. */
export const least = `issuer: http://localhost:8080
trust: [https://ps.example]
upstream: http://127.0.0.1:8000
scopes: { notes.read: Read your notes }
routes:
  GET /notes/*: { scope: notes.read }
`
