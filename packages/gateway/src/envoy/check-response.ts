import type { Answer } from '@aauth-guard/core'
import { assertionHeader } from '@aauth-guard/core/assertion'
import { appendActions, type CheckResponse, type HeaderValueOption } from './messages.ts'

/** Codes of `google.rpc`. Envoy acts on 0 and on everything else. */
const codes = { ok: 0, permissionDenied: 7 } as const

/** A refusal, which Envoy sends to the agent as it is. */
export function deniedResponse({ status, headers, body }: Answer): CheckResponse {
  return {
    status: { code: codes.permissionDenied },
    denied_response: {
      status: { code: status },
      headers: Object.entries(headers).map(([name, value]) => overwrite(name, value)),
      body,
    },
  }
}

/** What goes on to the upstream in place of what the agent sent. */
export interface PassedCheck {
  readonly assertion: string
  /** Names and values in turn, as Envoy sent them. */
  readonly headerLines: readonly string[]
  /** Those of them that the upstream may have. */
  readonly forwarded: readonly string[]
  /** From `privateFieldsFor`. */
  readonly privateFields: readonly (readonly [name: string, value: string])[]
}

/** Lets a request pass, with the assertion and without what the upstream must not have. */
export function passedResponse(passed: PassedCheck): CheckResponse {
  const { assertion, headerLines, forwarded, privateFields } = passed
  return {
    status: { code: codes.ok },
    ok_response: {
      headers: [overwrite(ownName, assertion)],
      headers_to_remove: namesToRemove(headerLines, forwarded),
      response_headers_to_add: privateFields.map(([name, value]) =>
        name === 'vary'
          ? { header: { key: name, value }, append: { value: true } }
          : // Versions that do not know the action overwrite, which is private as well.
            { header: { key: name, value }, append_action: appendActions.addIfAbsent },
      ),
    },
  }
}

const ownName = assertionHeader.toLowerCase()
/** Envoy frames messages to upstreams itself, and gRPC needs `TE`. */
const ofEnvoy: ReadonlySet<string> = new Set(['connection', 'te', 'trailer', 'transfer-encoding'])

/**
 * Every name, as it was sent, that has a line which the upstream must not have. Envoy removes after it has set, so the name
 * of the assertion is not among them: it is overwritten.
 */
function namesToRemove(headerLines: readonly string[], forwarded: readonly string[]): string[] {
  const left = countByName(forwarded)
  const names: string[] = []
  for (const [name, count] of countByName(headerLines)) {
    if (name !== ownName && !ofEnvoy.has(name) && left.get(name) !== count) names.push(name)
  }
  return names
}

function countByName(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase()
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** `append` decides in every version; `append_action` says the same once it is gone. */
function overwrite(key: string, value: string): HeaderValueOption {
  return { header: { key, value }, append: { value: false }, append_action: appendActions.overwrite }
}
