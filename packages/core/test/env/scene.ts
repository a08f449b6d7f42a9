import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SigningKey } from '@aauth-guard/core'
import { type MockInstance, onTestFinished, vi } from 'vitest'

/** The example key of RFC 8037, A.1 and A.2. */
export const key: SigningKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  kid: 'r1',
  alg: 'Ed25519',
}

/** Another key, public. */
export const { d: _, ...last } = { ...key, x: 'A'.repeat(43), kid: 'r0' }

/** The required variables, except for the key. */
export const needed = { AAUTH_ISSUER: 'https://notes.example', AAUTH_TRUST: 'any' } as const

/** A file of the test's own, with a mode. @returns its path */
export function fileOf(content: string | Uint8Array, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'env-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'file')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

/** The warnings on the console, which are not printed. */
export function listening(): () => string[] {
  const warn: MockInstance<typeof console.warn> = vi.spyOn(console, 'warn').mockReturnValue()
  onTestFinished(() => warn.mockRestore())
  return () => warn.mock.calls.map(([text]) => String(text))
}

/** The message of what is thrown. */
export function thrownBy(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof TypeError ? error.message : `not a TypeError: ${String(error)}`
  }
  return 'nothing is thrown'
}
