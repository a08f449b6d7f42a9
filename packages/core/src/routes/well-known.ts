import { AAuthError, acceptedAlgorithms } from '../errors/aauth-error.ts'
import { type Answer, answer } from '../errors/answer.ts'
import { authorizationPath, jwksPath, metadataPath, revocationPath } from '../resource/paths.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { stateOf } from '../resource/state-of.ts'
import { quoted } from '../wire/quoted.ts'
import { splitTarget } from '../wire/target.ts'

/**
 * Answers requests to `aauth-resource.json` and the JWKS that it names. Returns `undefined` for any other path. The
 * documents are made from the settings that the guards enforce (META-4, R11-274).
 *
 * @param target raw request target
 */
export async function answerWellKnown(
  resource: Resource,
  method: string,
  target: string,
): Promise<Answer | undefined> {
  const state = stateOf(resource)
  try {
    return await readDocument(state, method, splitTarget(target)?.path)
  } catch (error) {
    return answer(error)
  }
}

/** @throws {AAuthError} for a method other than GET and HEAD */
export async function readDocument(
  state: ResourceState,
  method: string,
  path: string | undefined,
): Promise<Answer | undefined> {
  if (path !== metadataPath && path !== jwksPath) return undefined
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, 'GET, HEAD')
  const document = path === metadataPath ? metadata(state) : { keys: await state.signingKey.published() }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=600' },
    body: JSON.stringify(document),
  }
}

/** The error for a method that a route of the resource does not support: 405 with `Allow`. */
export function methodNotAllowed(method: string, allow: string): AAuthError {
  return new AAuthError('invalid_request', {
    allow,
    hint: `${quoted(method)} is not served here: use ${allow}`,
  })
}

function metadata({ settings, missionMonitor }: ResourceState): Record<string, unknown> {
  const { issuer, scopes, signatureWindow, additionalSignatureComponents } = settings
  // The path that agents call, including the prefix that the proxy strips.
  const base = `${issuer}${settings.strippedPrefix}`
  return {
    ...settings.metadata,
    issuer,
    jwks_uri: `${base}${jwksPath}`,
    access_mode: settings.accessMode,
    authorization_endpoint: `${base}${authorizationPath}`,
    revocation_endpoint: `${base}${revocationPath}`,
    ...missionMonitor?.published(base),
    scope_descriptions: Object.fromEntries(scopes),
    signature_window: signatureWindow,
    additional_signature_components: additionalSignatureComponents,
    accept_signature_algs: acceptedAlgorithms,
  }
}
