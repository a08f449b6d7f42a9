import { metadataPath } from './paths.ts'
import type { ResourceSettings } from './settings.ts'

/** The target is the server identifier with the path of the protocol, whatever a proxy takes away (R11-277). */
export function linkOf({ issuer }: Pick<ResourceSettings, 'issuer'>): string {
  return `<${issuer}${metadataPath}>; rel="aauth-resource"`
}
