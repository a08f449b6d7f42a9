import { assert } from '../assert/assert.ts'
import { checkComponents } from '../signature/coverage.ts'
import type { ReplayScope } from '../signature/replay.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'

type SignatureSettings = Pick<
  ResourceSettings,
  'signatureWindow' | 'additionalSignatureComponents' | 'otherSignatureSchemes' | 'replay'
>

/** Checks the options about HTTP signatures. @throws {TypeError} */
export function checkSignatureOptions(given: ResourceOptions): SignatureSettings {
  return {
    signatureWindow: checkWindow(given.signatureWindow ?? 60),
    additionalSignatureComponents: checkComponents(
      given.additionalSignatureComponents ?? [],
      'additionalSignatureComponents',
    ),
    otherSignatureSchemes: checkSchemes(given.otherSignatureSchemes ?? []),
    replay: checkReplay(given.replay ?? 'auto'),
  }
}

/** Schemes in addition to `jwt`, which is always served (R11-100). */
function checkSchemes(given: readonly string[]): readonly string[] {
  assert(Array.isArray(given), `"otherSignatureSchemes" is ${quoted(given)}: write a list of schemes`)
  for (const scheme of given)
    assert(
      typeof scheme === 'string' && /^[a-z*][a-z0-9_.*-]{0,63}$/.test(scheme) && scheme !== 'jwt',
      `"otherSignatureSchemes" contains ${quoted(String(scheme))}, which is not another Signature-Key scheme: list the schemes that your API serves besides jwt, such as hwk`,
    )
  return [...new Set(given)]
}

/** A window that never closes or never opens is a mistake (C11). */
function checkWindow(window: number): number {
  assert(
    Number.isInteger(window) && window >= 1 && window <= 300,
    `"signatureWindow" is ${quoted(window)}: write 1 to 300 seconds`,
  )
  return window
}

function checkReplay(scope: ReplayScope): ReplayScope {
  assert(
    ['auto', 'unsafe', 'all', 'off'].includes(scope),
    `"replay" is ${quoted(scope)}: write 'auto', 'unsafe', 'all' or 'off'`,
  )
  return scope
}
